using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Scheduling;

/// <summary>A node as a scheduler looks at it, with the pods on it and those on their way. Immutable.</summary>
public sealed class NodeView
{
    /// <summary>Takes a node apart; there are no pods on it yet.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="FormatException">An amount of a resource is not a quantity.</exception>
    public NodeView(RawObject node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Object = node;
        var content = node.ToMap();
        var spec = content.Map("spec") ?? [];
        Allocatable = ResourceAmounts.Read(content.At("status", "allocatable") as JsonMap);
        IsUnschedulable = spec.Flag("unschedulable") ?? false;
        Taints = [.. (spec.List("taints")?.Maps ?? []).Select(t => new NodeTaint(t.Text("key") ?? "", t.Text("value") ?? "", t.Text("effect") ?? ""))];
        Pods = [];
        Requested = ResourceAmounts.None;
        Scored = ResourceAmounts.None;
    }

    private NodeView(NodeView node, IReadOnlyList<PodView> pods, ResourceAmounts requested, ResourceAmounts scored)
    {
        (Object, Allocatable, IsUnschedulable, Taints) = (node.Object, node.Allocatable, node.IsUnschedulable, node.Taints);
        (Pods, Requested, Scored) = (pods, requested, scored);
    }

    /// <summary>Gets the node itself.</summary>
    public RawObject Object { get; }

    /// <summary>Gets the name.</summary>
    public string Name => Object.Name;

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string> Labels => Object.Labels;

    /// <summary>Gets what the node has for pods.</summary>
    public ResourceAmounts Allocatable { get; }

    /// <summary>Gets whether the node was cordoned off.</summary>
    public bool IsUnschedulable { get; }

    /// <summary>Gets the taints.</summary>
    public IReadOnlyList<NodeTaint> Taints { get; }

    /// <summary>Gets the pods on the node that have not ended.</summary>
    public IReadOnlyList<PodView> Pods { get; }

    /// <summary>Gets what those pods ask for together.</summary>
    public ResourceAmounts Requested { get; }

    /// <summary>Gets what counts in scores: as <see cref="Requested"/>, with something for pods that ask for nothing.</summary>
    internal ResourceAmounts Scored { get; }

    /// <summary>Makes the node with one pod more.</summary>
    /// <param name="pod">The pod.</param>
    /// <returns>The node.</returns>
    public NodeView With(PodView pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return new(this, [.. Pods, pod], Requested.Plus(pod.Requests), Scored.Plus(ScoredOf(pod)));
    }

    internal NodeView Without(PodView pod) => !Pods.Contains(pod)
        ? this
        : new(this, [.. Pods.Where(p => p != pod)], Requested.Minus(pod.Requests), Scored.Minus(ScoredOf(pod)));

    internal NodeView WithPodsOf(NodeView other) => new(this, other.Pods, other.Requested, other.Scored);

    /// <summary>Gets whether pods fit on both alike: heartbeats change a node without changing that.</summary>
    internal bool OffersTheSameAs(NodeView other) =>
        IsUnschedulable == other.IsUnschedulable
        && Taints.SequenceEqual(other.Taints)
        && Allocatable.Same(other.Allocatable)
        && Labels.Count == other.Labels.Count && Labels.All(l => other.Labels.TryGetValue(l.Key, out var value) && value == l.Value);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ResourceAmounts ScoredOf(PodView pod) =>
        ResourceAmounts.None.With("cpu", PodRequests.Scored(pod, "cpu")).With("memory", PodRequests.Scored(pod, "memory"));
}
