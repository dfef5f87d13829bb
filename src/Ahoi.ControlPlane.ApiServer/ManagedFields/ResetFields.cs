using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Which fields a write through a resource or a subresource resets.</summary>
internal static class ResetFields
{
    private static readonly string[] Nothing = [];
    private static readonly string[] Status = ["status"];
    private static readonly string[] Spec = ["spec"];
    private static readonly string[] SpecAndMetadata = ["metadata", "spec"];

    /// <summary>Gets what a built-in kind resets.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="subresource">The subresource, or the empty string.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> Of(GroupVersionKind kind, string subresource) => (subresource, kind.Group, kind.Kind) switch
    {
        ("" or "finalize", _, _) => Status,
        ("status", "apps", "Deployment") => ["spec", "metadata.labels"],
        ("status", "", "Pod") => ["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"],
        ("status", "apiextensions.k8s.io", "CustomResourceDefinition") => SpecAndMetadata,
        ("status", _, _) => Spec,
        _ => Nothing,
    };

    /// <summary>Gets what a custom kind resets.</summary>
    /// <param name="hasStatus">Whether the version has the status subresource.</param>
    /// <param name="subresource">The subresource, or the empty string.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> OfCustom(bool hasStatus, string subresource) =>
        !hasStatus ? Nothing
        : subresource == "status" ? SpecAndMetadata
        : subresource.Length == 0 ? Status
        : Nothing;
}
