using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Which fields a write through a resource or a subresource resets.</summary>
internal static class ResetFields
{
    /// <summary>Gets what a built-in kind resets.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="subresource">The subresource, or the empty string.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> Of(GroupVersionKind kind, string subresource) => throw new NotImplementedException(kind + subresource);

    /// <summary>Gets what a custom kind resets.</summary>
    /// <param name="hasStatus">Whether the version has the status subresource.</param>
    /// <param name="subresource">The subresource, or the empty string.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> OfCustom(bool hasStatus, string subresource) => throw new NotImplementedException(hasStatus + subresource);
}
