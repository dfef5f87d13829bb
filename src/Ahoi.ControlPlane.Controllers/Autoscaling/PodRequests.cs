using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>What pods request of a resource.</summary>
internal static class PodRequests
{
    /// <summary>Adds up what each pod requests.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="container">The one container that counts; <see langword="null"/> for all of them.</param>
    /// <returns>The amounts, a thousandfold, by name.</returns>
    /// <exception cref="MetricFaultException">A container requests nothing.</exception>
    public static IReadOnlyDictionary<string, long> Of(IEnumerable<JsonMap> pods, string resource, string? container) =>
        pods.ToDictionary(p => (string)p.At("metadata", "name")!, p => Of(p, resource, container), StringComparer.Ordinal);

    private static long Of(JsonMap pod, string resource, string? container)
    {
        var spec = pod.Map("spec") ?? [];
        var name = pod.At("metadata", "name");
        if (container is null && Request(spec, resource) is { } whole)
        {
            return whole;
        }

        var running = (spec.List("initContainers")?.Maps ?? []).Where(c => c.Text("restartPolicy") == "Always")
            .Concat(spec.List("containers")?.Maps ?? []).Where(c => container is null || c.Text("name") == container).ToList();
        return running.Count == 0
            ? throw new MetricFaultException($"container {container} not found in Pod {name}")
            : running.Sum(c => Request(c, resource) ?? throw new MetricFaultException($"missing request for {resource} in container {c.Text("name")} of Pod {name}"));
    }

    private static long? Request(JsonMap owner, string resource) =>
        Quantity.TryParse(Convert.ToString(owner.At("resources", "requests", resource), CultureInfo.InvariantCulture), out var amount) ? amount.MilliValue : null;
}
