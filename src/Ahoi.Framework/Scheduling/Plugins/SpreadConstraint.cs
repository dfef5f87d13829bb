using Ahoi.Api.Json;
using Ahoi.Api.Selectors;

namespace Ahoi.Framework.Scheduling.Plugins;

/// <summary>A topology spread constraint of a pod, and how many pods it counts in each domain.</summary>
internal sealed class SpreadConstraint
{
    private readonly LabelSelector? _pods;
    private readonly PodView _owner;
    private readonly Func<NodeView, bool> _counts;

    private SpreadConstraint(PodView owner, JsonMap json)
    {
        _owner = owner;
        _pods = PodTerm.Keyed(owner, json);
        TopologyKey = json.Text("topologyKey") ?? "";
        MaxSkew = json.Integer("maxSkew") ?? 1;
        MinDomains = json.Integer("minDomains") ?? 1;
        var terms = json.Text("nodeAffinityPolicy") == "Ignore" ? null : NodeTerms.Of(owner);
        var tolerations = Tolerations.Of(owner);
        var taints = json.Text("nodeTaintsPolicy") == "Honor";
        _counts = node =>
            (terms is null || terms.Match(node))
            && (!taints || node.Taints.All(t => t.Effect == "PreferNoSchedule" || tolerations.Tolerate(t)));
    }

    public string TopologyKey { get; }

    public long MaxSkew { get; }

    public long MinDomains { get; }

    /// <summary>Gets 1 where the pod itself is one of those that are spread.</summary>
    public long Self => Means(_owner) ? 1 : 0;

    public static IReadOnlyList<SpreadConstraint> Of(PodView pod, string whenUnsatisfiable) =>
    [
        .. (pod.Spec.List("topologySpreadConstraints")?.Maps ?? [])
            .Where(c => c.Text("whenUnsatisfiable") == whenUnsatisfiable).Select(c => new SpreadConstraint(pod, c)),
    ];

    /// <summary>The pods in each domain; domains that no node is in which counts, or not with all keys, do not exist.</summary>
    public IReadOnlyDictionary<string, long> Count(ClusterView cluster, IReadOnlyList<SpreadConstraint> all)
    {
        var domains = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            if (all.All(c => node.Labels.ContainsKey(c.TopologyKey)) && _counts(node))
            {
                var domain = node.Labels[TopologyKey];
                domains[domain] = domains.GetValueOrDefault(domain) + node.Pods.Count(p => !p.Object.IsBeingDeleted && Means(p));
            }
        }

        return domains;
    }

    private bool Means(PodView pod) => _pods is not null && pod.Namespace == _owner.Namespace && _pods.Matches(pod.Labels);
}
