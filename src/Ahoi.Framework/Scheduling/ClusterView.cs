using Ahoi.Api.Objects;

namespace Ahoi.Framework.Scheduling;

/// <summary>All nodes with their pods, at one moment. Immutable.</summary>
public sealed class ClusterView
{
    private readonly Func<string, IReadOnlyDictionary<string, string>?> _namespaceLabels;

    internal ClusterView(IReadOnlyList<NodeView> nodes, Func<string, IReadOnlyDictionary<string, string>?> namespaceLabels)
    {
        Nodes = nodes;
        _namespaceLabels = namespaceLabels;
    }

    /// <summary>Gets the nodes by name.</summary>
    public IReadOnlyList<NodeView> Nodes { get; }

    /// <summary>Gets every pod on a node, with its node.</summary>
    public IEnumerable<(PodView Pod, NodeView Node)> Pods => Nodes.SelectMany(n => n.Pods.Select(p => (p, n)));

    /// <summary>Makes a view of objects, for tests of filters and scores for example.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="pods">The pods; only those on one of the nodes count.</param>
    /// <param name="namespaces">The namespaces, where affinity selects pods by their labels.</param>
    /// <returns>The view.</returns>
    public static ClusterView Of(IEnumerable<RawObject> nodes, IEnumerable<RawObject>? pods = null, IEnumerable<RawObject>? namespaces = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var byName = nodes.ToDictionary(n => n.Name, n => new NodeView(n), StringComparer.Ordinal);
        foreach (var pod in (pods ?? []).Select(p => new PodView(p)))
        {
            if (!pod.IsFinished && pod.NodeName is { } name && byName.TryGetValue(name, out var node))
            {
                byName[name] = node.With(pod);
            }
        }

        var labels = (namespaces ?? []).ToDictionary(n => n.Name, n => n.Labels, StringComparer.Ordinal);
        return new([.. byName.Values.OrderBy(n => n.Name, StringComparer.Ordinal)], labels.GetValueOrDefault);
    }

    internal IReadOnlyDictionary<string, string>? NamespaceLabels(string name) => _namespaceLabels(name);
}
