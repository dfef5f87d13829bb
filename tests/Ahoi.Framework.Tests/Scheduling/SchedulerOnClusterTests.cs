using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Ahoi.Framework.Tests.Cluster;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Ahoi.Framework.Tests.Scheduling.Objects;

namespace Ahoi.Framework.Tests.Scheduling;

public sealed class SchedulerOnClusterTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Events = new("", "v1", "events");

    private TestCluster _cluster = null!;
    private RequestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        _log = new(_cluster.Connect().Handler!);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Pods_OfItsName_GetNodesThatFit()
    {
        await CreateAsync(NodeMap("small", cpu: "1"), NodeMap("large"));
        await RunAsync();
        await CreateAsync(PodMap("big", "\"schedulerName\":\"mine\"", cpu: "3"), PodMap("other", "\"schedulerName\":\"theirs\""));
        await CreateAsync(PodMap("last", "\"schedulerName\":\"mine\""));

        var placed = await PlacedAsync("big");
        await PlacedAsync("last");

        Assert.Equal("large", placed.At("spec", "nodeName"));
        Assert.Equal("True", Scheduled(placed)?.Text("status"));
        Assert.Null((await PodAsync("other"))!.At("spec", "nodeName"));
    }

    [Fact]
    public async Task Unschedulable_IsSaidInConditionAndEvent_AndMendedWhenRoomComes()
    {
        await CreateAsync(NodeMap("a", cpu: "1"), NodeMap("b", "\"unschedulable\":true"));
        await RunAsync();
        await CreateAsync(PodMap("p", "\"schedulerName\":\"mine\"", cpu: "2"));

        const string Message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.";
        var waiting = await _cluster.WaitForAsync(Pods, new("default", "p"), p => Scheduled(p)?.Text("reason") == "Unschedulable");
        Assert.Equal("False", Scheduled(waiting)!.Text("status"));
        Assert.Equal(Message, Scheduled(waiting)!.Text("message"));
        await CronTabCluster.EventuallyAsync(
            () => _cluster.Client.ListAsync(Events, "default").GetAwaiter().GetResult().Items.Select(e => e.ToMap())
                .Any(e => e.Text("reason") == "FailedScheduling" && e.Text("message") == Message && e.Text("type") == "Warning"),
            "a FailedScheduling event");

        await _cluster.Client.PatchAsync(Nodes, new(null, "b"), Patch.Merge(JsonTree.ParseMap("""{"spec":{"unschedulable":null}}""")));
        Assert.Equal("b", (await PlacedAsync("p")).At("spec", "nodeName"));
    }

    [Fact]
    public async Task Unschedulable_APodGoes_ItsRoomIsUsed()
    {
        await CreateAsync(NodeMap("a", cpu: "1"));
        await RunAsync();
        await CreateAsync(PodMap("first", "\"schedulerName\":\"mine\"", cpu: "1"));
        await PlacedAsync("first");
        await CreateAsync(PodMap("second", "\"schedulerName\":\"mine\"", cpu: "1"));
        await _cluster.WaitForAsync(Pods, new("default", "second"), p => Scheduled(p)?.Text("reason") == "Unschedulable");

        await _cluster.Client.DeleteAsync(Pods, new("default", "first"), new() { GracePeriod = TimeSpan.Zero });

        await PlacedAsync("second");
    }

    [Fact]
    public async Task ManyPods_NeverOvercommitANode()
    {
        await CreateAsync([.. Enumerable.Range(0, 5).Select(i => NodeMap($"n{i}", cpu: "1", pods: 7))]);
        await RunAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => CreateAsync(PodMap($"p{i}", "\"schedulerName\":\"mine\"", cpu: "100m"))));

        // Five nodes with room for seven each.
        await CronTabCluster.EventuallyAsync(() => List().Count(p => p.At("spec", "nodeName") is string) == 35, "35 pods have nodes");
        await CronTabCluster.EventuallyAsync(() => List().Count(p => Scheduled(p)?.Text("reason") == "Unschedulable") == 5, "5 pods are unschedulable");

        Assert.All(List().Where(p => p.At("spec", "nodeName") is string).GroupBy(p => p.At("spec", "nodeName")), g => Assert.Equal(7, g.Count()));
    }

    [Fact]
    public async Task Binding_AnswerLost_IsNotMadeTwice()
    {
        var lost = 0;
        _log.Intercept = null;
        await CreateAsync(NodeMap("a"));
        await RunAsync(new LosingHandler(_cluster.Connect().Handler!, () => Interlocked.Increment(ref lost) == 1));
        await CreateAsync(PodMap("p", "\"schedulerName\":\"mine\""));

        await PlacedAsync("p");
        await CreateAsync(PodMap("q", "\"schedulerName\":\"mine\""));
        await PlacedAsync("q");

        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task Binding_Refused_IsTriedAgain()
    {
        var refused = 0;
        _log.Intercept = request => request.RequestUri!.AbsolutePath.EndsWith("/binding", StringComparison.Ordinal) && Interlocked.Increment(ref refused) == 1
            ? new(HttpStatusCode.InternalServerError) { Content = new StringContent("""{"kind":"Status","apiVersion":"v1","status":"Failure","code":500,"message":"no"}""") }
            : null;
        await CreateAsync(NodeMap("a"));
        await RunAsync();
        await CreateAsync(PodMap("p", "\"schedulerName\":\"mine\""));

        await PlacedAsync("p");
        Assert.Equal(2, refused);
    }

    [Fact]
    public async Task Filter_Throws_OnlyThatPodWaits()
    {
        await CreateAsync(NodeMap("a"));
        await RunAsync(configure: o => o.Filter("Broken", (pod, _) => pod.Key.Name == "bad" ? throw new InvalidOperationException("broken on purpose") : null));
        await CreateAsync(PodMap("bad", "\"schedulerName\":\"mine\""), PodMap("good", "\"schedulerName\":\"mine\""));

        await PlacedAsync("good");
        var waiting = await _cluster.WaitForAsync(Pods, new("default", "bad"), p => Scheduled(p)?.Text("reason") == "SchedulerError");
        Assert.Equal("broken on purpose", Scheduled(waiting)!.Text("message"));
    }

    [Fact]
    public async Task Gated_WaitsForItsGates()
    {
        await CreateAsync(NodeMap("a"));
        await RunAsync();
        await CreateAsync(PodMap("gated", "\"schedulerName\":\"mine\",\"schedulingGates\":[{\"name\":\"example.com/later\"}]"), PodMap("free", "\"schedulerName\":\"mine\""));
        await PlacedAsync("free");
        Assert.Null((await PodAsync("gated"))!.At("spec", "nodeName"));

        await _cluster.Client.PatchAsync(Pods, new("default", "gated"), Patch.Merge(JsonTree.ParseMap("""{"spec":{"schedulingGates":null}}""")));
        await PlacedAsync("gated");
    }

    [Fact]
    public async Task Steady_NothingIsWritten()
    {
        await CreateAsync(NodeMap("a", cpu: "1"), PodMap("fits", "\"schedulerName\":\"mine\""), PodMap("never", "\"schedulerName\":\"mine\"", cpu: "2"));
        var host = await RunAsync();
        await PlacedAsync("fits");
        await _cluster.WaitForAsync(Pods, new("default", "never"), p => Scheduled(p)?.Text("reason") == "Unschedulable");
        await TestCluster.StopAsync(host);
        var writes = _log.Writes.Count;

        var again = await RunAsync();
        await CronTabCluster.EventuallyAsync(() => again.Services.GetRequiredService<Operator>().IsReady, "ready");
        await CreateAsync(PodMap("next", "\"schedulerName\":\"mine\""));
        await PlacedAsync("next");

        // The pod that fits nowhere was tried before the new one, and nothing had to be said anew.
        Assert.Equal(["POST api/v1/namespaces/default/pods/next/binding"], _log.Writes.Skip(writes));
    }

    private Task<Microsoft.Extensions.Hosting.IHost> RunAsync(HttpMessageHandler? handler = null, Action<SchedulerOptions>? configure = null) =>
        _cluster.RunOperatorAsync(
            ahoi => ahoi.AddScheduler("mine", o =>
            {
                o.MinBackoff = TimeSpan.FromMilliseconds(10);
                o.Seed = 1;
                configure?.Invoke(o);
            }),
            connection: _cluster.Connect() with { Handler = handler ?? _log },
            cancellationToken: TestContext.Current.CancellationToken);

    private async Task CreateAsync(params JsonMap[] objects)
    {
        foreach (var one in objects)
        {
            var node = one.Text("kind") == "Node";
            await _cluster.Client.CreateAsync(node ? Nodes : Pods, one.At("metadata", "namespace") as string, one);
            if (node)
            {
                // New nodes are tainted as not ready until somebody sees that they are.
                await _cluster.Client.PatchAsync(
                    Nodes, new(null, (string)one.At("metadata", "name")!), Patch.Merge(JsonTree.ParseMap("""{"spec":{"taints":null}}""")));
            }
        }
    }

    private Task<JsonMap> PlacedAsync(string name) => _cluster.WaitForAsync(Pods, new("default", name), p => p.At("spec", "nodeName") is string { Length: > 0 });

    private async Task<JsonMap?> PodAsync(string name) => (await _cluster.Client.FindAsync(Pods, new("default", name)))?.ToMap();

    private JsonMap[] List() => [.. _cluster.Client.ListAsync(Pods, "default").GetAwaiter().GetResult().Items.Select(p => p.ToMap())];

    private static JsonMap? Scheduled(JsonMap pod) => (pod.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == "PodScheduled");

    /// <summary>Carries bindings out, and loses the answers it is told to lose.</summary>
    private sealed class LosingHandler(HttpMessageHandler inner, Func<bool> loses) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith("/binding", StringComparison.Ordinal) && loses())
            {
                response.Dispose();
                throw new HttpRequestException("lost on purpose");
            }

            return response;
        }
    }
}
