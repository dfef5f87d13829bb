namespace Ahoi.Api.Objects;

/// <summary>The type of an object: API group, version and kind.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version within the group, as in <c>v1</c>.</param>
/// <param name="Kind">The kind, as in <c>Deployment</c>.</param>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary>Gets group and version as an object's <c>apiVersion</c> says them: <c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Takes an object's <c>apiVersion</c> and <c>kind</c> apart.</summary>
    /// <param name="apiVersion">The <c>apiVersion</c>, with or without a group.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The type.</returns>
    public static GroupVersionKind Of(string apiVersion, string kind)
    {
        ArgumentNullException.ThrowIfNull(apiVersion);
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new("", apiVersion, kind) : new(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}
