using Ahoi.Api.Json;
using Ahoi.Api.Selectors;

namespace Ahoi.Framework.Scheduling.Plugins;

/// <summary>Which pods one wish of a pod is about, and how near means near.</summary>
internal sealed class PodTerm
{
    private readonly LabelSelector? _pods;
    private readonly HashSet<string> _namespaces;
    private readonly LabelSelector? _namespaceSelector;

    public PodTerm(PodView owner, JsonMap term, long weight)
    {
        TopologyKey = term.Text("topologyKey") ?? "";
        Weight = weight;
        _pods = Keyed(owner, term);
        _namespaceSelector = term.Map("namespaceSelector") is { } selector ? LabelSelector.FromJson(selector) : null;
        var named = term.List("namespaces")?.Texts.ToHashSet(StringComparer.Ordinal) ?? [];
        _namespaces = named.Count == 0 && _namespaceSelector is null ? new(StringComparer.Ordinal) { owner.Namespace } : named;
    }

    public string TopologyKey { get; }

    public long Weight { get; }

    public bool Matches(PodView pod, ClusterView cluster) =>
        _pods is not null
        && (_namespaces.Contains(pod.Namespace)
            || (_namespaceSelector is { } selector && (selector.IsEmpty || (cluster.NamespaceLabels(pod.Namespace) is { } labels && selector.Matches(labels)))))
        && _pods.Matches(pod.Labels);

    /// <summary>The selector, with the owner's own values of the keys to match or to differ in. Without a selector, no pod
    /// is meant.</summary>
    public static LabelSelector? Keyed(PodView owner, JsonMap term)
    {
        if (term.Map("labelSelector") is not { } json)
        {
            return null;
        }

        var requirements = LabelSelector.FromJson(json).Requirements.ToList();
        foreach (var (list, meant) in (ReadOnlySpan<(string, LabelOperator)>)[("matchLabelKeys", LabelOperator.In), ("mismatchLabelKeys", LabelOperator.NotIn)])
        {
            foreach (var key in term.List(list)?.Texts ?? [])
            {
                if (owner.Labels.TryGetValue(key, out var value))
                {
                    requirements.Add(new(key, meant, [value]));
                }
            }
        }

        return new(requirements);
    }
}
