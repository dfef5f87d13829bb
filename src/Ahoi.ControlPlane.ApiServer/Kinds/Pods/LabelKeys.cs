using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Turns matchLabelKeys and mismatchLabelKeys of a new pod into expressions of the selectors beside them.</summary>
internal static class LabelKeys
{
    /// <summary>Adds an expression for each key that the pod has a label for.</summary>
    public static void MergeIntoSelectors(JsonMap spec, JsonMap labels)
    {
        foreach (var kind in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            if (spec.Map("affinity")?.Map(kind) is not { } affinity)
            {
                continue;
            }

            var terms = affinity.Maps("requiredDuringSchedulingIgnoredDuringExecution")
                .Concat(affinity.Maps("preferredDuringSchedulingIgnoredDuringExecution").Select(p => p.Map("podAffinityTerm") ?? []));
            foreach (var term in terms)
            {
                Merge(term, labels, "matchLabelKeys", "In");
                Merge(term, labels, "mismatchLabelKeys", "NotIn");
            }
        }

        foreach (var constraint in spec.Maps("topologySpreadConstraints"))
        {
            Merge(constraint, labels, "matchLabelKeys", "In");
        }
    }

    private static void Merge(JsonMap term, JsonMap labels, string keys, string operation)
    {
        if (term.Map("labelSelector") is not { } selector)
        {
            return;
        }

        foreach (var key in term.List(keys)?.OfType<string>() ?? [])
        {
            if (labels.Text(key) is { } value)
            {
                selector.EnsureList("matchExpressions").Add(
                    new JsonMap { ["key"] = key, ["operator"] = operation, ["values"] = new JsonList { value } });
            }
        }
    }
}
