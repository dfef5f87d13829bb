namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class TaintScore : IPodScore
{
    public string Name => nameof(PodScores.Taints);

    public bool IsStretched => true;

    public Func<NodeView, double> For(PodView pod, ClusterView cluster)
    {
        var tolerations = Tolerations.Of(pod);
        return node => -node.Taints.Count(t => t.Effect == "PreferNoSchedule" && !tolerations.Tolerate(t));
    }
}
