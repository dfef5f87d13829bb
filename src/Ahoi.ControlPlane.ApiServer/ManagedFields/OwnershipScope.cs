using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>What a <see cref="FieldOwnership"/> serves.</summary>
/// <param name="Kind">The kind and the version that requests come in.</param>
/// <param name="Schema">The version's type; <see langword="null"/> for a custom kind without a schema.</param>
/// <param name="Subresource">The subresource, or the empty string.</param>
internal sealed record OwnershipScope(GroupVersionKind Kind, Schema? Schema, string Subresource)
{
    /// <summary>
    /// Gets the types of the other served versions by apiVersion, for entries that were written at them. An entry at a
    /// version that is neither <see cref="Kind"/>'s nor one of these is dropped.
    /// </summary>
    public IReadOnlyDictionary<string, Schema?> OtherVersions { get; init; } = new Dictionary<string, Schema?>();

    /// <summary>
    /// Gets the paths of fields that a write through this (sub)resource resets, so that nobody comes to own them there,
    /// as in <c>status</c> or <c>metadata.labels</c>. <see cref="ResetFields"/> knows them for built-in kinds.
    /// </summary>
    public IReadOnlyList<string> Resets { get; init; } = [];
}
