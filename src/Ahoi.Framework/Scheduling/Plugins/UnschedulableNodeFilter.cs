namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class UnschedulableNodeFilter : IPodFilter
{
    private static readonly NodeTaint AsTaint = new("node.kubernetes.io/unschedulable", "", "NoSchedule");

    public string Name => nameof(PodFilters.UnschedulableNodes);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster) =>
        Tolerations.Of(pod).Tolerate(AsTaint) ? null : node => node.IsUnschedulable ? ["node(s) were unschedulable"] : [];
}
