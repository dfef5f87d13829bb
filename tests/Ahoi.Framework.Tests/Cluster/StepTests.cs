using System.Collections.Concurrent;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Controllers.Steps;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Steps around reconciles, of one controller and of all.</summary>
public sealed class StepTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Steps_OfOperatorAndController_RunAroundTheReconcilerInOrder()
    {
        var trace = new ConcurrentQueue<string>();
        await _cluster.RunAsync(
            Described(() => trace.Enqueue("reconciler")),
            o => o.Use(new TracingStep("inner", trace)),
            ahoi: a => a.Use(new TracingStep("outer", trace)));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        Assert.Equal(["outer before", "inner before", "reconciler", "inner after", "outer after"], trace.Take(5));
    }

    [Fact]
    public async Task Step_ThatDoesNotGoOn_LeavesTheReconcilerOut()
    {
        var reconciler = Described(() => Assert.Fail("was asked"));
        await _cluster.RunAsync(reconciler, o => o.Use(new HaltingStep()));
        await _cluster.CreateCronTabAsync();

        var tab = await _cluster.ReadyAsync("Unknown");

        Assert.Equal("Halted", CronTabCluster.ReadyCondition(tab)!.Text("reason"));
        Assert.Equal(0, reconciler.Runs);
    }

    [Fact]
    public async Task Items_LeftByAStep_AreSeenByTheReconciler()
    {
        var seen = new TaskCompletionSource<object?>();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, context) =>
            {
                seen.TrySetResult(context.Items["tenant"]);
                return new();
            },
        };
        await _cluster.RunAsync(reconciler, o => o.Use(new ItemStep()));
        await _cluster.CreateCronTabAsync();

        Assert.Equal("t1", await seen.Task.WaitAsync(Testing.TestCluster.DefaultLimit));
    }

    [Fact]
    public async Task ManagedByLabel_EveryChild_HasItAndStaysInSteadyState()
    {
        var reconciler = Described(() => { });
        var host = await _cluster.RunAsync(reconciler, o => o.Use(new ManagedByLabel("ahoi")));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        _cluster.Log.Writes.Clear();

        await CronTabCluster.SettleAsync(host, reconciler);

        Assert.Equal("ahoi", (await _cluster.ConfigMapAsync("a")).At("metadata", "labels", ManagedByLabel.Label));
        Assert.Empty(_cluster.Log.Writes);
    }

    [Fact]
    public async Task WhenDone_Callbacks_RunAfterTheStatusIsWrittenLastAddedFirst()
    {
        var calls = new ConcurrentQueue<string>();
        var done = new TaskCompletionSource();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description()
                .Add(ScriptedReconciler.ConfigMap("a", "b"))
                .WhenDone(_ => done.TrySetResult())
                .WhenDone(o => calls.Enqueue($"{o.Children.Count} {_cluster.Log.Writes.Last()}")),
        };
        await _cluster.RunAsync(reconciler);
        await _cluster.CreateCronTabAsync();
        await done.Task.WaitAsync(Testing.TestCluster.DefaultLimit);

        Assert.Equal($"1 PATCH {CronTabCluster.Path}/status", calls.First());
    }

    [Fact]
    public async Task Description_ChangedAfterItWasReturned_Throws()
    {
        Description? returned = null;
        var done = new TaskCompletionSource();
        var reconciler = new ScriptedReconciler { Describe = (_, _) => returned = new Description().WhenDone(_ => done.TrySetResult()) };
        await _cluster.RunAsync(reconciler);
        await _cluster.CreateCronTabAsync();
        await done.Task.WaitAsync(Testing.TestCluster.DefaultLimit);

        Assert.Throws<InvalidOperationException>(() => returned!.Add(ScriptedReconciler.ConfigMap("late", "x")));
        Assert.Throws<InvalidOperationException>(() => returned!.LookAgainAfter(TimeSpan.FromSeconds(1)));
        Assert.Throws<InvalidOperationException>(() => returned!.WithEvent("Late", "x"));
    }

    [Fact]
    public async Task FunctionController_OneLambda_Reconciles()
    {
        var host = await _cluster.Test.RunOperatorAsync(
            ahoi => ahoi.AddController<CronTab>((tab, _, _) => new Description().Add(ScriptedReconciler.ConfigMap($"{tab.Metadata.Name}-f", "x"))),
            cancellationToken: TestContext.Current.CancellationToken);
        await _cluster.CreateCronTabAsync();

        Assert.NotNull(await _cluster.ConfigMapAsync("my-f"));
        var running = host.Services.GetRequiredService<Operator>();
        await CronTabCluster.EventuallyAsync(() => running.RecentReconciles(CronTabCluster.Key).Count > 0, "remembered");
        var record = running.RecentReconciles(CronTabCluster.Key)[^1];
        Assert.Equal(CauseKind.Seen, Assert.Single(record.Causes).Kind);
    }

    private static ScriptedReconciler Described(Action called) => new()
    {
        Describe = (_, _) =>
        {
            called();
            return new Description().Add(ScriptedReconciler.ConfigMap("a", "b"));
        },
    };

    private sealed class TracingStep(string name, ConcurrentQueue<string> trace) : IReconcileStep
    {
        public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
        {
            trace.Enqueue($"{name} before");
            var description = await next(context, cancellationToken);
            trace.Enqueue($"{name} after");
            return description;
        }
    }

    private sealed class HaltingStep : IReconcileStep
    {
        public ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken) =>
            Description.KeepingChildren().WithCondition(Condition.Ready, null, "Halted").ToValueTask();
    }

    private sealed class ItemStep : IReconcileStep
    {
        public ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
        {
            context.Items["tenant"] = "t1";
            return next(context, cancellationToken);
        }
    }
}
