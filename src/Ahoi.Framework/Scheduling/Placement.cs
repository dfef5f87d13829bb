namespace Ahoi.Framework.Scheduling;

/// <summary>Where a pod goes, or why nowhere.</summary>
/// <param name="Node">The node, or <see langword="null"/>.</param>
/// <param name="Message">Why there is none: how many nodes have each fault. Empty where there is one.</param>
/// <param name="Scores">The score of each node the pod can run on.</param>
public sealed record Placement(string? Node, string Message, IReadOnlyDictionary<string, double> Scores)
{
    /// <summary>Decides where a pod goes, without doing it.</summary>
    /// <param name="options">The filters and scores.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="random">Chooses between equal scores; the first by name, where left out.</param>
    /// <returns>The decision.</returns>
    public static Placement Decide(SchedulerOptions options, PodView pod, ClusterView cluster, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(cluster);
        if (cluster.Nodes.Count == 0)
        {
            return new(null, "no nodes available to schedule pods", new Dictionary<string, double>());
        }

        var checks = options.Filters.Select(f => f.For(pod, cluster)).OfType<Func<NodeView, IReadOnlyList<string>>>().ToArray();
        var fits = new List<NodeView>();
        var faults = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            var refused = checks.Select(check => check(node)).FirstOrDefault(f => f.Count > 0);
            if (refused is null)
            {
                fits.Add(node);
                continue;
            }

            foreach (var fault in refused)
            {
                faults[fault] = faults.GetValueOrDefault(fault) + 1;
            }
        }

        if (fits.Count == 0)
        {
            var counts = faults.Select(f => $"{f.Value} {f.Key}").Order(StringComparer.Ordinal);
            return new(null, $"0/{cluster.Nodes.Count} nodes are available: {string.Join(", ", counts)}.", new Dictionary<string, double>());
        }

        var scores = Score(options, pod, cluster, fits);
        var best = scores.Values.Max();
        var equals = fits.Where(n => best - scores[n.Name] < 1e-6).ToArray();
        return new(equals[random?.Next(equals.Length) ?? 0].Name, "", scores);
    }

    private static Dictionary<string, double> Score(SchedulerOptions options, PodView pod, ClusterView cluster, List<NodeView> fits)
    {
        var sums = fits.ToDictionary(n => n.Name, _ => 0.0, StringComparer.Ordinal);
        if (fits.Count == 1)
        {
            return sums;
        }

        foreach (var (score, weight) in options.Scores)
        {
            if (score.For(pod, cluster) is not { } of)
            {
                continue;
            }

            var values = fits.ConvertAll(n => of(n));
            var (least, most) = score.IsStretched ? (values.Min(), values.Max()) : (0, 100);
            for (var i = 0; i < fits.Count && most > least; i++)
            {
                sums[fits[i].Name] += weight * 100 * (values[i] - least) / (most - least);
            }
        }

        return sums;
    }
}
