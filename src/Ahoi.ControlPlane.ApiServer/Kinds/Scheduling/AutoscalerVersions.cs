using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Converts autoscalers between version 2, which is stored, and version 1.</summary>
internal static class AutoscalerVersions
{
    /// <summary>Gets the metric that version 1's target of CPU utilization stands for.</summary>
    public static JsonMap CpuMetric(object? utilization) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonMap
        {
            ["name"] = "cpu",
            ["target"] = new JsonMap { ["type"] = "Utilization", ["averageUtilization"] = utilization },
        },
    };

    /// <summary>Turns a version 2 object into version 1. Metrics other than the CPU's are not shown.</summary>
    /// <param name="value">The object; changed in place.</param>
    public static void ToVersion1(JsonMap value)
    {
        value["apiVersion"] = "autoscaling/v1";
        var spec = value.Map("spec") ?? [];
        var cpu = spec.Maps("metrics").FirstOrDefault(IsCpu);
        if (cpu?.At("resource", "target", "averageUtilization") is { } target)
        {
            spec["targetCPUUtilizationPercentage"] = target;
        }

        spec.Remove("metrics");
        spec.Remove("behavior");
        if (value.Map("status") is { } status)
        {
            var current = status.Maps("currentMetrics").FirstOrDefault(IsCpu);
            if (current?.At("resource", "current", "averageUtilization") is { } utilization)
            {
                status["currentCPUUtilizationPercentage"] = utilization;
            }

            status.Remove("currentMetrics");
            status.Remove("conditions");
            status.Default("currentReplicas", 0);
        }
    }

    /// <summary>Turns a version 1 object into version 2.</summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="old">What is stored, whose other metrics stay; or <see langword="null"/>.</param>
    public static void ToVersion2(JsonMap value, JsonMap? old)
    {
        value["apiVersion"] = "autoscaling/v2";
        var spec = value.Map("spec") ?? [];
        var metrics = new JsonList();
        foreach (var metric in old?.Map("spec")?.Maps("metrics") ?? [])
        {
            if (!IsCpu(metric))
            {
                metrics.Add(metric.DeepClone());
            }
        }

        if (spec["targetCPUUtilizationPercentage"] is { } target)
        {
            metrics.Add(CpuMetric(target));
        }

        spec.Remove("targetCPUUtilizationPercentage");
        if (metrics.Count > 0)
        {
            spec["metrics"] = metrics;
        }

        if (old?.At("spec", "behavior") is JsonMap behavior)
        {
            spec["behavior"] = behavior.DeepClone();
        }

        if (value.Map("status") is { } status)
        {
            status.Remove("currentCPUUtilizationPercentage");
            status["currentMetrics"] = JsonTree.DeepClone(old?.At("status", "currentMetrics"));
            if (old?.At("status", "conditions") is JsonList conditions)
            {
                status["conditions"] = conditions.DeepClone();
            }
        }
    }

    private static bool IsCpu(JsonMap metric) => metric.Text("type") == "Resource" && metric.Map("resource")?.Text("name") == "cpu";
}
