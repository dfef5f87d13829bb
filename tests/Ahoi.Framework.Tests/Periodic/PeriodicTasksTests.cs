using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Leadership;
using Ahoi.Framework.Periodic;
using Ahoi.Framework.Tests.Cluster;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Tests.Periodic;

/// <summary>Periodic tasks of operators that run.</summary>
public sealed class PeriodicTasksTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task TwoReplicas_TheLeaderAloneRunsItAndTheOtherTakesOver()
    {
        var (a, b, everywhere) = (new Counting(), new Counting(), new Counting());
        var first = await RunAsync(a, everywhere, o => o.Leadership = Election());
        await CronTabCluster.EventuallyAsync(() => a.Runs > 2, "the first runs it");
        var second = await RunAsync(b, everywhere, o => o.Leadership = Election());
        await CronTabCluster.EventuallyAsync(() => Of(second).CheckHealth().IsReady && Of(second).Tasks.All.Any(t => t is { Name: "everywhere", Runs: > 1 }), "the second runs what is for all");
        Assert.Equal(0, b.Runs);

        await TestCluster.StopAsync(first);
        var runs = a.Runs;
        await CronTabCluster.EventuallyAsync(() => b.Runs > 2, "the second runs it");

        Assert.Equal(runs, a.Runs);
        Assert.True(Of(second).CheckHealth().IsLive);
    }

    [Fact]
    public async Task Task_AddedAndRemovedLater_RunsMeanwhileAndReadsTheCache()
    {
        var host = await RunAsync(new(), new());
        await _cluster.CreateCronTabAsync();
        var seen = 0;

        await Of(host).Tasks.AddAsync(
            "later", async (context, token) => seen = Math.Max(seen, (await context.ListAsync<CronTab>(token)).Count), o => o.Interval = TimeSpan.FromMilliseconds(1));
        await CronTabCluster.EventuallyAsync(() => seen == 1, "it reads the object");
        await Assert.ThrowsAsync<ArgumentException>(() => Of(host).Tasks.AddAsync("later", (_, _) => ValueTask.CompletedTask));

        Assert.True(await Of(host).Tasks.RemoveAsync("later"));
        Assert.False(await Of(host).Tasks.RemoveAsync("later"));
        Assert.DoesNotContain(Of(host).Tasks.All, t => t.Name == "later");
    }

    [Fact]
    public async Task Stop_WaitsForTheRunThatHasBegun()
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var ended = false;
        var host = await _cluster.RunAsync(Empty(), ahoi: ahoi => ahoi.AddPeriodicTask("slow", async (_, token) =>
        {
            begun.TrySetResult();
            await end.Task.WaitAsync(token);
            ended = true;
        }));
        await begun.Task.WaitAsync(TestCluster.DefaultLimit, TestContext.Current.CancellationToken);

        var stopping = TestCluster.StopAsync(host);
        end.SetResult();
        await stopping;

        Assert.True(ended);
    }

    [Fact]
    public void TwoTasks_OfOneName_AreRefused()
    {
        var twice = PeriodicTaskDefinition.Create("twice", (_, _) => ValueTask.CompletedTask, null);

        var exception = Assert.Throws<InvalidOperationException>(() => new PeriodicTasks([twice, twice], _ => null!, TimeProvider.System)); // None is started.

        Assert.Equal("Two periodic tasks are named twice.", exception.Message);
    }

    private Task<IHost> RunAsync(Counting task, Counting everywhere, Action<AhoiOptions>? options = null) => _cluster.RunAsync(
        Empty(),
        options: options,
        ahoi: ahoi =>
        {
            ahoi.Services.AddSingleton(task);
            ahoi.AddPeriodicTask<Counting>("count", o => o.Interval = TimeSpan.FromMilliseconds(2))
                .AddPeriodicTask("everywhere", everywhere.RunAsync, o => (o.Interval, o.OnEveryReplica) = (TimeSpan.FromMilliseconds(2), true));
        });

    private static LeaderElectionOptions Election() => new() { LeaseName = "test", LeaseNamespace = "default", RetryPeriod = TimeSpan.FromMilliseconds(50) };

    private static Operator Of(IHost host) => host.Services.GetRequiredService<Operator>();

    private static ScriptedReconciler Empty() => new() { Describe = (_, _) => new Description() };

    private sealed class Counting : IPeriodicTask
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public ValueTask RunAsync(PeriodicTaskContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return ValueTask.CompletedTask;
        }
    }
}
