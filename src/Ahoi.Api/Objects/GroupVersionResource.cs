namespace Ahoi.Api.Objects;

/// <summary>Where objects of one type are served: API group, version and plural resource name.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version within the group, as in <c>v1</c>.</param>
/// <param name="Resource">The plural, as in <c>deployments</c>.</param>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    /// <summary>Gets group and version as an object's <c>apiVersion</c> says them.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Gets the path the resource is served under, without a leading slash: <c>api/v1</c> or <c>apis/apps/v1</c>.</summary>
    public string BasePath => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <inheritdoc/>
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Version}.{Group}";
}
