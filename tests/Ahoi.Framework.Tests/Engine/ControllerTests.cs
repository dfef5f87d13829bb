using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Tests.Engine;

public sealed class ControllerTests
{
    private const string Path = "apis/stable.example.com/v1/namespaces/default/crontabs/my";
    private const string Child = "api/v1/namespaces/default/configmaps/my-job";

    private readonly FakeCluster _cluster = OperatorUnderTest.CreateCluster();

    [Fact]
    public async Task Reconcile_NewObject_HasFinalizerThenChildThenStatus()
    {
        PutCronTab();
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();

        await op.EventuallyAsync(() => Ready() == "True", "it is ready");

        Assert.Equal([$"PATCH {Path}", $"PATCH {Child}", $"PATCH {Path}/status"], op.Cluster.Writes.Take(3));
        var child = _cluster.Find(Child)!;
        Assert.Equal("a b", child.At("data", "text"));
        var owner = Assert.IsType<JsonMap>(child.Map("metadata")!.List("ownerReferences")![0]);
        Assert.Equal("CronTab", owner.Text("kind"));
        Assert.Equal("my-job", _cluster.Find(Path)!.At("status", "job"));
        Assert.Equal(1L, _cluster.Find(Path)!.At("status", "observedGeneration"));
    }

    [Fact]
    public async Task Reconcile_UnchangedWorld_WritesNothing()
    {
        PutCronTab();
        var reconciler = Simple();
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();
        await op.EventuallyAsync(() => Ready() == "True", "it is ready");
        await op.SettleAsync(reconciler);

        Assert.Equal(3, op.Cluster.Writes.Count);
    }

    [Fact]
    public async Task Restart_SteadyState_WritesNothing()
    {
        PutCronTab();
        await using (var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync())
        {
            await op.EventuallyAsync(() => Ready() == "True", "it is ready");
        }

        _cluster.Writes.Clear();
        var reconciler = Simple();
        await using var again = await new OperatorUnderTest(_cluster, reconciler).StartAsync();
        await again.SettleAsync(reconciler);

        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task Child_ChangedBySomebodyElse_IsSetRight()
    {
        PutCronTab();
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();
        await op.EventuallyAsync(() => Ready() == "True", "it is ready");

        _cluster.Change(Child, c => c.Map("data")!["text"] = "wrong");

        await op.EventuallyAsync(() => (string?)_cluster.Find(Child)!.At("data", "text") == "a b", "the child is as described");
    }

    [Fact]
    public async Task Child_DeletedBySomebodyElse_ComesBack()
    {
        PutCronTab();
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();
        await op.EventuallyAsync(() => Ready() == "True", "it is ready");

        _cluster.Remove(Child);

        await op.EventuallyAsync(() => _cluster.Find(Child) is not null, "the child is there again");
    }

    [Fact]
    public async Task Child_FallenOutOfTheDescription_IsDeletedAndForeignOnesStay()
    {
        PutCronTab();
        var reconciler = new ScriptedReconciler
        {
            Describe = (tab, _) => new Description()
                .AddRange(Enumerable.Range(0, tab.Spec.Replicas).Select(i => ScriptedReconciler.ConfigMap($"part-{i}", "x"))),
        };
        await using var op = await new OperatorUnderTest(_cluster, reconciler, o => o.Owns(new("", "v1", "ConfigMap"))).StartAsync();
        _cluster.Change(Path, o => o.Map("spec")!["replicas"] = 3);
        await op.EventuallyAsync(() => _cluster.Find("api/v1/namespaces/default/configmaps/part-2") is not null, "three parts");
        var uid = (string)_cluster.Find(Path)!.At("metadata", "uid")!;
        _cluster.Put(
            "api/v1/namespaces/default/configmaps/foreign",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign","namespace":"default","ownerReferences":[{"apiVersion":"stable.example.com/v1","kind":"CronTab","name":"my","uid":"UID"}]}}""".Replace("UID", uid, StringComparison.Ordinal));

        _cluster.Change(Path, o => o.Map("spec")!["replicas"] = 1);

        await op.EventuallyAsync(
            () => _cluster.Find("api/v1/namespaces/default/configmaps/part-2") is null && _cluster.Find("api/v1/namespaces/default/configmaps/part-1") is null,
            "two parts are gone");
        Assert.NotNull(_cluster.Find("api/v1/namespaces/default/configmaps/part-0"));
        Assert.NotNull(_cluster.Find("api/v1/namespaces/default/configmaps/foreign"));
    }

    [Fact]
    public async Task Group_NotReady_HoldsTheNextOneBack()
    {
        PutCronTab();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description()
                .Add(new Child(ScriptedReconciler.ConfigMap("first", "x"))
                {
                    Ready = live => live.At("data", "go") is "on" ? Readiness.Ready : Readiness.Waiting("nobody said go"),
                })
                .Then()
                .Add(ScriptedReconciler.ConfigMap("second", "x")),
        };
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();
        await op.EventuallyAsync(() => Ready() == "False", "it is not ready");
        await op.SettleAsync(reconciler);
        Assert.Null(_cluster.Find("api/v1/namespaces/default/configmaps/second"));
        Assert.Contains("nobody said go", ReadyCondition()!.Text("message"), StringComparison.Ordinal);

        _cluster.Change("api/v1/namespaces/default/configmaps/first", c => c.Map("data")!["go"] = "on");

        await op.EventuallyAsync(() => Ready() == "True", "it is ready");
        Assert.NotNull(_cluster.Find("api/v1/namespaces/default/configmaps/second"));
    }

