using Ahoi.Api.Objects;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Controllers;

/// <summary>Everything the engine knows of a controller, with the types taken out.</summary>
internal sealed record ControllerDefinition
{
    public required string Name { get; init; }

    public required GroupVersionKind Kind { get; init; }

    /// <summary>Gets the .NET type of the reconciled objects.</summary>
    public required Type Type { get; init; }

    /// <summary>Gets whether the kind is our own, so that its status is ours to write.</summary>
    public required bool OwnsStatus { get; init; }

    public required string FieldManager { get; init; }

    /// <summary>Gets the finalizer's name, or null where nothing is cleaned up.</summary>
    public string? FinalizerName { get; init; }

    public required ControllerOptions Options { get; init; }

    public required IReadOnlyList<GroupVersionKind> OwnedKinds { get; init; }

    /// <summary>Gets the owned kinds of which only metadata is kept.</summary>
    public IReadOnlySet<GroupVersionKind> MetadataKinds { get; init; } = new HashSet<GroupVersionKind>();

    public required IReadOnlyList<(InformerScope Scope, Func<RawObject, IEnumerable<ObjectKey>> Map)> Watched { get; init; }

    public required ReconcileDelegate Reconcile { get; init; }

    public FinalizeDelegate? Finalize { get; init; }
}
