using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Autoscaling;

public sealed class AutoscalerTests
{
    [Fact]
    public async Task Autoscaler_LoadComesAndGoes_ScalesOutAndBackAfterItsWindow()
    {
        await using var cluster = await AutoscaledCluster.StartAsync();
        await cluster.RunAsync(1, webMilli: 350, sideMilli: 50);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50));

        await cluster.ReplicasAsync(4);
        await cluster.EventAsync("SuccessfulRescale", "New size: 4; reason: cpu resource utilization (percentage of request) above target");
        var autoscaler = await cluster.UntilAsync(a => a.At("status", "desiredReplicas") is 4L);
        Assert.Equal(("SucceededRescale", "ValidMetricFound", "DesiredWithinRange"), Reasons(autoscaler));
        Assert.Equal(
            """[{"resource":{"current":{"averageUtilization":200,"averageValue":"400m"},"name":"cpu"},"type":"Resource"}]""",
            Sorted(autoscaler.Map("status")!.List("currentMetrics")!));
        Assert.NotNull(autoscaler.At("status", "lastScaleTime"));

        await cluster.RunAsync(4, webMilli: 10, sideMilli: 10);
        var held = await cluster.ConditionAsync("AbleToScale", "ScaleDownStabilized");
        Assert.Equal("recent recommendations were higher than current one, applying the highest recent recommendation", held.Text("message"));
        Assert.Equal(4, await cluster.ReplicasAsync());

        await cluster.ReplicasAsync(1, TimeSpan.FromSeconds(10));
        await cluster.EventAsync("SuccessfulRescale", "New size: 1; reason: All metrics below target");
    }

    [Fact]
    public async Task Autoscaler_NearItsTarget_DoesNothing()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 3);
        await cluster.RunAsync(3, webMilli: 50, sideMilli: 59); // 54.5 % of 50 %.
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50));

        var autoscaler = await cluster.UntilAsync(a => AutoscaledCluster.Condition(a, "ScalingActive")?.Text("status") == "True");
        await cluster.PassAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(("ReadyForNewScale", "ValidMetricFound", "DesiredWithinRange"), Reasons(autoscaler));
        Assert.Equal(3, await cluster.ReplicasAsync());
        var before = autoscaler.At("metadata", "resourceVersion");
        Assert.Equal(before, (await cluster.UntilAsync(_ => true)).At("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task Autoscaler_WithPolicies_GoesNoFasterThanTheyAllow()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 200, sideMilli: 200);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(20), """
            , "behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}, "scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}]}}
            """, most: 4);
        var started = cluster.Cluster.Time.GetUtcNow();
        await cluster.ReplicasAsync(3);
        await cluster.RunAsync(3, webMilli: 200, sideMilli: 200);
        await cluster.ConditionAsync("ScalingLimited", "ScaleUpLimit");
        await cluster.ReplicasAsync(4);
        Assert.True(cluster.Cluster.Time.GetUtcNow() - started >= TimeSpan.FromSeconds(60));

        await cluster.PassAsync(TimeSpan.FromSeconds(70)); // What was added lately would count as taken away from.
        await cluster.RunAsync(4, webMilli: 1);
        await cluster.ReplicasAsync(2);
        await cluster.RunAsync(2, webMilli: 1);
        await cluster.ConditionAsync("ScalingLimited", "ScaleDownLimit");
        await cluster.ReplicasAsync(1);
    }

    [Fact]
    public async Task Autoscaler_WithAWindowForGrowth_WaitsUntilItIsWantedThroughout()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 50, sideMilli: 50);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50), """, "behavior": {"scaleUp": {"stabilizationWindowSeconds": 120}}""");
        await cluster.UntilAsync(a => AutoscaledCluster.Condition(a, "ScalingActive")?.Text("status") == "True");
        await cluster.RunAsync(2, webMilli: 100, sideMilli: 100);

        var held = await cluster.ConditionAsync("AbleToScale", "ScaleUpStabilized");

        Assert.Equal("recent recommendations were lower than current one, applying the lowest recent recommendation", held.Text("message"));
        Assert.Equal(2, await cluster.ReplicasAsync());
        await cluster.ReplicasAsync(4, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Autoscaler_AmountsAndContainers_CountToo()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 50, sideMilli: 90, memory: 60);
        await cluster.ScaleAsync("""
            {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"120Mi"}}},
            {"type":"ContainerResource","containerResource":{"name":"cpu","container":"side","target":{"type":"Utilization","averageUtilization":60}}}
            """);

        await cluster.ReplicasAsync(3);

        await cluster.EventAsync("SuccessfulRescale", "New size: 3; reason: cpu container resource utilization (percentage of request) above target");
        var autoscaler = await cluster.UntilAsync(a => a.At("status", "desiredReplicas") is 3L);
        Assert.Equal(
            """[{"resource":{"current":{"averageValue":"125829120"},"name":"memory"},"type":"Resource"},{"containerResource":{"container":"side","current":{"averageUtilization":90,"averageValue":"90m"},"name":"cpu"},"type":"ContainerResource"}]""",
            Sorted(autoscaler.Map("status")!.List("currentMetrics")!));
    }

    [Theory]
    [InlineData(0, 1, 10, 0L, "ScalingDisabled", "")]
    [InlineData(5, 1, 3, 3L, "", "New size: 3; reason: Current number of replicas above Spec.MaxReplicas")]
    [InlineData(1, 2, 3, 2L, "", "New size: 2; reason: Current number of replicas below Spec.MinReplicas")]
    public async Task Autoscaler_OutsideOfItsRange_ComesBack(int replicas, int least, int most, long wanted, string reason, string message)
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50), least: least, most: most);

        await cluster.UntilAsync(a => a.At("status", "desiredReplicas") is long desired && desired == wanted && a.At("status", "conditions") is not null);

        Assert.Equal(wanted, await cluster.ReplicasAsync());
        if (reason.Length > 0)
        {
            Assert.Equal("scaling is disabled since the replica count of the target is zero", (await cluster.ConditionAsync("ScalingActive", reason)).Text("message"));
        }
        else
        {
            await cluster.EventAsync("SuccessfulRescale", message);
        }
    }

    [Fact]
    public async Task Metrics_ThatAreNotServed_AreSaid()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(metrics: false);
        await cluster.Cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 1);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50));
        const string Why = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

        var condition = await cluster.ConditionAsync("ScalingActive", "FailedGetResourceMetric");

        Assert.Equal(("False", $"the HPA was unable to compute the replica count: {Why}"), (condition.Text("status"), condition.Text("message")));
        await cluster.EventAsync("FailedGetResourceMetric", Why);
        await cluster.EventAsync("FailedComputeMetricsReplicas", $"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {Why}");
        Assert.Equal(1L, (await cluster.UntilAsync(_ => true)).At("status", "currentReplicas"));
    }

    [Theory]
    [InlineData("""{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"30"}}}""", "FailedGetExternalMetric", "external.metrics.k8s.io")]
    [InlineData("""{"type":"Pods","pods":{"metric":{"name":"hits"},"target":{"type":"AverageValue","averageValue":"30"}}}""", "FailedGetPodsMetric", "custom.metrics.k8s.io")]
    [InlineData("""{"type":"Object","object":{"describedObject":{"kind":"Service","name":"web","apiVersion":"v1"},"metric":{"name":"hits"},"target":{"type":"Value","value":"30"}}}""", "FailedGetObjectMetric", "custom.metrics.k8s.io")]
    public async Task Metrics_OfOtherSources_AreSaidNotToBeServed_AndTheRestStillScalesOut(string metric, string reason, string group)
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 1);
        await cluster.ScaleAsync($"{AutoscaledCluster.Utilization(50)},{metric}");

        // Less load does not count while another metric is not known ...
        var condition = await cluster.ConditionAsync("ScalingActive", reason);
        Assert.Contains($"this cluster serves resource metrics alone, not {group}", condition.Text("message"), StringComparison.Ordinal);

        // ... more load does.
        await cluster.RunAsync(2, webMilli: 100, sideMilli: 100);
        await cluster.ReplicasAsync(4);
    }

    [Theory]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","name":"none"}""", "deployments.apps \"none\" not found")]
    [InlineData("""{"apiVersion":"example.com/v1","kind":"Ship","name":"web"}""", "no matches for kind \"Ship\" in group \"example.com\"")]
    public async Task Target_ThatIsNotThere_IsSaid(string target, string message)
    {
        await using var cluster = await AutoscaledCluster.StartAsync();
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50), target: target);

        var condition = await cluster.ConditionAsync("AbleToScale", "FailedGetScale");

        Assert.Equal(("False", $"the HPA controller was unable to get the target's current scale: {message}"), (condition.Text("status"), condition.Text("message")));
        await cluster.EventAsync("FailedGetScale", message);
    }

    [Fact]
    public async Task Target_OfACustomKindWithScale_IsScaled()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        var ships = new GroupVersionResource("example.com", "v1", "ships");
        await cluster.Cluster.Client.CreateAsync(AutoscaledCluster.Definitions, null, JsonTree.ParseMap("""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"ships.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"ships","kind":"Ship"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},
               "subresources":{"scale":{"specReplicasPath":".spec.crew","statusReplicasPath":".status.crew","labelSelectorPath":".status.selector"}}}]}}
            """));
        await cluster.Cluster.UntilAsync(AutoscaledCluster.Definitions, new(null, "ships.example.com"), d => d.ToString().Contains("InitialNamesAccepted", StringComparison.Ordinal));
        await cluster.Cluster.CreateAsync(ships, """{"apiVersion":"example.com/v1","kind":"Ship","metadata":{"name":"web"},"spec":{"crew":2},"status":{"crew":2,"selector":"app=web"}}""");
        await cluster.RunAsync(2, webMilli: 100, sideMilli: 100);

        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50), target: """{"apiVersion":"example.com/v1","kind":"Ship","name":"web"}""");

        await cluster.Cluster.GetUntilAsync(ships, "web", s => s.At("spec", "crew") is 4L, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Autoscalers_OfTheSamePods_DoNothing()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 50, sideMilli: 50);
        await cluster.ScaleAsync(AutoscaledCluster.Utilization(50));
        await cluster.ConditionAsync("ScalingActive", "ValidMetricFound");

        await cluster.ScaleAsync(AutoscaledCluster.Utilization(10), name: "other");

        var condition = await cluster.ConditionAsync("ScalingActive", "AmbiguousSelector", "other");
        Assert.Equal("pods by selector app=web are controlled by multiple HPAs: [default/other default/web]", condition.Text("message"));
        await cluster.ConditionAsync("ScalingActive", "AmbiguousSelector");
        await cluster.Cluster.Client.DeleteAsync(AutoscaledCluster.Autoscalers, new("default", "other"));
        await cluster.ConditionAsync("ScalingActive", "ValidMetricFound");
    }

    [Fact]
    public async Task Version1_ShowsTheSame()
    {
        await using var cluster = await AutoscaledCluster.StartAsync(replicas: 2);
        await cluster.RunAsync(2, webMilli: 100, sideMilli: 20);
        var version1 = new GroupVersionResource("autoscaling", "v1", "horizontalpodautoscalers");
        await cluster.Cluster.CreateAsync(version1, """
            {"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},
             "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":10,"targetCPUUtilizationPercentage":50}}
            """);

        await cluster.ReplicasAsync(3);

        var shown = await cluster.Cluster.GetUntilAsync(version1, "web", a => a.At("status", "desiredReplicas") is 3L);
        Assert.Equal(60L, shown.At("status", "currentCPUUtilizationPercentage"));
    }

    private static (string? Able, string? Active, string? Limited) Reasons(JsonMap autoscaler) => (
        AutoscaledCluster.Condition(autoscaler, "AbleToScale")?.Text("reason"),
        AutoscaledCluster.Condition(autoscaler, "ScalingActive")?.Text("reason"),
        AutoscaledCluster.Condition(autoscaler, "ScalingLimited")?.Text("reason"));

    private static string Sorted(JsonList list) => "[" + string.Join(',', list.Maps.Select(Sorted)) + "]";

    private static string Sorted(JsonMap map) => "{" + string.Join(',', map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e =>
        $"\"{e.Key}\":{(e.Value is JsonMap inner ? Sorted(inner) : e.Value is string text ? $"\"{text}\"" : e.Value)}")) + "}";
}