    [Fact]
    public async Task Delete_WithChildren_TheyGoInReverseOrderThenTheFinalizer()
    {
        PutCronTab();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("first", "x")).Then().Add(ScriptedReconciler.ConfigMap("second", "x")),
        };
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();
        await op.EventuallyAsync(() => Ready() == "True", "it is ready");
        _cluster.Writes.Clear();

        _cluster.Change(Path, o => o.Map("metadata")!["deletionTimestamp"] = "2026-01-01T00:00:00Z");

        await op.EventuallyAsync(() => _cluster.Find(Path) is null, "it is gone");
        Assert.Equal(
            ["DELETE api/v1/namespaces/default/configmaps/second", "DELETE api/v1/namespaces/default/configmaps/first", $"PATCH {Path}"],
            _cluster.Writes);
    }

    [Fact]
    public async Task Reconciler_Throwing_IsReportedAndTriedAgain()
    {
        PutCronTab();
        var fails = 3;
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => fails-- > 0 ? throw new InvalidOperationException("the moon is full") : new Description(),
        };
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();

        await op.EventuallyAsync(() => Ready() == "False", "the failure is in the status");
        await op.EventuallyAsync(() => Ready() == "True", "it went well in the end");
    }

    [Fact]
    public async Task Object_NotFittingItsType_FailsAloneWithAnEvent()
    {
        PutCronTab();
        _cluster.Put(
            "apis/stable.example.com/v1/namespaces/default/crontabs/odd",
            """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"odd","namespace":"default"},"spec":{"cronSpec":"a","image":"b","replicas":"many"}}""");
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();

        await op.EventuallyAsync(() => Ready() == "True", "the other is ready");
        await op.EventuallyAsync(() => ConditionOf("odd")?.Text("reason") == "Unreadable", "the odd one says so");
        Assert.Contains("replicas", ConditionOf("odd")!.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_WithFaults_IsRefusedWithAllReasonsAndNothingIsWritten()
    {
        PutCronTab();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description()
                .Add(ScriptedReconciler.ConfigMap("same", "x"))
                .Add(ScriptedReconciler.ConfigMap("same", "y"))
                .Add(ScriptedReconciler.ConfigMap("far", "x", "elsewhere"))
                .Add(new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonMap { ["name"] = "big" } }),
        };
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();

        await op.EventuallyAsync(() => ReadyCondition()?.Text("reason") == "InvalidDescription", "it is refused");

        var message = ReadyCondition()!.Text("message")!;
        Assert.Contains("described twice", message, StringComparison.Ordinal);
        Assert.Contains("same namespace", message, StringComparison.Ordinal);
        Assert.Contains("cluster-scoped", message, StringComparison.Ordinal);
        Assert.Null(_cluster.Find("api/v1/namespaces/default/configmaps/same"));
    }

    [Fact]
    public async Task Dependency_ReadThroughTheContext_WakesTheReader()
    {
        PutCronTab();
        _cluster.Put("api/v1/namespaces/default/configmaps/setting", ScriptedReconciler.ConfigMap("setting", "one", "default"));
        var reconciler = new ReadingReconciler();
        await using var op = await new OperatorUnderTest(_cluster, reconciler).StartAsync();
        await op.EventuallyAsync(() => (string?)_cluster.Find(Path)?.At("status", "job") == "one", "it has read one");

        _cluster.Change("api/v1/namespaces/default/configmaps/setting", c => c.Map("data")!["text"] = "two");

        await op.EventuallyAsync(() => (string?)_cluster.Find(Path)?.At("status", "job") == "two", "it has read two");
    }

    [Fact]
    public async Task Watch_CutWithALostDeletion_NoticesItWithTheNextList()
    {
        PutCronTab();
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();
        await op.EventuallyAsync(() => Ready() == "True", "it is ready");
        var expired = true;
        _cluster.Intercept = request => expired && request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal)
            ? FakeCluster.Failure(410, "Expired", "too old")
            : null;

        _cluster.CutWatches();
        _cluster.Remove(Child);

        await op.EventuallyAsync(() => _cluster.Find(Child) is not null, "the child is there again");
        expired = false;
    }

    [Fact]
    public async Task Child_OwnedBySomebodyElse_IsNotTouched()
    {
        PutCronTab();
        _cluster.Put(
            Child,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"my-job","namespace":"default","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true}]},"data":{"text":"theirs"}}""");
        await using var op = await new OperatorUnderTest(_cluster, Simple()).StartAsync();

        await op.EventuallyAsync(() => ReadyCondition()?.Text("reason") == "ChildFailed", "it says so");

        Assert.Equal("theirs", _cluster.Find(Child)!.At("data", "text"));
    }

    private static ScriptedReconciler Simple() => new()
    {
        Describe = (tab, _) => new Description()
            .Add(ScriptedReconciler.ConfigMap(tab.Metadata.Name + "-job", tab.Spec.CronSpec))
            .WithStatus(new CronTabStatus(tab.Metadata.Name + "-job")),
    };

    private void PutCronTab() => _cluster.Put(
        Path,
        """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"my","namespace":"default"},"spec":{"cronSpec":"a b","image":"i"}}""");

    private string? Ready() => ReadyCondition()?.Text("status");

    private JsonMap? ReadyCondition() => ConditionOf("my");

    private JsonMap? ConditionOf(string name) => _cluster.Find($"apis/stable.example.com/v1/namespaces/default/crontabs/{name}")
        ?.Map("status")?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == "Ready");

    private sealed class ReadingReconciler : IReconciler<CronTab>
    {
        public async ValueTask<Description> ReconcileAsync(CronTab resource, ReconcileContext context, CancellationToken cancellationToken)
        {
            var setting = await context.FindAsync(new("", "v1", "ConfigMap"), new("default", "setting"), cancellationToken);
            return new Description().WithStatus(new CronTabStatus((string)setting!.ToMap().At("data", "text")!));
        }
    }
}
