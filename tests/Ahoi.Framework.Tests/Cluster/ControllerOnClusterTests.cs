using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Framework.Tests.Cluster;

public sealed class ControllerOnClusterTests : IAsyncLifetime
{
    private static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");

    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Child_ChangedOrDeletedBySomebodyElse_IsSetRight()
    {
        await _cluster.RunAsync(Parts());
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        await _cluster.MergeAsync(CronTabCluster.ConfigMaps, new("default", "part-0"), """{"data":{"text":"wrong","theirs":"stays"}}""");
        var child = await _cluster.ConfigMapAsync("part-0", c => (string?)c.At("data", "text") == "x");
        Assert.Equal("stays", child.At("data", "theirs"));

        await _cluster.Client.DeleteAsync(CronTabCluster.ConfigMaps, new("default", "part-0"));
        await _cluster.ConfigMapAsync("part-0", c => (string?)c.At("metadata", "uid") != (string?)child.At("metadata", "uid"));
    }

    [Fact]
    public async Task Child_FallenOutWhileTheOperatorWasDown_IsDeletedAfterTheStart()
    {
        var reconciler = Parts();
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap));
        await _cluster.CreateCronTabAsync(replicas: 3);
        await _cluster.ReadyAsync();
        await TestCluster.StopAsync(host);
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":1}}""");

        await _cluster.RunAsync(Parts(), o => o.Owns(ConfigMap));

        await _cluster.Test.WaitForAbsenceAsync(CronTabCluster.ConfigMaps, new("default", "part-2"));
        await _cluster.Test.WaitForAbsenceAsync(CronTabCluster.ConfigMaps, new("default", "part-1"));
        Assert.NotNull(await _cluster.FindConfigMapAsync("part-0"));
    }

    [Fact]
    public async Task Delete_WithGroups_ChildrenGoInReverseOrderThenTheFinalizer()
    {
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("first", "x")).Then().Add(ScriptedReconciler.ConfigMap("second", "x")),
        };
        await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        _cluster.Log.Writes.Clear();

        await _cluster.Client.DeleteAsync(CronTabCluster.CronTabs, CronTabCluster.Key);

        await _cluster.Test.WaitForAbsenceAsync(CronTabCluster.CronTabs, CronTabCluster.Key);
        Assert.Equal(
            [$"DELETE {CronTabCluster.ConfigMapPath}second", $"DELETE {CronTabCluster.ConfigMapPath}first", $"PATCH {CronTabCluster.Path}"],
            _cluster.Log.Writes);
    }

    [Fact]
    public async Task CreateOnly_ChildChangedLater_IsLeftAlone()
    {
        var text = "one";
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(new Child(ScriptedReconciler.ConfigMap("once", text)) { CreateOnly = true }),
        };
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        text = "two";
        await CronTabCluster.SettleAsync(host, reconciler);

        Assert.Equal("one", (await _cluster.FindConfigMapAsync("once"))!.At("data", "text"));
    }

    [Fact]
    public async Task Unowned_Child_IsSetRightAfterARestartAndNeverDeleted()
    {
        var reconciler = new ScriptedReconciler
        {
            Describe = (tab, _) => tab.Spec.Replicas == 0
                ? new Description()
                : new Description().Add(new Child(ScriptedReconciler.ConfigMap("kept", "x")) { Owned = false }),
        };
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        await TestCluster.StopAsync(host);
        var again = await _cluster.RunAsync(reconciler, o => o.Owns(ConfigMap));

        await _cluster.MergeAsync(CronTabCluster.ConfigMaps, new("default", "kept"), """{"data":{"text":"wrong"}}""");
        await _cluster.ConfigMapAsync("kept", c => (string?)c.At("data", "text") == "x");
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":0}}""");
        await CronTabCluster.SettleAsync(again, reconciler);
        var kept = (await _cluster.Client.FindAsync(CronTabCluster.ConfigMaps, new("default", "kept")))!;

        Assert.Equal(CronTabCluster.Key, DescribedBy.Of(kept)!.Key);
        Assert.Empty(kept.OwnerReferences);
    }

    [Theory]
    [InlineData(AdoptionRule.Never, "theirs")]
    [InlineData(AdoptionRule.Unowned, "x")]
    public async Task Child_ThatIsThereAlready_IsTakenOverOnlyWhereAllowed(AdoptionRule rule, string text)
    {
        await _cluster.Client.CreateAsync(CronTabCluster.ConfigMaps, "default", ScriptedReconciler.ConfigMap("taken", "theirs"));
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(new Child(ScriptedReconciler.ConfigMap("taken", "x")) { Adoption = rule }),
        };
        await _cluster.RunAsync(reconciler);
        await _cluster.CreateCronTabAsync();

        var tab = await _cluster.ReadyAsync(rule == AdoptionRule.Never ? "False" : "True");

        Assert.Equal(rule == AdoptionRule.Never ? "ChildFailed" : "Ready", CronTabCluster.ReadyCondition(tab)!.Text("reason"));
        Assert.Equal(text, (await _cluster.FindConfigMapAsync("taken"))!.At("data", "text"));
    }

    [Fact]
    public async Task Status_AfterAnotherGeneration_ObservesItAndKeepsTheTransitionTime()
    {
        await _cluster.RunAsync(Parts());
        await _cluster.CreateCronTabAsync();
        var before = CronTabCluster.ReadyCondition(await _cluster.ReadyAsync())!;

        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":2}}""");
        var tab = await _cluster.Test.WaitForAsync(CronTabCluster.CronTabs, CronTabCluster.Key, o => o.At("status", "observedGeneration") is 2L);

        Assert.Equal(before.Text("lastTransitionTime"), CronTabCluster.ReadyCondition(tab)!.Text("lastTransitionTime"));
        Assert.Equal(2L, CronTabCluster.ReadyCondition(tab)!["observedGeneration"]);
    }

    [Fact]
    public async Task Watch_ThatIsTooOld_ListsAnew()
    {
        var refused = 0;
        _cluster.Log.Intercept = request => request.RequestUri!.Query.Contains("watch=", StringComparison.Ordinal) && Interlocked.Increment(ref refused) <= 4
            ? FakeCluster.Failure(410, "Expired", "too old")
            : null;
        await _cluster.RunAsync(Parts(), o => o.Owns(ConfigMap));

        await _cluster.CreateCronTabAsync();

        await _cluster.ReadyAsync();
        await CronTabCluster.EventuallyAsync(() => Volatile.Read(ref refused) > 4, "watched again");
    }

    [Fact]
    public async Task MappedKind_Changing_WakesTheObjectItNames()
    {
        var reconciler = Parts();
        await _cluster.RunAsync(reconciler, o => o.Watches(new("", "v1", "Secret"), s => s.Labels.TryGetValue("for", out var name) ? [new(s.Namespace, name)] : []));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        var mapped = false;
        reconciler.Describe = (_, c) =>
        {
            mapped |= c.Causes.Any(cause => cause.Kind == CauseKind.Mapped);
            return Parts().Describe(null!, c).WithStatus(new CronTabStatus(mapped ? "Mapped" : "other"));
        };

        await _cluster.Client.CreateAsync(
            new("", "v1", "secrets"), "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","labels":{"for":"my"}}}"""));

        await _cluster.Test.WaitForAsync(CronTabCluster.CronTabs, CronTabCluster.Key, o => (string?)o.At("status", "job") == "Mapped");
    }

    [Fact]
    public async Task Predicate_ThatDoesNotHold_KeepsAChangeOut()
    {
        var reconciler = new ScriptedReconciler { Describe = (_, _) => new Description() };
        var host = await _cluster.RunAsync(reconciler, o => o.When(c => c.Before?.Generation != c.After!.Generation));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        await CronTabCluster.SettleAsync(host, reconciler);
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        reconciler.Describe = (tab, c) =>
        {
            seen.Enqueue($"{tab.Spec.Replicas} {c.Raw.Labels.ContainsKey("x")}");
            return new Description();
        };

        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"metadata":{"labels":{"x":"y"}}}""");
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"spec":{"replicas":7}}""");
        await CronTabCluster.EventuallyAsync(() => !seen.IsEmpty, "reconciled");

        Assert.Equal("7 True", seen.First());
    }

    [Fact]
    public async Task Delete_OfAnotherIncarnation_IsRefusedByItsUid()
    {
        var old = await _cluster.Client.CreateAsync(CronTabCluster.ConfigMaps, "default", ScriptedReconciler.ConfigMap("again", "old"));
        await _cluster.Client.DeleteAsync(CronTabCluster.ConfigMaps, old.Key);
        await _cluster.Client.CreateAsync(CronTabCluster.ConfigMaps, "default", ScriptedReconciler.ConfigMap("again", "new"));
        using var metrics = new FrameworkMetrics("test");
        await using var cache = new ClusterCache(
            _cluster.Client, ManagedFieldsFilter.KeepOnly("test"), TimeProvider.System, new Random(1), metrics, NullLoggerFactory.Instance);
        var writer = new ClusterWriter(_cluster.Client, cache, "test");
        var resource = await _cluster.Client.Discovery.FindAsync(ConfigMap);

        await writer.DeleteAsync(resource!, old, TestContext.Current.CancellationToken);

        Assert.Equal("new", (await _cluster.FindConfigMapAsync("again"))!.At("data", "text"));
    }

    [Fact]
    public async Task Definition_AppliedAgain_WritesNothing()
    {
        var host = await _cluster.RunAsync(Parts());
        await TestCluster.StopAsync(host);
        Assert.Single(_cluster.Log.Writes);

        await _cluster.RunAsync(Parts());

        Assert.Single(_cluster.Log.Writes);
    }

    [Fact]
    public async Task Stop_ReconcileThatHangs_EndsAnyway()
    {
        var hanging = new TaskCompletionSource();
        var never = new ManualResetEventSlim();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) =>
            {
                hanging.TrySetResult();
                never.Wait();
                return new Description();
            },
        };
        var host = await _cluster.RunAsync(reconciler, options: o => o.DrainTimeout = TimeSpan.FromMilliseconds(100));
        await _cluster.CreateCronTabAsync();
        await hanging.Task.WaitAsync(TestCluster.DefaultLimit, TestContext.Current.CancellationToken);

        await TestCluster.StopAsync(host).WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        never.Set();
    }

    private static ScriptedReconciler Parts() => new()
    {
        Describe = (tab, _) => new Description()
            .AddRange(Enumerable.Range(0, tab?.Spec.Replicas ?? 1).Select(i => ScriptedReconciler.ConfigMap($"part-{i}", "x"))),
    };
}
