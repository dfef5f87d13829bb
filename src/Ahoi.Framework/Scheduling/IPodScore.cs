namespace Ahoi.Framework.Scheduling;

/// <summary>Says which of the nodes a pod can run on suit it better.</summary>
public interface IPodScore
{
    /// <summary>Gets the name, for logs.</summary>
    string Name { get; }

    /// <summary>Gets whether the scores are stretched so that the best node has 100 and the worst 0. Scores that are not
    /// must be between 0 and 100.</summary>
    bool IsStretched => false;

    /// <summary>Looks at a pod and at the cluster once, and gives back what scores each node; more is better.</summary>
    /// <param name="pod">The pod to place.</param>
    /// <param name="cluster">The cluster as it is now.</param>
    /// <returns>What scores a node, or <see langword="null"/> where this score has no say about the pod.</returns>
    Func<NodeView, double>? For(PodView pod, ClusterView cluster);
}
