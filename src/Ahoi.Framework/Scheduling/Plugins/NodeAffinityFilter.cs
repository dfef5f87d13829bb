namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class NodeAffinityFilter : IPodFilter
{
    public string Name => nameof(PodFilters.NodeAffinity);

    public Func<NodeView, IReadOnlyList<string>>? For(PodView pod, ClusterView cluster)
    {
        var terms = NodeTerms.Of(pod);
        return terms.IsEmpty ? null : node => terms.Match(node) ? [] : ["node(s) didn't match Pod's node affinity/selector"];
    }
}
