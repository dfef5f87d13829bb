namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class PodAffinityFilter : IPodFilter
{
    public string Name => nameof(PodFilters.PodAffinity);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster)
    {
        var (near, far) = (pod.Affinity.Required, pod.Affinity.RequiredAnti);
        var refusedByOthers = new HashSet<(string Key, string Value)>();
        var nearBy = new HashSet<(int Term, string Value)>();
        var farFrom = new HashSet<(int Term, string Value)>();
        foreach (var (other, node) in cluster.Pods)
        {
            foreach (var term in other.Affinity.RequiredAnti)
            {
                if (node.Labels.TryGetValue(term.TopologyKey, out var value) && term.Matches(pod, cluster))
                {
                    refusedByOthers.Add((term.TopologyKey, value));
                }
            }

            // A pod counts for affinity only if every term means it.
            if (near.Count > 0 && near.All(t => t.Matches(other, cluster)))
            {
                Note(near, node, nearBy, _ => true);
            }

            Note(far, node, farFrom, t => t.Matches(other, cluster));
        }

        if (near.Count == 0 && far.Count == 0 && refusedByOthers.Count == 0)
        {
            return null;
        }

        // The first pod of a group that wants to be together has to begin somewhere.
        var begins = near.Count > 0 && nearBy.Count == 0 && near.All(t => t.Matches(pod, cluster));
        return node =>
        {
            for (var i = 0; i < near.Count; i++)
            {
                if (!node.Labels.TryGetValue(near[i].TopologyKey, out var value) || !(begins || nearBy.Contains((i, value))))
                {
                    return ["node(s) didn't match pod affinity rules"];
                }
            }

            for (var i = 0; i < far.Count; i++)
            {
                if (node.Labels.TryGetValue(far[i].TopologyKey, out var value) && farFrom.Contains((i, value)))
                {
                    return ["node(s) didn't match pod anti-affinity rules"];
                }
            }

            return refusedByOthers.Any(r => node.Labels.TryGetValue(r.Key, out var value) && value == r.Value)
                ? ["node(s) didn't satisfy existing pods anti-affinity rules"]
                : [];
        };
    }

    private static void Note(IReadOnlyList<PodTerm> terms, NodeView node, HashSet<(int, string)> found, Func<PodTerm, bool> meant)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (node.Labels.TryGetValue(terms[i].TopologyKey, out var value) && meant(terms[i]))
            {
                found.Add((i, value));
            }
        }
    }
}
