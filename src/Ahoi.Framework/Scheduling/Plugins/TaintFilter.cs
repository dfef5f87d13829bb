namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class TaintFilter : IPodFilter
{
    public string Name => nameof(PodFilters.Taints);

    public Func<NodeView, IReadOnlyList<string>> For(PodView pod, ClusterView cluster)
    {
        var tolerations = Tolerations.Of(pod);
        return node => node.Taints.FirstOrDefault(t => t.Effect is "NoSchedule" or "NoExecute" && !tolerations.Tolerate(t)) is { } taint
            ? [$"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}"]
            : [];
    }
}
