namespace Ahoi.Api.Objects;

/// <summary>One of an object's owners: <c>metav1.OwnerReference</c>.</summary>
/// <param name="ApiVersion">The owner's <c>apiVersion</c>.</param>
/// <param name="Kind">The owner's kind.</param>
/// <param name="Name">The owner's name; it is in the same namespace, or cluster-scoped.</param>
/// <param name="Uid">The owner's uid, which alone says which incarnation owns.</param>
public sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid)
{
    /// <summary>Gets whether this owner is the managing controller; at most one is.</summary>
    public bool Controller { get; init; }

    /// <summary>Gets whether a foreground deletion of the owner waits for this object.</summary>
    public bool BlockOwnerDeletion { get; init; }
}
