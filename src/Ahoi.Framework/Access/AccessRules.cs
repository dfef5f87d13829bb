using System.Reflection;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;

namespace Ahoi.Framework.Access;

/// <summary>The rules of access that follow from what an operator is made of.</summary>
public static class AccessRules
{
    private static readonly string[] Read = ["get", "list", "watch"];

    /// <summary>Makes a ClusterRole of rules.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="rules">The rules, those of <see cref="Hosting.Operator.AccessRules"/> for example.</param>
    /// <returns>The role, ready to be applied.</returns>
    public static JsonMap ToClusterRole(string name, IEnumerable<AccessRule> rules)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(rules);

        // Resources of one group that need the same are one rule, as people write them.
        var grouped = Merge(rules).GroupBy(r => (r.Group, Verbs: string.Join(',', r.Verbs)));
        return new()
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonMap { ["name"] = name },
            ["rules"] = new JsonList(grouped.Select(g => (object?)new JsonMap
            {
                ["apiGroups"] = new JsonList([g.Key.Group]),
                ["resources"] = new JsonList(g.Select(r => (object?)r.Resource)),
                ["verbs"] = new JsonList(g.First().Verbs),
            })),
        };
    }

    internal static IReadOnlyList<AccessRule> Of(IEnumerable<ControllerDefinition> controllers, bool installs, bool leads, IEnumerable<AccessRule> others)
    {
        var rules = new List<AccessRule>(others) { new("events.k8s.io", "events", ["create", "patch"]) };
        var definitions = controllers.ToList();

        // What another controller of this operator defines is called as its definition says.
        var plurals = definitions.DistinctBy(d => (d.Kind.Group, d.Kind.Kind))
            .ToDictionary(d => (d.Kind.Group, d.Kind.Kind), d => d.Type.GetCustomAttribute<CustomResourceAttribute>()?.Plural ?? DefinitionGenerator.PluralOf(d.Kind.Kind));
        string PluralOf(GroupVersionKind kind) => plurals.GetValueOrDefault((kind.Group, kind.Kind)) ?? DefinitionGenerator.PluralOf(kind.Kind);
        foreach (var controller in definitions)
        {
            var plural = PluralOf(controller.Kind);
            rules.Add(new(controller.Kind.Group, plural, Read));
            if (controller.OwnsStatus)
            {
                rules.Add(new(controller.Kind.Group, plural + "/status", ["patch"]));
            }

            if (controller.FinalizerName is not null)
            {
                rules.Add(new(controller.Kind.Group, plural, ["patch"]));
            }

            // Where owners that hold up a deletion need leave for that, this is the leave.
            rules.Add(new(controller.Kind.Group, plural + "/finalizers", ["update"]));
            rules.AddRange(controller.OwnedKinds.Select(k => new AccessRule(k.Group, PluralOf(k), [.. Read, "create", "patch", "delete"])));
            rules.AddRange(controller.Watched.Select(w => new AccessRule(w.Scope.Kind.Group, PluralOf(w.Scope.Kind), Read)));
            rules.AddRange(controller.Options.Rules);
        }

        if (installs)
        {
            rules.Add(new("apiextensions.k8s.io", "customresourcedefinitions", ["get", "create", "patch"]));
        }

        if (leads)
        {
            rules.Add(new("coordination.k8s.io", "leases", ["get", "create", "update"]));
        }

        return Merge(rules);
    }

    private static IReadOnlyList<AccessRule> Merge(IEnumerable<AccessRule> rules) =>
    [
        .. rules.GroupBy(r => (r.Group, r.Resource))
            .OrderBy(g => g.Key.Group, StringComparer.Ordinal).ThenBy(g => g.Key.Resource, StringComparer.Ordinal)
            .Select(g => new AccessRule(g.Key.Group, g.Key.Resource, [.. g.SelectMany(r => r.Verbs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])),
    ];
}
