namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class PodAffinityScore : IPodScore
{
    public string Name => nameof(PodScores.PodAffinity);

    public bool IsStretched => true;

    public Func<NodeView, double>? For(PodView pod, ClusterView cluster)
    {
        var sums = new Dictionary<(string Key, string Value), long>();
        foreach (var (other, node) in cluster.Pods)
        {
            Add(sums, node, pod.Affinity.Preferred, other, cluster, 1);
            Add(sums, node, pod.Affinity.PreferredAnti, other, cluster, -1);

            // What the others prefer counts too; what they require makes them prefer company a little.
            Add(sums, node, other.Affinity.Preferred, pod, cluster, 1);
            Add(sums, node, other.Affinity.PreferredAnti, pod, cluster, -1);
            Add(sums, node, other.Affinity.Required, pod, cluster, 1);
        }

        return sums.Count == 0
            ? null
            : node => sums.Sum(s => node.Labels.TryGetValue(s.Key.Key, out var value) && value == s.Key.Value ? s.Value : 0);
    }

    private static void Add(
        Dictionary<(string Key, string Value), long> sums, NodeView node, IReadOnlyList<PodTerm> terms, PodView meant, ClusterView cluster, int sign)
    {
        foreach (var term in terms)
        {
            if (node.Labels.TryGetValue(term.TopologyKey, out var value) && term.Matches(meant, cluster))
            {
                sums[(term.TopologyKey, value)] = sums.GetValueOrDefault((term.TopologyKey, value)) + (sign * term.Weight);
            }
        }
    }
}
