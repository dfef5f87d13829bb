using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// The spec of a CustomResourceDefinition as its faults are reported: what all versions have in common stands at the top,
/// under the names the API had before there were versions.
/// </summary>
internal sealed class DefinitionView
{
    private static readonly string[] PerVersion = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"];

    private readonly HashSet<string> _common;

    /// <summary>Views a spec.</summary>
    /// <param name="spec">The definition's spec.</param>
    public DefinitionView(JsonMap spec)
    {
        Spec = spec;
        Versions = [.. (spec.List("versions") ?? []).Select(v => v as JsonMap ?? [])];
        _common = [.. PerVersion.Where(key => Versions.Count > 0 && Versions.All(v => Same(v[key], Versions[0][key])))];
    }

    /// <summary>Gets the spec.</summary>
    public JsonMap Spec { get; }

    /// <summary>Gets the versions.</summary>
    public IReadOnlyList<JsonMap> Versions { get; }

    /// <summary>Gets what all versions have under a name.</summary>
    /// <param name="key">The name: schema, subresources, additionalPrinterColumns, selectableFields.</param>
    /// <returns>The value, or <see langword="null"/> where the versions differ or have none.</returns>
    public object? Common(string key) => _common.Contains(key) ? Versions[0][key] : null;

    /// <summary>Gets what one version has on its own under a name.</summary>
    /// <param name="version">The version.</param>
    /// <param name="key">The name.</param>
    /// <returns>The value, or <see langword="null"/> where the versions agree or this one has none.</returns>
    public object? Own(JsonMap version, string key) => _common.Contains(key) ? null : version[key];

    private static bool Same(object? left, object? right) => JsonTree.Equals(left, right) || (IsEmpty(left) && IsEmpty(right));

    private static bool IsEmpty(object? value) => value is null or JsonList { Count: 0 };
}
