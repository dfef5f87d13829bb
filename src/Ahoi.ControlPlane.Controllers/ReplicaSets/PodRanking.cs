using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.ReplicaSets;

/// <summary>Which pods go first where there are too many: those that do the least.</summary>
internal static class PodRanking
{
    private const string Cost = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>Orders pods, the first to go first.</summary>
    /// <param name="pods">The pods to choose from.</param>
    /// <param name="related">Active pods of the same application, of which a node had better not have many.</param>
    public static IEnumerable<RawObject> InOrderOfDeletion(IEnumerable<(RawObject Raw, JsonMap Pod)> pods, IReadOnlyCollection<JsonMap> related)
    {
        var perNode = related.GroupBy(NodeOf).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return pods
            .OrderBy(p => NodeOf(p.Pod).Length == 0 ? 0 : 1)
            .ThenBy(p => PodState.Phase(p.Pod) switch { "Pending" => 0, "Unknown" => 1, _ => 2 })
            .ThenBy(p => PodState.IsReady(p.Pod) ? 1 : 0)
            .ThenBy(p => CostOf(p.Raw))
            .ThenByDescending(p => NodeOf(p.Pod).Length == 0 ? 0 : perNode.GetValueOrDefault(NodeOf(p.Pod)))
            .ThenByDescending(p => PodState.ReadySince(p.Pod) ?? DateTimeOffset.MinValue)
            .ThenByDescending(p => Restarts(p.Pod))
            .ThenByDescending(p => p.Raw.CreationTimestamp)
            .ThenBy(p => p.Raw.Name, StringComparer.Ordinal)
            .Select(p => p.Raw);
    }

    private static string NodeOf(JsonMap pod) => pod.At("spec", "nodeName") as string ?? "";

    private static int CostOf(RawObject pod) =>
        int.TryParse(pod.Annotations.GetValueOrDefault(Cost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static long Restarts(JsonMap pod) => (pod.Map("status")?.List("containerStatuses")?.Maps ?? []).Sum(c => c.Integer("restartCount") ?? 0);
}
