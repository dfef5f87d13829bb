using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>The rows of nodes, volumes, events, autoscalers and quotas.</summary>
internal static class ClusterRows
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static object?[] Node(JsonMap value, DateTimeOffset now)
    {
        var status = value.Map("status") ?? [];
        var info = status.Map("nodeInfo") ?? [];
        var ready = status.Maps("conditions").FirstOrDefault(c => c.Text("type") == "Ready");
        var state = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        var labels = value.At("metadata", "labels") as JsonMap ?? [];
        var roles = labels.Where(l => l.Key.StartsWith(RolePrefix, StringComparison.Ordinal) && l.Key.Length > RolePrefix.Length).Select(l => l.Key[RolePrefix.Length..])
            .Concat(labels.Text("kubernetes.io/role") is { Length: > 0 } role ? [role] : []).Distinct().Order(StringComparer.Ordinal);
        string Address(string type) => Show.Or(status.Maps("addresses").FirstOrDefault(a => a.Text("type") == type)?["address"]);
        return
        [
            Show.Name(value), value.At("spec", "unschedulable") is true ? state + ",SchedulingDisabled" : state, Show.Or(string.Join(",", roles)),
            Show.Age(value, now), info.Text("kubeletVersion") ?? "", Address("InternalIP"), Address("ExternalIP"), Show.Or(info["osImage"], "<unknown>"),
            Show.Or(info["kernelVersion"], "<unknown>"), Show.Or(info["containerRuntimeVersion"], "<unknown>"),
        ];
    }

    public static object?[] Volume(JsonMap value, DateTimeOffset now)
    {
        var (spec, status) = (value.Map("spec") ?? [], value.Map("status") ?? []);
        var claim = spec.Map("claimRef") is { } reference ? $"{reference.Text("namespace")}/{reference.Text("name")}" : "";
        return
        [
            Show.Name(value), spec.Map("capacity")?.Text("storage") ?? "", Modes(spec), spec.Text("persistentVolumeReclaimPolicy"), Phase(value), claim,
            StorageClass(value), Show.Or(spec["volumeAttributesClassName"], "<unset>"), status.Text("reason") ?? "", Show.Age(value, now),
            Show.Or(spec["volumeMode"], "<unset>"),
        ];
    }

    public static object?[] Claim(JsonMap value, DateTimeOffset now)
    {
        var (spec, status) = (value.Map("spec") ?? [], value.Map("status") ?? []);
        var bound = spec.Text("volumeName") is { Length: > 0 };
        return
        [
            Show.Name(value), Phase(value), spec.Text("volumeName") ?? "", bound ? status.Map("capacity")?.Text("storage") ?? "0" : "", bound ? Modes(status) : "",
            StorageClass(value), Show.Or(spec["volumeAttributesClassName"], "<unset>"), Show.Age(value, now), Show.Or(spec["volumeMode"], "<unset>"),
        ];
    }

    public static object?[] Event(JsonMap value, DateTimeOffset now)
    {
        string Core(string one, string other) => value.ContainsKey(one) ? one : other;
        var involved = value.Map(Core("involvedObject", "regarding")) ?? [];
        var source = value.Map(Core("source", "deprecatedSource")) ?? [];
        var first = value[Core("firstTimestamp", "deprecatedFirstTimestamp")] ?? value["eventTime"];
        var series = value.Map("series");
        var last = series?["lastObservedTime"] ?? value[Core("lastTimestamp", "deprecatedLastTimestamp")] ?? first;
        var count = series is not null ? Show.Number(series["count"]) : Show.Number(value[Core("count", "deprecatedCount")]);
        var component = Show.Or(source["component"], value.Text(Core("reportingComponent", "reportingController")) ?? "");
        var host = source.Text("host") ?? value.Text("reportingInstance");
        return
        [
            Show.Since(last, now), value.Text("type") ?? "", value.Text("reason") ?? "", $"{involved.Text("kind")?.ToLowerInvariant()}/{involved.Text("name")}",
            involved.Text("fieldPath") ?? "", string.IsNullOrEmpty(host) ? component : $"{component}, {host}",
            (value.Text(Core("message", "note")) ?? "").Trim(), Show.Since(first, now), Math.Max(1, count), Show.Name(value),
        ];
    }

    public static object?[] Quota(JsonMap value, DateTimeOffset now)
    {
        var hard = value.At("status", "hard") as JsonMap ?? [];
        var used = value.At("status", "used") as JsonMap ?? [];
        string Of(bool limits) => string.Join(", ", hard.Where(e => e.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
            .OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}: {Show.Or(used[e.Key], "0")}/{e.Value}"));
        return [Show.Name(value), Of(limits: false), Of(limits: true), Show.Age(value, now)];
    }

    public static object?[] Autoscaler(JsonMap value, DateTimeOffset now)
    {
        var (spec, status) = (value.Map("spec") ?? [], value.Map("status") ?? []);
        var target = spec.Map("scaleTargetRef") ?? [];
        return
        [
            Show.Name(value), $"{target.Text("kind")}/{target.Text("name")}", Targets(spec, status), Show.Or(spec["minReplicas"], "<unset>"),
            Show.Number(spec["maxReplicas"]), Show.Number(status["currentReplicas"]), Show.Age(value, now),
        ];
    }

    private static string Targets(JsonMap spec, JsonMap status)
    {
        if (spec["targetCPUUtilizationPercentage"] is long percent)
        {
            var now = status["currentCPUUtilizationPercentage"] is long used ? $"{used}%" : "<unknown>";
            return $"cpu: {now}/{percent}%";
        }

        var current = status.Maps("currentMetrics").ToArray();
        var shown = spec.Maps("metrics").Select((metric, i) => Target(metric, current.ElementAtOrDefault(i))).ToArray();
        return shown.Length switch
        {
            0 => Show.None,
            > 2 => $"{string.Join(", ", shown.Take(2))} + {shown.Length - 2} more...",
            _ => string.Join(", ", shown),
        };
    }

    private static string Target(JsonMap metric, JsonMap? status)
    {
        var source = metric.Text("type") switch
        {
            "Pods" => "pods",
            "Object" => "object",
            "External" => "external",
            "ContainerResource" => "containerResource",
            _ => "resource",
        };
        var (target, current) = (metric.Map(source)?.Map("target") ?? [], status?.Map(source)?.Map("current") ?? []);
        var name = source is "resource" or "containerResource" ? $"{metric.Map(source)?.Text("name")}: " : "";
        if (target["averageUtilization"] is long percent)
        {
            return $"{name}{(current["averageUtilization"] is long used ? $"{used}%" : "<unknown>")}/{percent}%";
        }

        return target["averageValue"] is { } average
            ? $"{name}{Show.Or(current["averageValue"], "<unknown>")}/{average}{(source is "resource" or "containerResource" or "pods" ? "" : " (avg)")}"
            : $"{name}{Show.Or(current["value"], "<unknown>")}/{Show.Or(target["value"], "<unknown>")}";
    }

    private static string Phase(JsonMap value) =>
        value.At("metadata", "deletionTimestamp") is null ? Show.Or(value.At("status", "phase"), "") : "Terminating";

    private static string StorageClass(JsonMap value) =>
        value.At("metadata", "annotations", "volume.beta.kubernetes.io/storage-class") as string ?? Show.Or(value.At("spec", "storageClassName"), "");

    private static string Modes(JsonMap holder)
    {
        var modes = (holder.List("accessModes") ?? []).OfType<string>().ToHashSet();
        (string Mode, string Short)[] known = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
        return string.Join(",", known.Where(k => modes.Contains(k.Mode)).Select(k => k.Short));
    }
}
