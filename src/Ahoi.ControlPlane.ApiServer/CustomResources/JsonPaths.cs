using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Follows plain paths like <c>.spec.replicas</c>.</summary>
internal static class JsonPaths
{
    /// <summary>Follows a path.</summary>
    /// <param name="value">Where it starts.</param>
    /// <param name="path">The path in dots.</param>
    /// <returns>What it leads to, or <see langword="null"/>.</returns>
    public static object? Follow(JsonMap value, string path) => value.At(path.TrimStart('.').Split('.'));
}
