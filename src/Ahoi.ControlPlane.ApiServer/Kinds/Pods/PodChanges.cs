using Ahoi.Api.Json;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>What may change in a pod that exists.</summary>
internal static class PodChanges
{
    private static readonly string[] ContainerLists = ["containers", "initContainers"];

    /// <summary>Refuses changes of anything but images, deadline, additional tolerations and what gates still hold back.</summary>
    public static void Update(Field spec, JsonMap old)
    {
        foreach (var list in ContainerLists)
        {
            if (spec[list].Count != (old.List(list)?.Count ?? 0))
            {
                spec[list].Forbidden("pod updates may not add or remove containers");
                return;
            }
        }

        Deadline(spec["activeDeadlineSeconds"], old["activeDeadlineSeconds"] as long?);
        Tolerations(spec["tolerations"], old.List("tolerations") ?? []);
        Gates(spec["schedulingGates"], old.List("schedulingGates") ?? []);

        var same = spec.Map.DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "schedulingGates"])
        {
            Restore(same, old, field);
        }

        if (old["terminationGracePeriodSeconds"] is < 0L && same["terminationGracePeriodSeconds"] is 1L)
        {
            Restore(same, old, "terminationGracePeriodSeconds");
        }

        foreach (var list in ContainerLists)
        {
            RestoreInItems(same, old, list, "image");
        }

        if (old.List("schedulingGates") is { Count: > 0 })
        {
            Restore(same, old, "nodeSelector");
            if ((old.Map("nodeSelector") ?? []).Any(e => !JsonTree.Equals(spec["nodeSelector"].Map[e.Key], e.Value)))
            {
                spec["nodeSelector"].Invalid("only additions to spec.nodeSelector are allowed (no mutations or deletions)");
            }

            NodeAffinity(spec["affinity"]["nodeAffinity"], old.Map("affinity")?.Map("nodeAffinity"));
            RestoreNodeAffinity(same, old);
        }

        if (!Same(same, old))
        {
            spec.Forbidden("pod updates may not change fields other than images, activeDeadlineSeconds, terminationGracePeriodSeconds (1 if it was negative) and tolerations (only additions)");
        }
    }

    /// <summary>Refuses changes of ephemeral containers that exist.</summary>
    public static void EphemeralContainers(Field spec, JsonMap old)
    {
        var containers = spec["ephemeralContainers"];
        foreach (var item in old.Maps("ephemeralContainers"))
        {
            var name = item.Text("name");
            var now = containers.Items.FirstOrDefault(c => c["name"].Text == name);
            if (!now.Has)
            {
                containers.Forbidden($"existing ephemeral containers \"{name}\" may not be removed");
            }
            else if (!JsonTree.Equals(now.Value, item))
            {
                containers.Forbidden($"existing ephemeral containers \"{name}\" may not be changed");
            }
        }
    }

    /// <summary>Refuses changes of anything but the resources of containers.</summary>
    public static void Resize(Field spec, JsonMap value, JsonMap old)
    {
        var was = old.Map("spec") ?? [];
        foreach (var list in ContainerLists)
        {
            if (!(spec[list].Value as JsonList ?? []).Select(ContainerRules.NameOf).SequenceEqual((was.List(list) ?? []).Select(ContainerRules.NameOf)))
            {
                spec[list].Forbidden("containers may not be added, removed, renamed or reordered on resize");
                return;
            }
        }

        if (QualityOfService.Of(value.Map("spec") ?? []) != QualityOfService.Of(was))
        {
            spec.Errors.Invalid(spec.Path, old.At("status", "qosClass"), "the pod's QOS class may not change as a result of resizing");
        }

        var same = spec.Map.DeepClone();
        foreach (var list in ContainerLists)
        {
            RestoreInItems(same, was, list, "resources");
            RestoreInItems(same, was, list, "resizePolicy");
            for (var i = 0; i < spec[list].Count; i++)
            {
                Removal(spec[list].At(i)["resources"], ((was.List(list)?.ElementAtOrDefault(i) as JsonMap)?.Map("resources")) ?? []);
            }
        }

        Restore(same, was, "resources");
        if (!Same(same, was))
        {
            spec.Forbidden("only cpu and memory resources are mutable");
        }
    }

    private static void Removal(Field resources, JsonMap old)
    {
        foreach (var kind in (ReadOnlySpan<string>)["requests", "limits"])
        {
            if ((old.Map(kind) ?? []).Any(e => e.Key is "cpu" or "memory" && !resources[kind].Map.ContainsKey(e.Key)))
            {
                resources[kind].Forbidden($"resource {kind} cannot be removed");
            }
        }
    }

    private static void Deadline(Field deadline, long? old)
    {
        if (deadline.Value is long now)
        {
            deadline.Between(0, int.MaxValue);
            if (old is { } was && was < now)
            {
                deadline.Invalid("must be less than or equal to previous value");
            }
        }
        else if (old is not null)
        {
            deadline.Invalid("must not update from a positive integer to nil value");
        }
    }

    private static void Tolerations(Field tolerations, JsonList old)
    {
        foreach (var was in old.OfType<JsonMap>())
        {
            var found = tolerations.Items.Any(t => SameBut(t.Map, was, "tolerationSeconds"));
            if (!found)
            {
                tolerations.Forbidden("existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    private static void Gates(Field gates, JsonList old)
    {
        var names = old.Select(ContainerRules.NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var added in gates.Items.Where(g => !names.Contains(g["name"].Text)))
        {
            added["name"].Forbidden($"only deletion is allowed, but found new scheduling gate '{added["name"].Text}'");
        }
    }

    // Where terms were required, each may be narrowed, and none may come or go.
    private static void NodeAffinity(Field affinity, JsonMap? old)
    {
        const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
        var was = old?.Map(Required)?.Maps("nodeSelectorTerms").ToArray() ?? [];
        var terms = affinity[Required]["nodeSelectorTerms"];
        if (was.Length == 0)
        {
            return;
        }

        if (terms.Count != was.Length)
        {
            terms.Invalid("no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }

        foreach (var (i, term) in terms.Items.Index())
        {
            var isEmpty = was[i].List("matchExpressions") is null or { Count: 0 } && was[i].List("matchFields") is null or { Count: 0 };
            if (isEmpty ? term["matchExpressions"].Count + term["matchFields"].Count > 0 : !(OnlyAdds(term, was[i], "matchExpressions") && OnlyAdds(term, was[i], "matchFields")))
            {
                term.Invalid("only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static bool OnlyAdds(Field term, JsonMap was, string list)
    {
        var (now, before) = (term[list].Value as JsonList ?? [], was.List(list) ?? []);
        return now.Count >= before.Count && before.Index().All(e => JsonTree.Equals(now[e.Index], e.Item));
    }

    private static void RestoreNodeAffinity(JsonMap same, JsonMap old)
    {
        var was = old.Map("affinity")?["nodeAffinity"];
        if (was is not null)
        {
            same.EnsureMap("affinity")["nodeAffinity"] = JsonTree.DeepClone(was);
        }
        else if (same.Map("affinity") is { } affinity)
        {
            affinity.Remove("nodeAffinity");
            if (affinity.Count == 0 && old.Map("affinity") is null)
            {
                same.Remove("affinity");
            }
        }
    }

    private static bool SameBut(JsonMap left, JsonMap right, string field)
    {
        var (a, b) = (left.DeepClone(), right.DeepClone());
        a.Remove(field);
        b.Remove(field);
        return JsonTree.Equals(a, b);
    }

    private static bool Same(JsonMap left, JsonMap right) =>
        left.Keys.Concat(right.Keys).Distinct(StringComparer.Ordinal).All(k => JsonTree.Equals(left[k], right[k]));

    private static void Restore(JsonMap value, JsonMap old, string field)
    {
        if (old.TryGetValue(field, out var was))
        {
            value[field] = JsonTree.DeepClone(was);
        }
        else
        {
            value.Remove(field);
        }
    }

    private static void RestoreInItems(JsonMap value, JsonMap old, string list, string field)
    {
        var (now, before) = (value.List(list), old.List(list));
        for (var i = 0; i < now?.Count && i < before?.Count; i++)
        {
            if (now[i] is JsonMap item && before[i] is JsonMap was)
            {
                Restore(item, was, field);
            }
        }
    }
}
