using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Node.Tests.Pods;

namespace Ahoi.ControlPlane.Node.Tests.Metrics;

public sealed class AutoscalingTests
{
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Autoscalers = new("autoscaling", "v2", "horizontalpodautoscalers");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2); // Some rounds of measuring and of the autoscaler.

    [Fact]
    public async Task Deployment_ThatBurnsProcessors_IsScaledOutAndBack()
    {
        await using var world = await NodeWorld.StartAsync();
        var load = await world.Client.CreateAsync(NodeWorld.ConfigMaps, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"load"},"data":{"is":"high\n"}}"""));
        await world.Client.CreateAsync(Deployments, "default", JsonTree.ParseMap("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"burner"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"burner"}},
             "template":{"metadata":{"labels":{"app":"burner"}},"spec":{"nodeName":"ahoi","terminationGracePeriodSeconds":0,
              "volumes":[{"name":"load","configMap":{"name":"load"}}],
              "containers":[{"name":"burner","image":"host","resources":{"requests":{"cpu":"50m"},"limits":{"cpu":"300m"}},"volumeMounts":[{"name":"load","mountPath":"/load"}],
               "command":["/bin/sh","-c","while :; do read l < /load/is; if [ $l = high ]; then i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; else sleep 0.2; fi; done"]}]}}}}
            """));
        await world.Client.CreateAsync(Autoscalers, "default", JsonTree.ParseMap("""
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"burner"},
             "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"burner"},"minReplicas":1,"maxReplicas":2,
              "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}],
              "behavior":{"scaleDown":{"stabilizationWindowSeconds":0}}}}
            """));

        await world.Client.WaitUntilAsync(Deployments, new("default", "burner"), d => d!.ToMap().At("status", "readyReplicas") is 2L, Limit);
        await world.Client.PatchAsync(NodeWorld.ConfigMaps, load.Key, Patch.Merge(RequestBody.FromMap(JsonTree.ParseMap("""{"data":{"is":"low\n"}}"""))));
        await world.Client.WaitUntilAsync(Deployments, new("default", "burner"), d => d!.ToMap() is var value && value.At("spec", "replicas") is 1L && value.At("status", "readyReplicas") is 1L, Limit);

        await world.EventAsync("burner", "SuccessfulRescale", "New size: 2; reason: cpu resource utilization (percentage of request) above target");
        await world.EventAsync("burner", "SuccessfulRescale", "New size: 1; reason: All metrics below target");
    }
}
