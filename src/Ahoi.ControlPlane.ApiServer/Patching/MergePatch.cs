using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>JSON merge patch (RFC 7386).</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a patch that is not an object.</exception>
    public static JsonMap Apply(JsonMap target, object? patch) => throw new NotImplementedException(target + $"{patch}");
}
