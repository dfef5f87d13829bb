using Ahoi.Api.Json;

namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class NodeAffinityScore : IPodScore
{
    public string Name => nameof(PodScores.NodeAffinity);

    public bool IsStretched => true;

    public Func<NodeView, double>? For(PodView pod, ClusterView cluster)
    {
        var preferred = pod.Spec.Map("affinity")?.Map("nodeAffinity")?.List("preferredDuringSchedulingIgnoredDuringExecution")?.Maps
            .Select(p => (Term: new NodeTerm(p.Map("preference") ?? new JsonMap()), Weight: p.Integer("weight") ?? 0)).ToArray();
        return preferred is { Length: > 0 } ? node => preferred.Sum(p => p.Term.Matches(node) ? p.Weight : 0) : null;
    }
}
