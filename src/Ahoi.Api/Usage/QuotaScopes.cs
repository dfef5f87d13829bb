using Ahoi.Api.Json;

namespace Ahoi.Api.Usage;

/// <summary>Tells whether an object is in the scopes of a quota. Objects of kinds without scopes are in none.</summary>
public static class QuotaScopes
{
    /// <summary>Tells whether a quota counts an object.</summary>
    /// <param name="quota">The ResourceQuota.</param>
    /// <param name="value">The object, with its kind.</param>
    /// <returns>Whether it is in all of the quota's scopes.</returns>
    public static bool Match(JsonMap quota, JsonMap value)
    {
        var spec = quota.Map("spec") ?? [];
        return (spec.List("scopes")?.Texts ?? []).All(s => Match(value, s, "Exists", []))
            && (spec.Map("scopeSelector")?.List("matchExpressions")?.Maps ?? []).All(e =>
                Match(value, e.Text("scopeName") ?? "", e.Text("operator") ?? "", [.. e.List("values")?.Texts ?? []]));
    }

    private static bool Match(JsonMap value, string scope, string @operator, string[] values)
    {
        var spec = value.Map("spec") ?? [];
        return (value.Text("kind"), scope) switch
        {
            ("Pod", "Terminating") => spec["activeDeadlineSeconds"] is not null,
            ("Pod", "NotTerminating") => spec["activeDeadlineSeconds"] is null,
            ("Pod", "BestEffort") => QualityOfService.Of(spec) == "BestEffort",
            ("Pod", "NotBestEffort") => QualityOfService.Of(spec) != "BestEffort",
            ("Pod", "PriorityClass") => Selects(spec.Text("priorityClassName"), @operator, values),
            ("Pod", "CrossNamespacePodAffinity") => CrossesNamespaces(spec.Map("affinity") ?? []),
            ("PersistentVolumeClaim", "VolumeAttributesClass") => Selects(spec.Text("volumeAttributesClassName"), @operator, values),
            _ => false,
        };
    }

    private static bool Selects(string? name, string @operator, string[] values) => @operator switch
    {
        "Exists" => !string.IsNullOrEmpty(name),
        "DoesNotExist" => string.IsNullOrEmpty(name),
        "In" => !string.IsNullOrEmpty(name) && values.Contains(name),
        "NotIn" => string.IsNullOrEmpty(name) || !values.Contains(name),
        _ => false,
    };

    private static bool CrossesNamespaces(JsonMap affinity) =>
        ((ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"]).ToArray().Select(affinity.Map).OfType<JsonMap>().Any(kind =>
            (kind.List("requiredDuringSchedulingIgnoredDuringExecution")?.Maps ?? [])
                .Concat((kind.List("preferredDuringSchedulingIgnoredDuringExecution")?.Maps ?? []).Select(p => p.Map("podAffinityTerm") ?? []))
                .Any(term => term["namespaceSelector"] is not null || term.List("namespaces") is { Count: > 0 }));
}
