namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class RequestedScore(bool most) : IPodScore
{
    public string Name => most ? nameof(PodScores.MostRequested) : nameof(PodScores.LeastRequested);

    public Func<NodeView, double> For(PodView pod, ClusterView cluster) => node => (Share(pod, node, "cpu") + Share(pod, node, "memory")) / 2;

    private double Share(PodView pod, NodeView node, string resource)
    {
        var has = node.Allocatable[resource];
        var used = node.Scored[resource] + PodRequests.Scored(pod, resource);
        return has <= 0 || used > has ? 0 : 100.0 * (most ? used : has - used) / has;
    }
}
