using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>The requests that a policy or a binding is for.</summary>
internal sealed class PolicyMatch
{
    private readonly IReadOnlyList<JsonMap> _rules;
    private readonly IReadOnlyList<JsonMap> _excluded;
    private readonly LabelSelector _namespaces;
    private readonly LabelSelector _objects;
    private readonly bool _isExact;

    /// <summary>Reads a match.</summary>
    /// <param name="match">The matchConstraints or matchResources; one without rules is for every resource.</param>
    /// <param name="rules">Where its rules are.</param>
    public PolicyMatch(JsonMap match, string rules = "resourceRules")
    {
        _rules = [.. match.List(rules)?.Maps ?? []];
        _excluded = [.. match.List("excludeResourceRules")?.Maps ?? []];
        _namespaces = match.Map("namespaceSelector") is { } spaces ? LabelSelector.FromJson(spaces) : LabelSelector.Everything;
        _objects = match.Map("objectSelector") is { } objects ? LabelSelector.FromJson(objects) : LabelSelector.Everything;
        _isExact = match.Text("matchPolicy") == "Exact";
    }

    /// <summary>Gets whether a write is among the requests.</summary>
    /// <param name="write">The write.</param>
    /// <param name="served">What is served, to find a resource's other versions.</param>
    /// <param name="space">The labels of the write's namespace; <see langword="null"/> without one.</param>
    public bool Matches(AdmissionWrite write, ResourceSet served, IReadOnlyDictionary<string, string>? space)
    {
        if (_rules.Count > 0 && !_rules.Any(r => Matches(r, write, served)))
        {
            return false;
        }

        if (_excluded.Any(r => Matches(r, write, served)))
        {
            return false;
        }

        return (_namespaces.IsEmpty || space is null || _namespaces.Matches(space))
            && (_objects.IsEmpty || Selected(write.Value) || Selected(write.Old));
    }

    /// <summary>Gets the version of the written resource that the rules name: the one of the request where they name it, else
    /// another one of the same objects.</summary>
    /// <param name="write">The write, which matches.</param>
    /// <param name="served">What is served.</param>
    public ServedResource? VersionOf(AdmissionWrite write, ResourceSet served)
    {
        var resource = write.Request.Resource;
        var rule = _rules.FirstOrDefault(r => Matches(r, write, served));
        return rule is null || Has(rule, "apiVersions", resource.Version)
            ? resource
            : served.All.FirstOrDefault(r => r.Group == resource.Group && r.Plural == resource.Plural && Has(rule, "apiVersions", r.Version));
    }

    /// <summary>Gets the labels of an object.</summary>
    public static Dictionary<string, string> LabelsOf(JsonMap? value)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, item) in value?.Map("metadata")?.Map("labels") ?? [])
        {
            labels[key] = item as string ?? "";
        }

        return labels;
    }

    private bool Selected(JsonMap? value) => value is not null && _objects.Matches(LabelsOf(value));

    private bool Matches(JsonMap rule, AdmissionWrite write, ResourceSet served)
    {
        var resource = write.Request.Resource;
        if (!Has(rule, "operations", write.Operation) || !Has(rule, "apiGroups", resource.Group))
        {
            return false;
        }

        // The other versions of a resource are the same objects, seen otherwise.
        var version = Has(rule, "apiVersions", resource.Version)
            || (!_isExact && served.All.Any(r => r.Group == resource.Group && r.Plural == resource.Plural && Has(rule, "apiVersions", r.Version)));
        var names = rule.List("resourceNames");
        return version
            && rule.Text("scope") switch { "Cluster" => !resource.Namespaced, "Namespaced" => resource.Namespaced, _ => true }
            && (names is null or { Count: 0 } || names.Texts.Contains(write.Name, StringComparer.Ordinal))
            && (rule.List("resources")?.Texts ?? []).Any(r => IsResource(r, resource.Plural, write.Request.Subresource?.Name ?? ""));
    }

    private static bool Has(JsonMap rule, string key, string value) =>
        rule.List(key) is { } list && list.Texts.Any(t => t == "*" || t == value);

    private static bool IsResource(string pattern, string plural, string subresource)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        var (wantedPlural, wantedSubresource) = slash < 0 ? (pattern, "") : (pattern[..slash], pattern[(slash + 1)..]);
        return (wantedPlural == "*" || wantedPlural == plural)
            && (wantedSubresource == subresource || (slash >= 0 && wantedSubresource == "*"));
    }
}
