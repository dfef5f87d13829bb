using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Gives a new pod the priority of its class.</summary>
internal static class PodPriority
{
    private const string Preempting = "PreemptLowerPriority";

    /// <summary>Sets priority, preemption policy and, where there is a default class, the class of a new pod.</summary>
    /// <param name="pod">The pod; changed in place.</param>
    /// <param name="classes">Every priority class there is.</param>
    /// <returns>Why the pod is forbidden, or <see langword="null"/>.</returns>
    public static string? Set(JsonMap pod, IEnumerable<JsonMap> classes)
    {
        var spec = pod.EnsureMap("spec");
        var asked = spec.Text("priorityClassName");
        var chosen = string.IsNullOrEmpty(asked)
            ? classes.Where(c => c.Flag("globalDefault") == true).MinBy(c => c.Integer("value") ?? 0)
            : classes.FirstOrDefault(c => c.At("metadata", "name") as string == asked) ?? OfSystem(asked);
        if (chosen is null && !string.IsNullOrEmpty(asked))
        {
            return $"no PriorityClass with name {asked} was found";
        }

        if (chosen is not null)
        {
            spec["priorityClassName"] = chosen.At("metadata", "name");
        }

        var (priority, policy) = (chosen?.Integer("value") ?? 0, chosen?.Text("preemptionPolicy") ?? Preempting);
        if (spec["priority"] is long own && own != priority)
        {
            return $"the integer value of priority ({own}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name";
        }

        if (spec.Text("preemptionPolicy") is { Length: > 0 } given && given != policy)
        {
            return $"the preemption policy ({given}) in the pod's spec must match that of its priority class ({policy})";
        }

        spec["priority"] = priority;
        spec["preemptionPolicy"] = policy;
        return null;
    }

    private static JsonMap? OfSystem(string name) => name switch
    {
        "system-node-critical" => Class(name, 2_000_001_000),
        "system-cluster-critical" => Class(name, 2_000_000_000),
        _ => null,
    };

    private static JsonMap Class(string name, long value) =>
        new() { ["metadata"] = new JsonMap { ["name"] = name }, ["value"] = value, ["preemptionPolicy"] = Preempting };
}
