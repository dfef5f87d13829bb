using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>How many replicas a metric asks for.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Usage">What the pods use.</param>
internal readonly record struct ReplicaProposal(long Replicas, Usage Usage)
{
    /// <summary>Finds out how many replicas there should be.</summary>
    /// <param name="current">How many there should be now.</param>
    /// <param name="pods">The pods.</param>
    /// <param name="figures">What they use, by name.</param>
    /// <param name="groups">What their figures are worth.</param>
    /// <param name="target">What they should use.</param>
    /// <param name="tolerance">How far from it is near enough.</param>
    /// <exception cref="MetricFaultException">Nothing can be said.</exception>
    public static ReplicaProposal Of(long current, IReadOnlyList<JsonMap> pods, IReadOnlyDictionary<string, PodFigure> figures, PodGroups groups, MetricTarget target, Tolerance tolerance)
    {
        var used = figures.Where(f => !groups.Ignored.Contains(f.Key) && !groups.Unready.Contains(f.Key))
            .ToDictionary(f => f.Key, f => f.Value.Milli, StringComparer.Ordinal);
        if (used.Count == 0)
        {
            throw new MetricFaultException("did not receive metrics for targeted pods (pods might be unready)");
        }

        var usage = target.Compare(used);
        var countsUnready = groups.Unready.Count > 0 && usage.Ratio > 1;
        if (!countsUnready && groups.Missing.Count == 0)
        {
            return new(tolerance.Covers(usage.Ratio) ? current : Rounded(usage.Ratio * groups.Ready), usage);
        }

        // Of what is not known, it is taken that it makes the change smaller.
        foreach (var pod in usage.Ratio is < 1 or > 1 ? groups.Missing : [])
        {
            used[pod] = usage.Ratio < 1 ? target.Assumed(pod) : 0;
        }

        foreach (var pod in countsUnready ? groups.Unready : [])
        {
            used[pod] = 0;
        }

        var ratio = target.Compare(used).Ratio;
        if (tolerance.Covers(ratio) || (usage.Ratio < 1 && ratio > 1) || (usage.Ratio > 1 && ratio < 1))
        {
            return new(current, usage);
        }

        var replicas = Rounded(ratio * used.Count);
        var turnsRound = (ratio < 1 && replicas > current) || (ratio > 1 && replicas < current);
        return new(turnsRound ? current : replicas, usage);
    }

    private static long Rounded(double replicas) => (long)Math.Ceiling(Math.Min(replicas, int.MaxValue));
}
