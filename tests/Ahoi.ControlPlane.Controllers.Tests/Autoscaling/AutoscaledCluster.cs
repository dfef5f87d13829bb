using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Autoscaling;

/// <summary>A cluster with a deployment of pods that the test says the usage of: its metrics are custom resources, which clients
/// cannot tell from what metrics-server serves.</summary>
internal sealed class AutoscaledCluster : IAsyncDisposable
{
    public static readonly GroupVersionResource Autoscalers = new("autoscaling", "v2", "horizontalpodautoscalers");
    public static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    public static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    public static readonly GroupVersionResource Events = new("", "v1", "events");

    private static readonly GroupVersionResource Metrics = new("metrics.k8s.io", "v1beta1", "pods");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private AutoscaledCluster(ControlledCluster cluster) => Cluster = cluster;

    public ControlledCluster Cluster { get; }

    public static async Task<AutoscaledCluster> StartAsync(long replicas = 1, bool metrics = true)
    {
        var cluster = await ControlledCluster.StartAsync();
        if (metrics)
        {
            await cluster.Client.CreateAsync(Definitions, null, JsonTree.ParseMap("""
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
                 "metadata":{"name":"pods.metrics.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved, for tests"}},
                 "spec":{"group":"metrics.k8s.io","scope":"Namespaced","names":{"plural":"pods","kind":"PodMetrics"},
                  "versions":[{"name":"v1beta1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
                """));
            await cluster.UntilAsync(Definitions, new(null, "pods.metrics.k8s.io"), d => d.ToString().Contains("InitialNamesAccepted", StringComparison.Ordinal));
        }

        await cluster.CreateAsync(Deployments, $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"web"}},
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[
              {"name":"web","image":"x","resources":{"requests":{"cpu":"100m","memory":"64Mi"} } },
              {"name":"side","image":"x","resources":{"requests":{"cpu":"100m","memory":"64Mi"} } }]} } } }
            """);
        return new(cluster);
    }

    /// <summary>Waits for so many pods, lets them run, and says what each of their two containers uses.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(int pods, int webMilli, int sideMilli = 0, int memory = 32, Func<string, bool>? known = null)
    {
        var names = (await Cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == pods)).Select(ControlledCluster.NameOf).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            await Cluster.SetReadyAsync(name);
            await Cluster.PatchAsync(ControlledCluster.Pods, name, """{"status":{"startTime":"2020-01-01T00:00:00Z"}}""", "status");
        }

        foreach (var old in (await Cluster.Client.ListAsync(Metrics, "default")).Items)
        {
            await Cluster.Client.DeleteAsync(Metrics, old.Key);
        }

        foreach (var name in names.Where(n => known?.Invoke(n) != false))
        {
            await Cluster.Client.CreateAsync(Metrics, "default", JsonTree.ParseMap($$$"""
                {"apiVersion":"metrics.k8s.io/v1beta1","kind":"PodMetrics","metadata":{"name":"{{{name}}}","labels":{"app":"web"}},
                 "timestamp":"{{{ApiTime.Write(Cluster.Time.GetUtcNow())}}}","window":"15s","containers":[
                  {"name":"web","usage":{"cpu":"{{{webMilli}}}m","memory":"{{{memory}}}Mi"} },{"name":"side","usage":{"cpu":"{{{sideMilli}}}m","memory":"{{{memory}}}Mi"} }]}
                """));
        }

        return names;
    }

    public Task<RawObject> ScaleAsync(string metrics, string more = "", string target = """{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}""", int least = 1, int most = 10, string name = "web") =>
        Cluster.CreateAsync(Autoscalers, $$$"""
            {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"{{{name}}}"},
             "spec":{"scaleTargetRef":{{{target}}},"minReplicas":{{{least}}},"maxReplicas":{{{most}}},"metrics":[{{{metrics}}}]{{{more}}} } }
            """);

    public static string Utilization(int percent) =>
        $$$"""{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":{{{percent}}} } } }""";

    public Task<JsonMap> UntilAsync(Func<JsonMap, bool> holds, string name = "web") => Cluster.GetUntilAsync(Autoscalers, name, holds, Second);

    /// <summary>Waits until a condition has a reason.</summary>
    public async Task<JsonMap> ConditionAsync(string type, string reason, string name = "web") =>
        Condition(await UntilAsync(a => Condition(a, type)?.Text("reason") == reason, name), type)!;

    /// <summary>Waits until the deployment is to have so many replicas.</summary>
    public Task ReplicasAsync(long replicas, TimeSpan? step = null) => Cluster.GetUntilAsync(Deployments, "web", d => d.At("spec", "replicas") is long now && now == replicas, step ?? Second);

    public async Task<long> ReplicasAsync() => (long)(await Cluster.Client.GetAsync(Deployments, new("default", "web"))).ToMap().At("spec", "replicas")!;

    public Task EventAsync(string reason, string message) => Cluster.ListUntilAsync(
        Events, l => l.Any(e => e.Text("reason") == reason && e.Text("message") == message && e.At("source", "component") is "horizontal-pod-autoscaler"), Second);

    /// <summary>Lets time pass in steps that the controllers can follow.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var until = Cluster.Time.GetUtcNow() + time;
        await Cluster.ListUntilAsync(Autoscalers, _ => Cluster.Time.GetUtcNow() >= until, Second);
    }

    public static JsonMap? Condition(JsonMap autoscaler, string type) =>
        (autoscaler.Map("status")?.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == type);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
