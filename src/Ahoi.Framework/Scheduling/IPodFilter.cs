namespace Ahoi.Framework.Scheduling;

/// <summary>Says on which nodes a pod cannot run.</summary>
public interface IPodFilter
{
    /// <summary>Gets the name, for logs.</summary>
    string Name { get; }

    /// <summary>Looks at a pod and at the cluster once, and gives back what judges each node.</summary>
    /// <param name="pod">The pod to place.</param>
    /// <param name="cluster">The cluster as it is now, pods included that are on their way to a node.</param>
    /// <returns>What gives a node's faults, each as the message counts them (<c>Insufficient cpu</c>), and nothing where the
    /// pod may run; <see langword="null"/> where this filter has no say about the pod.</returns>
    Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster);
}
