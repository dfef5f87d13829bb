using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>JSON patch (RFC 6902) with the liberties that Kubernetes' library takes.</summary>
internal static class JsonPatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a malformed patch, 413 for too many operations, 422 for one that cannot be carried out.</exception>
    public static JsonMap Apply(JsonMap target, object? patch) => throw new NotImplementedException(target + $"{patch}");
}
