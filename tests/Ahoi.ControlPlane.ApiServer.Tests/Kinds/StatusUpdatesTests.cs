using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

/// <summary>What a status may say, kind by kind: object, new status, causes.</summary>
public sealed class StatusUpdatesTests
{
    private const string Complete = """{"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}""";
    private const string Failed = """{"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True"}""";
    private const string Times = "\"startTime\":\"2026-01-01T00:00:00Z\",\"completionTime\":\"2026-01-01T00:00:01Z\"";

    public static TheoryData<string, string, string, string, string> Statuses() => new()
    {
        { "batch", "Job", "{}", """{TIMES,"conditions":[COMPLETE]}""", "" },
        { "batch", "Job", "{}", """{"conditions":[COMPLETE]}""", "Required status.completionTime|Required status.startTime" },
        { "batch", "Job", "{}", """{TIMES,"active":1,"conditions":[COMPLETE]}""", "Invalid status.active" },
        { "batch", "Job", "{}", """{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Failed","status":"True"}]}""", "Invalid status.conditions" },
        { "batch", "Job", "{}", """{"startTime":"2026-01-01T00:00:00Z","conditions":[FAILED]}""", "" },
        { "batch", "Job", """{"status":{"startTime":"2026-01-01T00:00:00Z","failed":2,"conditions":[FAILED]}}""", """{"startTime":"2026-01-01T00:00:00Z","failed":1}""", "Invalid status.conditions|Invalid status.conditions|Invalid status.failed" },
        { "batch", "Job", """{"spec":{"completions":3}}""", """{"completedIndexes":"0-1"}""", "Invalid status.completedIndexes" },
        { "batch", "Job", """{"spec":{"completionMode":"Indexed","completions":3}}""", """{"completedIndexes":"0-3"}""", "Invalid status.completedIndexes" },
        { "batch", "Job", """{"spec":{"completionMode":"Indexed","completions":3,"backoffLimitPerIndex":1}}""", """{"completedIndexes":"0-1","failedIndexes":"1"}""", "Invalid status.failedIndexes" },
        { "batch", "Job", "{}", """{"ready":2,"active":1}""", "Invalid status.ready" },
        { "batch", "Job", "{}", """{"uncountedTerminatedPods":{"succeeded":["a",""],"failed":["a"]}}""", "Invalid status.uncountedTerminatedPods.succeeded[1]|Duplicate status.uncountedTerminatedPods.failed[0]" },
        { "", "Pod", """{"spec":{"restartPolicy":"Never"},"status":{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0}}}]}}""", """{"containerStatuses":[{"name":"c","state":{"running":{}}}]}""", "Forbidden status.containerStatuses[0].state" },
        { "", "Pod", """{"spec":{"restartPolicy":"Always"},"status":{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0}}}]}}""", """{"containerStatuses":[{"name":"c","state":{"running":{}}}]}""", "" },
        { "", "Pod", "{}", """{"conditions":[{"type":"a b","status":"True"}]}""", "Invalid metadata.conditions[0].Type" },
        { "", "Pod", "{}", """{"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.2"}]}""", "Invalid status.hostIPs[0].ip" },
        { "", "Pod", "{}", """{"podIPs":[{"ip":"10.0.0.2"},{"ip":"10.0.0.2"}]}""", "Invalid status.podIPs|Duplicate status.podIPs[1]" },
        { "", "Service", """{"spec":{"type":"ClusterIP"}}""", """{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}]}}""", "Forbidden status.loadBalancer.ingress" },
        { "", "Service", """{"spec":{"type":"LoadBalancer"}}""", """{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"},{"hostname":"h","ipMode":"VIP"}]}}""", "Required status.loadBalancer.ingress[0].ipMode|Forbidden status.loadBalancer.ingress[1].ipMode" },
        { "", "Node", "{}", """{"addresses":[{"type":"InternalIP","address":"a"},{"type":"InternalIP","address":"a"}]}""", "Duplicate status.addresses[1]" },
        { "", "Namespace", "{}", """{"phase":"Terminating"}""", "Invalid status.Phase" },
        { "", "PersistentVolumeClaim", "{}", """{"allocatedResources":{"cpu":"1"}}""", "NotSupported status.allocatedResources" },
        { "policy", "PodDisruptionBudget", "{}", """{"conditions":[{"type":"T","status":"Maybe","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"not so"}]}""", "NotSupported status.conditions[0].status|Invalid status.conditions[0].reason" },
        { "autoscaling", "HorizontalPodAutoscaler", "{}", """{"desiredReplicas":-1}""", "Invalid status.desiredReplicas" },
    };

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Update_OfStatus_IsAllowedOrRefusedWithCauses(string group, string kind, string stored, string status, string causes)
    {
        var old = JsonTree.ParseMap(Spell(stored));
        var value = old.DeepClone();
        value["status"] = JsonTree.ParseMap(Spell(status));
        var errors = new FieldErrors();
        KindStrategies.For(group, kind).ValidateUpdate(value, old, "status", errors);

        Assert.Equal(causes, string.Join("|", errors.Select(e => $"{e.Reason["FieldValue".Length..]} {e.Field}")));
    }

    private static string Spell(string json) => json.Replace("TIMES", Times, StringComparison.Ordinal)
        .Replace("COMPLETE", Complete, StringComparison.Ordinal).Replace("FAILED", Failed, StringComparison.Ordinal);
}
