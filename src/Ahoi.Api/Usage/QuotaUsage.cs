using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Api.Usage;

/// <summary>How much of what a quota counts an object uses.</summary>
public static class QuotaUsage
{
    private const string ClassSuffix = ".storageclass.storage.k8s.io/";
    private static readonly Quantity One = new(1);
    private static readonly string[] Demanded = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
    private static readonly string[] Computed = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>Gets the usage of an object.</summary>
    /// <param name="group">The group of its resource.</param>
    /// <param name="plural">The name of its resource.</param>
    /// <param name="value">The object.</param>
    /// <returns>The amounts, by the names that quotas have for them.</returns>
    public static Amounts Of(string group, string plural, JsonMap value)
    {
        var usage = new Amounts { [CountOf(group, plural)] = One };
        switch (group, plural)
        {
            case ("", "pods") when !IsTerminal(value):
                var spec = value.Map("spec") ?? [];
                usage["pods"] = One;
                usage.Add(OfContainer(PodAmounts.Requests(spec), PodAmounts.Limits(spec)));
                break;
            case ("", "services"):
                AddService(value.Map("spec") ?? [], usage);
                break;
            case ("", "persistentvolumeclaims"):
                AddClaim(value, usage);
                break;
            case ("", "configmaps" or "secrets" or "replicationcontrollers" or "resourcequotas"):
                usage[plural] = One;
                break;
        }

        return usage;
    }

    /// <summary>Says which of the demanded resources the containers of a pod leave open.</summary>
    /// <param name="counted">The resources that quotas count.</param>
    /// <param name="pod">The pod.</param>
    /// <returns>What is missing, for people; null where nothing is.</returns>
    public static string? Missing(IEnumerable<string> counted, JsonMap pod)
    {
        var spec = pod.Map("spec") ?? [];
        if (spec.Map("resources")?.Map("requests") is { Count: > 0 })
        {
            return null; // The pod says it as a whole.
        }

        var demanded = counted.Where(c => Demanded.Contains(c)).Order(StringComparer.Ordinal).ToArray();
        var missing = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var container in (spec.List("containers")?.Maps ?? []).Concat((spec.List("initContainers")?.Maps ?? [])))
        {
            var resources = container.Map("resources");
            var given = OfContainer(Amounts.Of(resources?.Map("requests")), Amounts.Of(resources?.Map("limits")));
            foreach (var name in demanded.Where(d => !given.ContainsKey(d)))
            {
                if (!missing.TryGetValue(name, out var containers))
                {
                    missing[name] = containers = [];
                }

                containers.Add(container.Text("name") ?? "");
            }
        }

        return missing.Count == 0 ? null : "must specify " + string.Join("; ", missing.Select(m => $"{m.Key} for: {string.Join(',', m.Value)}"));
    }

    private static Amounts OfContainer(Amounts requests, Amounts limits)
    {
        var usage = new Amounts();
        foreach (var name in Computed)
        {
            if (requests.TryGetValue(name, out var request))
            {
                usage[name] = usage[$"requests.{name}"] = request;
            }

            if (limits.TryGetValue(name, out var limit))
            {
                usage[$"limits.{name}"] = limit;
            }
        }

        foreach (var (name, request) in requests)
        {
            if (name.StartsWith("hugepages-", StringComparison.Ordinal))
            {
                usage[name] = usage[$"requests.{name}"] = request;
            }
            else if (name.Contains('/', StringComparison.Ordinal))
            {
                usage[$"requests.{name}"] = request;
            }
        }

        return usage;
    }

    private static void AddService(JsonMap spec, Amounts usage)
    {
        usage["services"] = One;
        var ports = (spec.List("ports")?.Maps ?? []).ToArray();
        switch (spec.Text("type"))
        {
            case "NodePort":
                usage["services.nodeports"] = new(ports.Length);
                break;
            case "LoadBalancer":
                usage["services.loadbalancers"] = One;
                usage["services.nodeports"] = new(spec.Flag("allocateLoadBalancerNodePorts") == false ? ports.Count(p => p.Integer("nodePort") > 0) : ports.Length);
                break;
        }
    }

    private static void AddClaim(JsonMap value, Amounts usage)
    {
        usage["persistentvolumeclaims"] = One;
        var size = Amounts.Of(value.Map("spec")?.Map("resources")?.Map("requests"));
        var kind = value.Map("metadata")?.Map("annotations")?.Text("volume.beta.kubernetes.io/storage-class") ?? value.Map("spec")?.Text("storageClassName");
        if (!string.IsNullOrEmpty(kind))
        {
            usage[kind + ClassSuffix + "persistentvolumeclaims"] = One;
        }

        if (size.TryGetValue("storage", out var storage))
        {
            usage["requests.storage"] = storage;
            if (!string.IsNullOrEmpty(kind))
            {
                usage[kind + ClassSuffix + "requests.storage"] = storage;
            }
        }
    }

    private static bool IsTerminal(JsonMap pod) => pod.Map("status")?.Text("phase") is "Failed" or "Succeeded";

    private static string CountOf(string group, string plural) => group.Length == 0 ? $"count/{plural}" : $"count/{plural}.{group}";
}
