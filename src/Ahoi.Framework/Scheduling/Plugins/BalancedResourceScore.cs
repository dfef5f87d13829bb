namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class BalancedResourceScore : IPodScore
{
    public string Name => nameof(PodScores.BalancedResources);

    public Func<NodeView, double> For(PodView pod, ClusterView cluster) =>
        // Of two shares the standard deviation is half their distance.
        node => 100 * (1 - (Math.Abs(Share(pod, node, "cpu") - Share(pod, node, "memory")) / 2));

    private static double Share(PodView pod, NodeView node, string resource) =>
        node.Allocatable[resource] is > 0 and var has ? Math.Min(1, (double)(node.Requested[resource] + pod.Requests[resource]) / has) : 1;
}
