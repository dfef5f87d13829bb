using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Framework.Tests.Hosting;
using Ahoi.Testing;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Kinds of which an operator keeps the metadata alone, on the real API server.</summary>
public sealed class MetadataOnlyTests : IAsyncLifetime
{
    private static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");
    private static readonly GroupVersionKind Deployment = new("apps", "v1", "Deployment");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");

    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Child_Large_IsKeptSmallAndNotReadAgain()
    {
        using var readings = new MetricReadings("metadata-only");
        var large = new string('x', 50_000);
        var reconciler = new ScriptedReconciler { Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("job", large)) };
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap, metadataOnly: true), o => o.OperatorName = "metadata-only");
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        await CronTabCluster.SettleAsync(host, reconciler);
        var (writes, reads) = (_cluster.Log.Writes.Count, Reads());

        await CronTabCluster.SettleAsync(host, reconciler);

        Assert.Equal((writes, reads), (_cluster.Log.Writes.Count, Reads()));
        Assert.Equal(0, reads); // The answers to the own writes said it all.
        Assert.InRange(readings.Read()["ahoi.cache.size{ahoi.kind=ConfigMap}"], 100, 5_000);
    }

    [Fact]
    public async Task Child_ChangedBySomebodyElse_IsSetRight()
    {
        await _cluster.RunAsync(Describing(() => "right"), o => o.Owns(ConfigMap, metadataOnly: true));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        await _cluster.MergeAsync(CronTabCluster.ConfigMaps, new("default", "job"), """{"data":{"text":"wrong"}}""");

        await _cluster.ConfigMapAsync("job", c => (string?)c.At("data", "text") == "right");
    }

    [Fact]
    public async Task Child_DescribedAnew_IsWrittenAndThatWhichFellOutIsDeleted()
    {
        var name = "one";
        var reconciler = new ScriptedReconciler { Describe = (tab, _) => new Description().Add(ScriptedReconciler.ConfigMap(name, $"{tab.Spec.Replicas}")) };
        await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap, metadataOnly: true));
        await _cluster.CreateCronTabAsync();
        await _cluster.ConfigMapAsync("one", c => (string?)c.At("data", "text") == "1");
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":2}}""");
        await _cluster.ConfigMapAsync("one", c => (string?)c.At("data", "text") == "2");

        name = "two";
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":3}}""");

        await _cluster.ConfigMapAsync("two", c => (string?)c.At("data", "text") == "3");
        await _cluster.Test.WaitForAbsenceAsync(CronTabCluster.ConfigMaps, new("default", "one"));
    }

    [Fact]
    public async Task Restart_SteadyState_ReadsEachChildOnceAndWritesNothing()
    {
        var host = await _cluster.RunAsync(Describing(() => "x"), o => o.Owns(ConfigMap, metadataOnly: true));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        await TestCluster.StopAsync(host);
        _cluster.Log.Writes.Clear();
        Assert.Equal(0, Reads());

        var reconciler = Describing(() => "x");
        var again = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap, metadataOnly: true));
        await CronTabCluster.SettleAsync(again, reconciler);

        Assert.Equal(1, Reads());
        Assert.Empty(_cluster.Log.Writes);
    }

    [Fact]
    public async Task Group_AfterAChildThatIsNotReady_WaitsForItsStatus()
    {
        Exception? refused = null;
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description()
                .Add(WebServer()).Then("config").Add(ScriptedReconciler.ConfigMap("after", "x"))
                .WhenDone(outcome => refused = Record.Exception(() => outcome.Live<Web>("web"))),
        };
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(Deployment, metadataOnly: true).Owns(ConfigMap));
        await _cluster.CreateCronTabAsync();
        await _cluster.Test.WaitForAsync(Deployments, new("default", "web"));
        await CronTabCluster.SettleAsync(host, reconciler);
        Assert.Null(await _cluster.FindConfigMapAsync("after"));

        await _cluster.Client.PatchAsync(
            Deployments,
            new("default", "web"),
            Client.Requests.Patch.Merge(JsonTree.ParseMap("""{"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}}""")),
            new() { Subresource = "status", FieldManager = "nobody" });

        await _cluster.ConfigMapAsync("after");
        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public async Task Mapped_Kind_WakesWithItsMetadataUnderItsOwnType()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<RawObject>();
        var reconciler = Describing(() => "x");
        await _cluster.RunAsync(reconciler, o => o.Watches(
            ConfigMap,
            m =>
            {
                seen.Enqueue(m);
                return m.Labels.TryGetValue("for", out var name) ? [new(m.Namespace, name)] : [];
            },
            metadataOnly: true));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        var trigger = ScriptedReconciler.ConfigMap("trigger", "secret");
        trigger.EnsureMap("metadata").EnsureMap("labels")["for"] = "my";
        await _cluster.Client.CreateAsync(CronTabCluster.ConfigMaps, "default", trigger);
        await CronTabCluster.EventuallyAsync(() => seen.Any(m => m.Name == "trigger"), "the map is asked");

        var given = seen.First(m => m.Name == "trigger");
        Assert.Equal(ConfigMap, given.Type);
        Assert.Null(given.ToMap().Map("data"));
    }

    private int Reads() => _cluster.Log.Reads.Count(r => r.EndsWith("/configmaps/job", StringComparison.Ordinal));

    private static ScriptedReconciler Describing(Func<string> text) => new() { Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("job", text())) };

    private static JsonMap WebServer() => JsonTree.ParseMap("""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
         "spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web"}]}}}}
        """);

    [KubernetesObject("apps", "v1", Kind = "Deployment")]
    private sealed record Web;
}
