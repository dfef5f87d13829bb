using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>An object in the graph of owners: one that was seen, or one that others name as their owner.</summary>
internal sealed class GarbageNode(string uid)
{
    public string Uid { get; } = uid;

    /// <summary>Gets or sets what it is; of an owner that was not seen, what its dependent says.</summary>
    public GroupVersionKind Type { get; set; }

    public ObjectKey Key { get; set; }

    /// <summary>Gets or sets whether a watch has shown it.</summary>
    public bool WasSeen { get; set; }

    public bool IsBeingDeleted { get; set; }

    /// <summary>Gets or sets whether it waits until its dependents are gone (foreground deletion).</summary>
    public bool AwaitsDependents { get; set; }

    /// <summary>Gets or sets whether it waits until its dependents are released (orphaning).</summary>
    public bool Orphans { get; set; }

    public IReadOnlyList<OwnerReference> Owners { get; set; } = [];

    public HashSet<GarbageNode> Dependents { get; } = [];

    /// <summary>Gets whether a reference means this object: the same uid under another name or namespace means none.</summary>
    public bool IsMeantBy(OwnerReference reference, string? @namespace) =>
        GroupVersionKind.Of(reference.ApiVersion, reference.Kind) is var type
        && type.Group == Type.Group && type.Kind == Type.Kind && reference.Name == Key.Name && (Key.Namespace is null || Key.Namespace == @namespace);
}
