using System.Collections.Concurrent;
using System.Diagnostics;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Tests.Engine;

namespace Ahoi.Framework.Tests.Hosting;

public sealed class TracingTests : IDisposable
{
    private const string Name = "tracing-tests"; // The listener hears everything in the process; this controller's name is its own.

    private readonly FakeCluster _cluster = OperatorUnderTest.CreateCluster();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        _listener = new()
        {
            ShouldListenTo = s => s.Name is "Ahoi.Framework" or "Ahoi.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task Reconcile_ThatWrites_HasItsRequestsAsChildrenAndTheChangedChildLinksBack()
    {
        var reconciler = new ScriptedReconciler { Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("a", "b")) };
        _cluster.Put(MetricsTests.CronTabPath("my"), MetricsTests.CronTabJson);
        using var starter = new Activity("starter").Start();
        await using var op = await new OperatorUnderTest(_cluster, reconciler, Named).StartAsync();
        starter.Stop();

        await op.EventuallyAsync(() => Reconciles().Any(r => r.Links.Any()), "a reconcile has links");

        var first = Reconciles().First();
        Assert.Equal($"reconcile {Name}", first.DisplayName);
        Assert.Equal(default, first.ParentSpanId);
        Assert.NotEqual(starter.TraceId, first.TraceId);
        Assert.Equal("my", first.GetTagItem("k8s.object.name"));
        Assert.Equal("default", first.GetTagItem("k8s.namespace.name"));
        Assert.Equal("done", first.GetTagItem("ahoi.result"));
        var request = Assert.Single(_ended, a => a.ParentSpanId == first.SpanId && a.DisplayName.Contains("configmaps", StringComparison.Ordinal));
        Assert.Equal("PATCH /api/v1/namespaces/{namespace}/configmaps/{name}", request.DisplayName);
        Assert.Equal(ActivityKind.Client, request.Kind);
        Assert.Equal("apply", request.GetTagItem("ahoi.verb"));
        Assert.Equal("PATCH", request.GetTagItem("http.request.method"));
        Assert.Contains(request.GetTagItem("http.response.status_code"), new object[] { 200, 201 });
        var linked = Reconciles().First(r => r.Links.Any());
        Assert.All(linked.Links, l => Assert.Contains(Reconciles(), r => r.SpanId == l.Context.SpanId));
        Assert.Contains(linked.Events, e => e.Name == "cause");
    }

    [Fact]
    public async Task Reconcile_Retried_LinksToTheAttemptThatFailed()
    {
        var failed = false;
        var reconciler = new ScriptedReconciler { Describe = (_, _) => failed ? new Description() : throw new InvalidOperationException($"no {failed = true}") };
        _cluster.Put(MetricsTests.CronTabPath("my"), MetricsTests.CronTabJson);
        await using var op = await new OperatorUnderTest(
            _cluster,
            reconciler,
            o =>
            {
                Named(o);
                o.When(_ => false); // The status that tells of the failure would wake the object before its retry.
            }).StartAsync();

        await op.EventuallyAsync(() => Reconciles().Any(r => Causes(r).Any(c => c.StartsWith("Retry", StringComparison.Ordinal))), "it was retried");

        var attempt = Reconciles().Single(r => r.Status == ActivityStatusCode.Error);
        var retry = Reconciles().First(r => Causes(r).Any(c => c.StartsWith("Retry", StringComparison.Ordinal)));
        Assert.Equal("failed", attempt.GetTagItem("ahoi.result"));
        Assert.Equal("System.InvalidOperationException", attempt.GetTagItem("error.type"));
        Assert.Contains(retry.Links, l => l.Context.SpanId == attempt.SpanId);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _cluster.Dispose();
    }

    private static void Named(ControllerOptions options) => options.Name = Name;

    private IEnumerable<Activity> Reconciles() => _ended.Where(a => (string?)a.GetTagItem("ahoi.controller") == Name);

    private static IEnumerable<string> Causes(Activity reconcile) => reconcile.Events.Where(e => e.Name == "cause").Select(e => e.Tags.First(t => t.Key == "ahoi.cause").Value?.ToString() ?? "");
}
