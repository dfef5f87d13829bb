using Ahoi.Framework.Scheduling.Plugins;

namespace Ahoi.Framework.Scheduling;

/// <summary>The scores that come along; each follows Kubernetes' scheduler.</summary>
public static class PodScores
{
    /// <summary>Gets what prefers nodes with much left of CPU and memory: pods spread out.</summary>
    public static IPodScore LeastRequested { get; } = new RequestedScore(most: false);

    /// <summary>Gets what prefers nodes with little left of CPU and memory: nodes fill up one after the other.</summary>
    public static IPodScore MostRequested { get; } = new RequestedScore(most: true);

    /// <summary>Gets what prefers nodes whose CPU and memory are used up alike.</summary>
    public static IPodScore BalancedResources { get; } = new BalancedResourceScore();

    /// <summary>Gets what prefers nodes without taints of effect <c>PreferNoSchedule</c> that the pod does not
    /// tolerate.</summary>
    public static IPodScore Taints { get; } = new TaintScore();

    /// <summary>Gets what follows preferred node affinity.</summary>
    public static IPodScore NodeAffinity { get; } = new NodeAffinityScore();

    /// <summary>Gets what follows preferred affinity and anti-affinity between pods, from both sides.</summary>
    public static IPodScore PodAffinity { get; } = new PodAffinityScore();

    /// <summary>Gets what follows soft topology spread constraints.</summary>
    public static IPodScore TopologySpread { get; } = new TopologySpreadScore();

    /// <summary>Gets what a scheduler starts with: all but <see cref="MostRequested"/>, with the weights that
    /// kube-scheduler gives them.</summary>
    public static IReadOnlyList<WeightedScore> Default { get; } =
    [
        new(Taints, 3), new(NodeAffinity, 2), new(TopologySpread, 2), new(PodAffinity, 2), new(LeastRequested, 1), new(BalancedResources, 1),
    ];
}
