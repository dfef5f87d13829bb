using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>What kinds say about their readiness.</summary>
internal static class KnownReadiness
{
    /// <summary>How a child is judged where nobody says otherwise.</summary>
    public static readonly Func<JsonMap, Readiness> Default = Readiness.Of;

    /// <summary>Whether an object is ready for certain although it was not decoded: it has nothing that could say otherwise.</summary>
    public static bool IsReadyByBeingThere(RawObject live) =>
        !live.IsBeingDeleted
        && !(live.Type.Group is "apps" or "batch" || (live.Type.Group.Length == 0 && live.Kind is "Pod" or "PersistentVolumeClaim"))
        && live.Json.Span.IndexOf("\"status\""u8) < 0;

    public static Readiness Judge(JsonMap live)
    {
        if (live.At("metadata", "deletionTimestamp") is not null)
        {
            return Readiness.Waiting("is being deleted");
        }

        var generation = live.At("metadata", "generation") as long?;
        var status = live.Map("status");
        if (generation is { } wanted && status?.Integer("observedGeneration") is { } seen && seen < wanted)
        {
            return Readiness.Waiting("its controller has not seen the last change");
        }

        var group = live.Text("apiVersion") is { } version && version.Contains('/', StringComparison.Ordinal)
            ? version[..version.IndexOf('/', StringComparison.Ordinal)]
            : "";
        return (group, live.Text("kind")) switch
        {
            ("apps", "Deployment") => Deployment(live, status),
            ("apps", "StatefulSet") or ("apps", "ReplicaSet") => Replicas(live, status),
            ("apps", "DaemonSet") => DaemonSet(status),
            ("batch", "Job") => Job(status),
            ("", "Pod") => Pod(status),
            ("", "Namespace") => Phase(status, "Active", ifMissing: true),
            ("", "PersistentVolumeClaim") => Phase(status, "Bound", ifMissing: false),
            _ => ByCondition(status, "Ready", ifMissing: true),
        };
    }

    private static Readiness Deployment(JsonMap live, JsonMap? status)
    {
        if (Condition(status, "Progressing") is { } progressing && progressing.Text("reason") == "ProgressDeadlineExceeded")
        {
            return Readiness.Failed(progressing.Text("message") ?? "its progress deadline is over");
        }

        var wanted = Wanted(live);
        var updated = status?.Integer("updatedReplicas") ?? 0;
        var available = status?.Integer("availableReplicas") ?? 0;
        return !Seen(live, status) || updated < wanted || (status?.Integer("replicas") ?? 0) > updated || available < wanted
            ? Waiting(Math.Min(updated, available), wanted, "available")
            : Readiness.Ready;
    }

    private static Readiness Replicas(JsonMap live, JsonMap? status)
    {
        var wanted = Wanted(live);
        var ready = status?.Integer("readyReplicas") ?? 0;
        var current = live.At("spec", "updateStrategy", "type") is "OnDelete" || status?.Text("updateRevision") is not { Length: > 0 } revision
            || status.Text("currentRevision") == revision || (status.Integer("updatedReplicas") ?? 0) >= wanted;
        return !Seen(live, status) || ready < wanted || !current ? Waiting(ready, wanted, "ready") : Readiness.Ready;
    }

    private static Readiness DaemonSet(JsonMap? status)
    {
        var wanted = status?.Integer("desiredNumberScheduled");
        var ready = Math.Min(status?.Integer("numberAvailable") ?? 0, status?.Integer("updatedNumberScheduled") ?? 0);
        return wanted is null || ready < wanted ? Waiting(ready, wanted ?? 0, "available") : Readiness.Ready;
    }

    private static Readiness Job(JsonMap? status)
    {
        if (IsTrue(Condition(status, "Failed")))
        {
            return Readiness.Failed(Condition(status, "Failed")?.Text("message") ?? "it failed");
        }

        return IsTrue(Condition(status, "Complete")) ? Readiness.Ready : Readiness.Waiting("it is not complete");
    }

    private static Readiness Pod(JsonMap? status) => status?.Text("phase") switch
    {
        "Succeeded" => Readiness.Ready,
        "Failed" => Readiness.Failed(status.Text("message") ?? status.Text("reason") ?? "it failed"),
        _ => ByCondition(status, "Ready", ifMissing: false),
    };

    private static Readiness Phase(JsonMap? status, string good, bool ifMissing)
    {
        var phase = status?.Text("phase");
        return phase == good || (phase is null && ifMissing) ? Readiness.Ready : Readiness.Waiting($"its phase is {phase ?? "unknown"}");
    }

    private static Readiness ByCondition(JsonMap? status, string type, bool ifMissing)
    {
        if (Condition(status, type) is not { } condition)
        {
            return ifMissing ? Readiness.Ready : Readiness.Waiting($"it has no {type} condition");
        }

        return IsTrue(condition) ? Readiness.Ready : Readiness.Waiting(
            condition.Text("message") is { Length: > 0 } message ? message : condition.Text("reason") ?? $"it is not {type}");
    }

    private static JsonMap? Condition(JsonMap? status, string type) =>
        status?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == type);

    private static bool IsTrue(JsonMap? condition) => condition?.Text("status") == "True";

    /// <summary>Workloads start without an observed generation: what they say counts once they have one.</summary>
    private static bool Seen(JsonMap live, JsonMap? status) =>
        live.At("metadata", "generation") is not long || status?.Integer("observedGeneration") is not null;

    private static long Wanted(JsonMap live) => live.At("spec", "replicas") as long? ?? 1;

    private static Readiness Waiting(long there, long wanted, string what) =>
        Readiness.Waiting(string.Create(CultureInfo.InvariantCulture, $"{there} of {wanted} {what}"));
}
