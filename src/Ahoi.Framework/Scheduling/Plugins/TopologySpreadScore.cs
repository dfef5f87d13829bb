namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class TopologySpreadScore : IPodScore
{
    public string Name => nameof(PodScores.TopologySpread);

    public bool IsStretched => true;

    public Func<NodeView, double>? For(PodView pod, ClusterView cluster)
    {
        var constraints = SpreadConstraint.Of(pod, "ScheduleAnyway");
        if (constraints.Count == 0)
        {
            return null;
        }

        var counted = constraints.Select(c => (c.TopologyKey, Domains: c.Count(cluster, constraints))).ToArray();

        // A node outside of all domains is worse than the fullest of them. A key with many domains counts for more: their
        // counts differ less.
        return node => -counted.Sum(c =>
            (node.Labels.TryGetValue(c.TopologyKey, out var domain) && c.Domains.TryGetValue(domain, out var count)
                ? count
                : c.Domains.Values.DefaultIfEmpty().Max() + 1) * Math.Log(c.Domains.Count + 2));
    }
}
