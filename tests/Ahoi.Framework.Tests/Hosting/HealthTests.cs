using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Cluster;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Tests.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_KindIsMissingThenServed_IsLiveThroughoutAndReadyInTheEnd()
    {
        var cluster = new FakeCluster().Serve("events.k8s.io", "v1", "events", "Event");
        await using var op = new OperatorUnderTest(cluster, Empty());
        Assert.False(op.Operator.CheckHealth().IsReady);
        Assert.True(op.Operator.CheckHealth().IsLive);

        await op.StartAsync();
        await op.EventuallyAsync(
            () => op.Operator.CheckHealth().Ready.Any(i => i is { Name: "controller/crontab", IsHealthy: false } && i.Message.Contains("does not serve", StringComparison.Ordinal)),
            "it says what is missing");
        Assert.True(op.Operator.CheckHealth().IsLive);

        cluster.Serve("stable.example.com", "v1", "crontabs", "CronTab");
        await op.EventuallyAsync(() => op.Operator.CheckHealth().IsReady, "it is ready");

        await op.Operator.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(op.Operator.CheckHealth().IsReady);
        Assert.True(op.Operator.CheckHealth().IsLive);
    }

    [Fact]
    public async Task Health_DefinitionsMayNotBeInstalled_SaysSoUntilTheyMay()
    {
        await using var cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        var connection = cluster.Connect();
        using var guard = new DefinitionGuard(connection.Handler!);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(Empty());
        builder.Services.AddAhoi(o => (o.OperatorName, o.Connection, o.InstallDefinitions) = ("test", connection with { Handler = guard }, true))
            .AddController<CronTab, ScriptedReconciler>();
        using var host = builder.Build();
        var @operator = host.Services.GetRequiredService<Operator>();

        var start = host.StartAsync(TestContext.Current.CancellationToken);
        await CronTabCluster.EventuallyAsync(
            () => @operator.CheckHealth().Ready.Any(i => i is { IsHealthy: false } && i.Message.Contains("definition crontabs.stable.example.com cannot be applied", StringComparison.Ordinal)), "it says so");
        Assert.False(start.IsCompleted);

        guard.Refuses = false;
        await start;
        await CronTabCluster.EventuallyAsync(() => @operator.CheckHealth().IsReady, "it is ready");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Health_ReplicaThatWaitsToLead_IsReadyOnceItKnowsWhoLeads()
    {
        await using var cluster = await CronTabCluster.StartAsync();
        var a = await cluster.RunAsync(Empty(), options: o => Elect(o, "a"));
        await CronTabCluster.EventuallyAsync(() => Of(a).IsLeading && Of(a).CheckHealth().IsReady, "the first leads");
        var b = await cluster.RunAsync(Empty(), options: o => Elect(o, "b"));
        await CronTabCluster.EventuallyAsync(() => Of(b).CheckHealth().IsReady, "the second is ready");

        Assert.False(Of(b).IsLeading);
        Assert.Contains(Of(b).CheckHealth().Ready, i => i is { Name: "leadership", Message: "a leads by Lease default/test" });
        Assert.Contains(Of(a).CheckHealth().Ready, i => i is { Name: "leadership", Message: "this replica leads by Lease default/test" });
    }

    [Fact]
    public async Task Health_NothingMovesForLong_IsNotLiveAndSaysWhat()
    {
        using var cluster = OperatorUnderTest.CreateCluster();
        cluster.Put(MetricsTests.CronTabPath("my"), MetricsTests.CronTabJson);
        cluster.Put(MetricsTests.CronTabPath("other"), MetricsTests.CronTabJson.Replace("\"my\"", "\"other\"", StringComparison.Ordinal));
        using var release = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) =>
            {
                begun.TrySetResult();
                release.Wait();
                return new Description();
            },
        };
        var time = new FrozenTimers();
        await using var op = await new OperatorUnderTest(cluster, reconciler, o => o.Workers = 1, time: time).StartAsync();
        await begun.Task.WaitAsync(TestCluster.DefaultLimit, TestContext.Current.CancellationToken);
        Assert.True(op.Operator.CheckHealth().IsLive);

        time.Jump = TimeSpan.FromMinutes(4);
        Assert.Contains(op.Operator.CheckHealth().Live, i => i is { Name: "controller/crontab", IsHealthy: false } && i.Message.StartsWith("1 objects wait, and for 24", StringComparison.Ordinal));
        Assert.Contains(op.Operator.CheckHealth().Live, i => i is { Name: "cache/CronTab", IsHealthy: true });
        time.Jump = TimeSpan.FromMinutes(11);
        Assert.Contains(op.Operator.CheckHealth().Live, i => i is { Name: "cache/CronTab", IsHealthy: false });

        release.Set();
        await op.EventuallyAsync(() => op.Operator.CheckHealth().Live.Single(i => i.Name == "controller/crontab").IsHealthy, "it moves again");
    }

    private static void Elect(AhoiOptions options, string identity) => options.Leadership = new()
    {
        LeaseName = "test",
        LeaseNamespace = "default",
        Identity = identity,
        RetryPeriod = TimeSpan.FromMilliseconds(50),
    };

    private static Operator Of(IHost host) => host.Services.GetRequiredService<Operator>();

    /// <summary>A clock whose hands can be moved without its timers taking notice, as if everything hung.</summary>
    private sealed class FrozenTimers : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Jump.TotalSeconds * TimestampFrequency);
    }

    private static ScriptedReconciler Empty() => new() { Describe = (_, _) => new Description() };

    /// <summary>Answers for an account that may not touch definitions.</summary>
    private sealed class DefinitionGuard(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public bool Refuses { get; set; } = true;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Refuses && request.RequestUri!.AbsolutePath.Contains("customresourcedefinitions", StringComparison.Ordinal)
                ? Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.Forbidden)
                {
                    Content = new StringContent("""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"not for you","code":403}""", System.Text.Encoding.UTF8, "application/json"),
                })
                : base.SendAsync(request, cancellationToken);
    }
}
