namespace Ahoi.Framework.Scheduling;

/// <summary>A filter that is a function.</summary>
internal sealed class FunctionFilter(string name, Func<PodView, NodeView, string?> refuse) : IPodFilter
{
    public string Name => name;

    public Func<NodeView, IReadOnlyList<string>> For(PodView pod, ClusterView cluster) =>
        node => refuse(pod, node) is { } fault ? [fault] : [];
}

/// <summary>A score that is a function.</summary>
internal sealed class FunctionScore(string name, Func<PodView, NodeView, double> score, bool stretched) : IPodScore
{
    public string Name => name;

    public bool IsStretched => stretched;

    public Func<NodeView, double> For(PodView pod, ClusterView cluster) => node => score(pod, node);
}
