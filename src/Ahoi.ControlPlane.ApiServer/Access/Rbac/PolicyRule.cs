using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>One rule of a role: <c>rbac.authorization.k8s.io/v1 PolicyRule</c>.</summary>
internal sealed class PolicyRule
{
    private const string All = "*";

    public required string[] Verbs { get; init; }

    public string[] ApiGroups { get; init; } = [];

    public string[] Resources { get; init; } = [];

    public string[] ResourceNames { get; init; } = [];

    public string[] NonResourceUrls { get; init; } = [];

    /// <summary>Reads the rules of a role; whatever is not a rule is passed over, for the role's own validation to refuse.</summary>
    public static PolicyRule[] ReadAll(JsonMap role) => [.. (role.List("rules")?.Maps ?? []).Select(Read)];

    public JsonMap ToJson()
    {
        var json = new JsonMap { ["verbs"] = new JsonList(Verbs) };
        Put("apiGroups", ApiGroups);
        Put("resources", Resources);
        Put("resourceNames", ResourceNames);
        Put("nonResourceURLs", NonResourceUrls);
        return json;

        void Put(string key, string[] values)
        {
            if (values.Length > 0)
            {
                json[key] = new JsonList(values);
            }
        }
    }

    /// <summary>Gets whether this rule allows <paramref name="request"/>.</summary>
    public bool Allows(AccessRequest request)
    {
        if (!Has(Verbs, request.Verb))
        {
            return false;
        }

        if (request.Path is { } path)
        {
            return NonResourceUrls.Any(url => PathCovers(url, path));
        }

        return Has(ApiGroups, request.Group)
            && ResourceMatches(request.Resource, request.Subresource)
            && (ResourceNames.Length == 0 || (request.Name.Length > 0 && ResourceNames.Contains(request.Name)));
    }

    /// <summary>
    /// Gets what of <paramref name="wanted"/> the rules of <paramref name="held"/> do not allow: nobody may give away
    /// rights they lack. Each verb, group, resource and name must be covered by some single rule.
    /// </summary>
    public static IReadOnlyList<PolicyRule> Uncovered(IReadOnlyList<PolicyRule> held, IEnumerable<PolicyRule> wanted) =>
        [.. wanted.SelectMany(w => w.Split()).Where(w => !held.Any(h => h.Covers(w)))];

    private static PolicyRule Read(JsonMap rule)
    {
        return new PolicyRule
        {
            Verbs = Texts("verbs"),
            ApiGroups = Texts("apiGroups"),
            Resources = Texts("resources"),
            ResourceNames = Texts("resourceNames"),
            NonResourceUrls = Texts("nonResourceURLs"),
        };

        string[] Texts(string key) => [.. rule.List(key)?.Texts ?? []];
    }

    private IEnumerable<PolicyRule> Split()
    {
        foreach (var verb in Verbs)
        {
            foreach (var group in ApiGroups)
            {
                foreach (var resource in Resources)
                {
                    if (ResourceNames.Length == 0)
                    {
                        yield return new PolicyRule { Verbs = [verb], ApiGroups = [group], Resources = [resource] };
                    }

                    foreach (var name in ResourceNames)
                    {
                        yield return new PolicyRule { Verbs = [verb], ApiGroups = [group], Resources = [resource], ResourceNames = [name] };
                    }
                }
            }

            foreach (var url in NonResourceUrls)
            {
                yield return new PolicyRule { Verbs = [verb], NonResourceUrls = [url] };
            }
        }
    }

    private bool Covers(PolicyRule single)
    {
        if (!Has(Verbs, single.Verbs[0]))
        {
            return false;
        }

        if (single.NonResourceUrls is [var url])
        {
            return NonResourceUrls.Any(own => own == url || PathCovers(own, url));
        }

        var resource = single.Resources[0];
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return Has(ApiGroups, single.ApiGroups[0])
            && (Has(Resources, resource) || (slash >= 0 && Resources.Contains("*" + resource[slash..])))
            && (ResourceNames.Length == 0 || (single.ResourceNames is [var name] && ResourceNames.Contains(name)));
    }

    private bool ResourceMatches(string resource, string subresource)
    {
        foreach (var own in Resources)
        {
            if (own == All)
            {
                return true;
            }

            if (subresource.Length == 0)
            {
                if (own == resource)
                {
                    return true;
                }

                continue;
            }

            var slash = own.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0
                && own.AsSpan(slash + 1).SequenceEqual(subresource)
                && (own.AsSpan(0, slash).SequenceEqual(resource) || own.AsSpan(0, slash).SequenceEqual(All)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(string[] values, string value) => Array.Exists(values, v => v == All || v == value);

    private static bool PathCovers(string own, string path) =>
        own == All || own == path || (own.EndsWith('*') && path.StartsWith(own.AsSpan()[..^1].TrimEnd('*'), StringComparison.Ordinal));
}
