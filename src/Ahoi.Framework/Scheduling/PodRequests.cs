using Ahoi.Api.Json;

namespace Ahoi.Framework.Scheduling;

/// <summary>Adds up what a pod asks for, by the rules of Kubernetes' scheduler.</summary>
internal static class PodRequests
{
    // What the scores count for a container that asks for nothing: it will use something.
    private const long UsualCpu = 100;
    private const long UsualMemory = 200L << 20;

    public static ResourceAmounts Of(JsonMap spec)
    {
        var running = ResourceAmounts.None;
        foreach (var container in spec.List("containers")?.Maps ?? [])
        {
            running = running.Plus(Of("requests", container));
        }

        // Init containers run one after the other; beside each run the sidecars that came before it.
        var sidecars = ResourceAmounts.None;
        var starting = ResourceAmounts.None;
        foreach (var container in spec.List("initContainers")?.Maps ?? [])
        {
            var requests = Of("requests", container);
            if (IsSidecar(container))
            {
                sidecars = sidecars.Plus(requests);
                starting = starting.Larger(sidecars);
            }
            else
            {
                starting = starting.Larger(sidecars.Plus(requests));
            }
        }

        return running.Plus(sidecars).Larger(starting).With(Of("requests", spec)).Plus(ResourceAmounts.Read(spec.Map("overhead")));
    }

    public static bool IsSidecar(JsonMap initContainer) => initContainer.Text("restartPolicy") == "Always";

    public static long Scored(PodView pod, string resource) =>
        pod.Requests[resource] is > 0 and var amount ? amount : resource == "cpu" ? UsualCpu : resource == "memory" ? UsualMemory : 0;

    private static ResourceAmounts Of(string what, JsonMap owner) => ResourceAmounts.Read(owner.Map("resources")?.Map(what));
}
