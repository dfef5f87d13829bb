using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>Kubernetes' strategic merge patch: lists merge by key where their type says so, and directives steer it.</summary>
internal static class StrategicMergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <param name="schema">The kind's type.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a malformed patch, 422 or 500 as the real server answers one that does not fit.</exception>
    public static JsonMap Apply(JsonMap target, object? patch, Schema schema) => throw new NotImplementedException(target + $"{patch}{schema}");
}
