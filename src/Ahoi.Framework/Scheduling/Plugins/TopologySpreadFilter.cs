namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class TopologySpreadFilter : IPodFilter
{
    private const string Fault = "node(s) didn't match pod topology spread constraints";

    public string Name => nameof(PodFilters.TopologySpread);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster)
    {
        var constraints = SpreadConstraint.Of(pod, "DoNotSchedule");
        if (constraints.Count == 0)
        {
            return null;
        }

        var counted = constraints.Select(c => (Constraint: c, Domains: c.Count(cluster, constraints))).ToArray();
        return node =>
        {
            foreach (var (constraint, domains) in counted)
            {
                if (!node.Labels.TryGetValue(constraint.TopologyKey, out var domain))
                {
                    return [Fault + " (missing required label)"];
                }

                var least = domains.Count == 0 || domains.Count < constraint.MinDomains ? 0 : domains.Values.Min();
                if (domains.GetValueOrDefault(domain) + constraint.Self - least > constraint.MaxSkew)
                {
                    return [Fault];
                }
            }

            return [];
        };
    }
}
