namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class HostPortFilter : IPodFilter
{
    public string Name => nameof(PodFilters.HostPorts);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster) =>
        pod.HostPorts.Count == 0
            ? null
            : node => node.Pods.Any(p => p.HostPorts.Any(taken => pod.HostPorts.Any(taken.ConflictsWith)))
                ? ["node(s) didn't have free ports for the requested pod ports"]
                : [];
}
