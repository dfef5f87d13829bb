using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>The rows of what makes pods.</summary>
internal static class WorkloadRows
{
    public static object?[] Deployment(JsonMap value, DateTimeOffset now) =>
    [
        Show.Name(value), $"{Status(value, "readyReplicas")}/{Show.Number(value.At("spec", "replicas"))}", Status(value, "updatedReplicas"),
        Status(value, "availableReplicas"), Show.Age(value, now), .. Template(value), Show.Selector(value.At("spec", "selector") as JsonMap),
    ];

    public static object?[] ReplicaSet(JsonMap value, DateTimeOffset now) =>
    [
        Show.Name(value), Show.Number(value.At("spec", "replicas")), Status(value, "replicas"), Status(value, "readyReplicas"), Show.Age(value, now),
        .. Template(value), Show.Selector(value.At("spec", "selector") as JsonMap),
    ];

    public static object?[] ReplicationController(JsonMap value, DateTimeOffset now) =>
    [
        Show.Name(value), Show.Number(value.At("spec", "replicas")), Status(value, "replicas"), Status(value, "readyReplicas"), Show.Age(value, now),
        .. Template(value), Show.Labels(value.At("spec", "selector") as JsonMap),
    ];

    public static object?[] StatefulSet(JsonMap value, DateTimeOffset now) =>
    [
        Show.Name(value), $"{Status(value, "readyReplicas")}/{Show.Number(value.At("spec", "replicas"))}", Show.Age(value, now), .. Template(value),
    ];

    public static object?[] DaemonSet(JsonMap value, DateTimeOffset now) =>
    [
        Show.Name(value), Status(value, "desiredNumberScheduled"), Status(value, "currentNumberScheduled"), Status(value, "numberReady"),
        Status(value, "updatedNumberScheduled"), Status(value, "numberAvailable"), Show.Labels(value.At("spec", "template", "spec", "nodeSelector") as JsonMap),
        Show.Age(value, now), .. Template(value), Show.Selector(value.At("spec", "selector") as JsonMap),
    ];

    public static object?[] Job(JsonMap value, DateTimeOffset now)
    {
        var (spec, status) = (value.Map("spec") ?? [], value.Map("status") ?? []);
        var completions = spec["completions"] is long wanted ? $"{Show.Number(status["succeeded"])}/{wanted}"
            : Show.Number(spec["parallelism"]) is var parallelism and > 1 ? $"{Show.Number(status["succeeded"])}/1 of {parallelism}"
            : $"{Show.Number(status["succeeded"])}/1";
        var duration = Show.Time(status["startTime"]) is { } start
            ? Show.Duration((Show.Time(status["completionTime"]) ?? now) - start)
            : "";
        return
        [
            Show.Name(value), JobStatus(value, status), completions, duration, Show.Age(value, now), .. Template(value),
            Show.Selector(spec.Map("selector")),
        ];
    }

    public static object?[] CronJob(JsonMap value, DateTimeOffset now)
    {
        var (spec, status) = (value.Map("spec") ?? [], value.Map("status") ?? []);
        var job = value.At("spec", "jobTemplate", "spec") as JsonMap;
        var pod = job?.Map("template")?.Map("spec");
        return
        [
            Show.Name(value), spec.Text("schedule"), Show.Or(spec["timeZone"]), spec.Flag("suspend") == true ? "True" : "False",
            (long)(status.List("active")?.Count ?? 0), status["lastScheduleTime"] is { } last ? Show.Since(last, now) : Show.None, Show.Age(value, now),
            Show.Containers(pod), Show.Images(pod), Show.Selector(job?.Map("selector")),
        ];
    }

    public static object?[] PodTemplate(JsonMap value, DateTimeOffset now)
    {
        var pod = value.At("template", "spec") as JsonMap;
        return [Show.Name(value), Show.Containers(pod), Show.Images(pod), Show.Labels(value.At("template", "metadata", "labels") as JsonMap)];
    }

    public static object?[] ControllerRevision(JsonMap value, DateTimeOffset now)
    {
        var owner = (value.Map("metadata") ?? []).Maps("ownerReferences").FirstOrDefault(o => o.Flag("controller") == true);
        var group = owner?.Text("apiVersion")?.Split('/') is [var name, _] ? "." + name : "";
        return
        [
            Show.Name(value), owner is null ? Show.None : $"{owner.Text("kind")?.ToLowerInvariant()}{group}/{owner.Text("name")}",
            Show.Number(value["revision"]), Show.Age(value, now),
        ];
    }

    private static string JobStatus(JsonMap value, JsonMap status)
    {
        bool Is(string condition) => status.Maps("conditions").Any(c => c.Text("type") == condition && c.Text("status") == "True");
        return Is("Complete") ? "Complete"
            : Is("Failed") ? "Failed"
            : value.At("metadata", "deletionTimestamp") is not null ? "Terminating"
            : Is("Suspended") ? "Suspended"
            : Is("FailureTarget") ? "FailureTarget"
            : Is("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static long Status(JsonMap value, string count) => Show.Number(value.At("status", count));

    private static object?[] Template(JsonMap value)
    {
        var pod = value.At("spec", "template", "spec") as JsonMap;
        return [Show.Containers(pod), Show.Images(pod)];
    }
}
