using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>
/// One version of one resource as it is served: built-in or custom. Immutable; what several versions share (the stored
/// objects, their cache) is <see cref="Storage"/>.
/// </summary>
internal sealed class ServedResource
{
    public static readonly IReadOnlyList<string> AllVerbs =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public required string Group { get; init; }

    public required string Version { get; init; }

    /// <summary>Gets the plural: the name in paths.</summary>
    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public string ListKind
    {
        get => field ??= Kind + "List";
        init;
    }

    public bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Gets the verbs, in alphabetical order.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public IReadOnlyList<ServedSubresource> Subresources { get; init; } = [];

    /// <summary>Gets whether a CustomResourceDefinition defines it: then objects are pruned instead of decoded, and keep their kind in lists.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Gets the version's type; <see langword="null"/> for a custom kind without a schema.</summary>
    public Schema? Schema { get; init; }

    /// <summary>Gets the structural schema as its definition says it, for OpenAPI; <see langword="null"/> for built-in kinds that Kubernetes itself describes.</summary>
    public Ahoi.Api.Json.JsonMap? CustomSchema { get; init; }

    public required IKindStrategy Strategy { get; init; }

    /// <summary>Gets the columns of tables.</summary>
    public ITableColumns Columns { get; init; } = NameAndAge.Columns;

    /// <summary>Gets the field labels that selectors may use, metadata.name and metadata.namespace aside, .</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    /// <summary>Gets the warning that every request gets, where the version is deprecated.</summary>
    public string? DeprecationWarning { get; init; }

    /// <summary>Gets the objects; <see langword="null"/> where nothing is kept (reviews, bindings).</summary>
    public ResourceStorage? Storage { get; init; }

    /// <summary>Gets how a stored object becomes one of this version; <see langword="null"/> where stored objects of this version are served as they are.</summary>
    public IStoredObjectReader? Reader { get; init; }

    /// <summary>Gets what makes the objects when they are read; <see langword="null"/> where they are stored, or none are read.</summary>
    public IComputedObjects? Computed { get; init; }

    /// <summary>Gets what answers a creation where nothing is kept.</summary>
    public IVirtualResource? Virtual { get; init; }

    /// <summary>Gets the types of the other served versions by apiVersion, for managed fields written at them.</summary>
    public IReadOnlyDictionary<string, Schema?> OtherVersions { get; init; } = new Dictionary<string, Schema?>();

    /// <summary>Gets where the other served versions have their replicas, by apiVersion; <see langword="null"/> for one without scale.</summary>
    public IReadOnlyDictionary<string, string?> ScalePathsOfOtherVersions { get; init; } = new Dictionary<string, string?>();

    /// <summary>Gets why every write but a deletion is refused at the moment (a definition that is being deleted), or <see langword="null"/>.</summary>
    public string? CreateRefusal { get; init; }

    public GroupVersionResource Resource => new(Group, Version, Plural);

    public GroupVersionKind GroupVersionKind => new(Group, Version, Kind);

    /// <summary>Gets the kind that refusals name: the stored one, where several groups serve it.</summary>
    public GroupVersionKind RefusedKind { get => field.Kind is null ? GroupVersionKind : field; init; }

    public string ApiVersion => field ??= Group.Length == 0 ? Version : $"{Group}/{Version}";

    public ServedSubresource? FindSubresource(string name)
    {
        foreach (var subresource in Subresources)
        {
            if (subresource.Name == name)
            {
                return subresource;
            }
        }

        return null;
    }

    public bool Serves(string verb) => Verbs.Contains(verb, StringComparer.Ordinal);
}
