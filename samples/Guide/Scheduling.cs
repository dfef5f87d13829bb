using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;

namespace Guide;

internal static class Scheduling
{
    public static AhoiBuilder Add(AhoiBuilder ahoi)
    {
        // docs: functions
        return ahoi.AddScheduler("green-scheduler", o => o
            .Filter("Licensed", (pod, node) =>
                pod.Labels.ContainsKey("licensed") && !node.Labels.ContainsKey("license") ? "node(s) had no license" : null)
            .Score("CheapPower", (_, node) => node.Labels.TryGetValue("power", out var power) && power == "solar" ? 1 : 0, weight: 3));
        // docs: end
    }

    public static AhoiBuilder AddPacking(AhoiBuilder ahoi)
    {
        // docs: packing
        return ahoi.AddScheduler("packing-scheduler", o =>
        {
            o.Scores.Clear();
            o.Scores.Add(new(PodScores.MostRequested, 1));    // fill nodes up one after the other
            o.Filters.Add(new OnePerRack());
        });
        // docs: end
    }
}

// docs: filter
internal sealed class OnePerRack : IPodFilter
{
    public string Name => nameof(OnePerRack);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster)
    {
        if (!pod.Labels.TryGetValue("one-per-rack", out var group))
        {
            return null;                                      // has no say about this pod
        }

        // Looked at once per pod; what is returned judges each node.
        var taken = cluster.Pods
            .Where(p => p.Pod.Labels.GetValueOrDefault("one-per-rack") == group)
            .Select(p => p.Node.Labels.GetValueOrDefault("rack"))
            .ToHashSet();
        return node => taken.Contains(node.Labels.GetValueOrDefault("rack")) ? ["node(s) were in a rack that is taken"] : [];
    }
}
// docs: end
