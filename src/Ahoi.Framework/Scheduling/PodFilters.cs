using Ahoi.Framework.Scheduling.Plugins;

namespace Ahoi.Framework.Scheduling;

/// <summary>The filters that come along; each follows Kubernetes' scheduler.</summary>
public static class PodFilters
{
    /// <summary>Gets what keeps pods off nodes that were cordoned off, unless they tolerate
    /// <c>node.kubernetes.io/unschedulable</c>.</summary>
    public static IPodFilter UnschedulableNodes { get; } = new UnschedulableNodeFilter();

    /// <summary>Gets what keeps pods off nodes with taints they do not tolerate.</summary>
    public static IPodFilter Taints { get; } = new TaintFilter();

    /// <summary>Gets what holds pods to their node selector and required node affinity.</summary>
    public static IPodFilter NodeAffinity { get; } = new NodeAffinityFilter();

    /// <summary>Gets what keeps two pods from taking one port of a node.</summary>
    public static IPodFilter HostPorts { get; } = new HostPortFilter();

    /// <summary>Gets what keeps a node from being promised more than it has, and more pods than it takes.</summary>
    public static IPodFilter Resources { get; } = new ResourceFilter();

    /// <summary>Gets what holds pods to their hard topology spread constraints.</summary>
    public static IPodFilter TopologySpread { get; } = new TopologySpreadFilter();

    /// <summary>Gets what holds pods to required affinity and anti-affinity, their own and that of pods that are there.</summary>
    public static IPodFilter PodAffinity { get; } = new PodAffinityFilter();

    /// <summary>Gets all of them, the cheap ones first.</summary>
    public static IReadOnlyList<IPodFilter> All { get; } =
        [UnschedulableNodes, Taints, NodeAffinity, HostPorts, Resources, TopologySpread, PodAffinity];
}
