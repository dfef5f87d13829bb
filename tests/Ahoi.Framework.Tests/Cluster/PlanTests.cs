using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Planning;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>What would be written is said in full, and not written.</summary>
public sealed class PlanTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Plan_EmptyCluster_IsTheDefinitionAndNothingElse()
    {
        var plan = await _cluster.PlanAsync(OneChild("a"));

        var definition = Assert.Single(Assert.Single(plan.Objects).Changes);
        Assert.Equal((PlannedAction.Create, "CustomResourceDefinition", "crontabs.stable.example.com"), (definition.Action, definition.Kind.Kind, definition.Key.Name));
        Assert.Contains("crontab", Assert.Single(plan.Notes), StringComparison.Ordinal);
        Assert.Null(await _cluster.Client.FindAsync(Definitions, definition.Key));
    }

    [Fact]
    public async Task Plan_NewObject_NamesEveryWriteAndMakesNone()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();

        var plan = await _cluster.PlanAsync(OneChild("a"));

        var changes = Assert.Single(plan.Objects).Changes;
        Assert.Equal(
            [(PlannedAction.Update, "CronTab", null), (PlannedAction.Create, "ConfigMap", null), (PlannedAction.Update, "CronTab", "status")],
            changes.Select(c => (c.Action, c.Kind.Kind, c.Subresource)));
        Assert.Equal([".metadata.finalizers"], changes[0].Fields.Select(f => f.Path));
        Assert.Contains(new FieldChange(".data.text", null, "\"a\""), changes[1].Fields);
        Assert.Equal(1, plan.Reconciled);
        Assert.Null(await _cluster.FindConfigMapAsync("my-job"));
        Assert.Null((await _cluster.Client.GetAsync(CronTabCluster.CronTabs, CronTabCluster.Key)).ToMap().Map("status"));
    }

    [Fact]
    public async Task Plan_SteadyState_IsEmpty()
    {
        await ConvergeAsync(OneChild("a"));

        var plan = await _cluster.PlanAsync(OneChild("a"));

        Assert.True(plan.IsEmpty && !plan.HasFaults, string.Join("; ", plan.Objects.SelectMany(o => o.Changes)));
        Assert.Equal(1, plan.Reconciled);
    }

    [Fact]
    public async Task Plan_OtherDescription_NamesTheFieldBeforeAndAfter()
    {
        await ConvergeAsync(OneChild("a"));

        var plan = await _cluster.PlanAsync(OneChild("b"));

        var change = Assert.Single(Assert.Single(plan.Objects).Changes);
        Assert.Equal((PlannedAction.Update, "ConfigMap"), (change.Action, change.Kind.Kind));
        Assert.Equal([new FieldChange(".data.text", "\"a\"", "\"b\"")], change.Fields);
        Assert.Equal("a", (await _cluster.FindConfigMapAsync("my-job"))!.At("data", "text"));
    }

    [Fact]
    public async Task Plan_ChildFellOut_WouldBeDeletedAndStays()
    {
        await ConvergeAsync(OneChild("a"));

        var plan = await _cluster.PlanAsync(
            new() { Describe = (_, _) => new Description().WithStatus(new CronTabStatus("none")) }, o => o.Owns(new("", "v1", "ConfigMap")));

        Assert.Contains(Assert.Single(plan.Objects).Changes, c => c is { Action: PlannedAction.Delete, Kind.Kind: "ConfigMap", Key.Name: "my-job" });
        Assert.NotNull(await _cluster.FindConfigMapAsync("my-job"));
    }

    [Fact]
    public async Task Plan_LaterGroup_IsPlannedAlthoughTheFirstIsNotReady()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description()
                .Add(new Child(ScriptedReconciler.ConfigMap("first", "a")) { Ready = _ => Readiness.Waiting("never") })
                .Then()
                .Add(ScriptedReconciler.ConfigMap("second", "b")),
        };

        var plan = await _cluster.PlanAsync(reconciler);

        Assert.Equal(["first", "second"], Assert.Single(plan.Objects).Changes.Where(c => c.Kind.Kind == "ConfigMap").Select(c => c.Key.Name));
    }

    [Fact]
    public async Task Plan_Secret_HidesItsValues()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(JsonTree.ParseMap(
                """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"hunter2"}}""")),
        };

        var plan = await _cluster.PlanAsync(reconciler);

        var fields = Assert.Single(plan.Objects).Changes.Single(c => c.Kind.Kind == "Secret").Fields;
        Assert.Contains(new FieldChange(".data.password", null, "(hidden)"), fields);
    }

    [Fact]
    public async Task Plan_ReconcilerThatWritesItself_IsRefusedAndNamed()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, context) =>
            {
                Assert.True(context.IsPlan);
                context.Client.DeleteAsync(CronTabCluster.CronTabs, CronTabCluster.Key).GetAwaiter().GetResult();
                return new();
            },
        };

        var plan = await _cluster.PlanAsync(reconciler);

        Assert.Contains("DELETE /apis/stable.example.com/v1/namespaces/default/crontabs/my", Assert.Single(Assert.Single(plan.Objects).Faults), StringComparison.Ordinal);
        Assert.NotNull(await _cluster.Client.FindAsync(CronTabCluster.CronTabs, CronTabCluster.Key));
    }

    [Fact]
    public async Task Plan_DescriptionThatCannotBe_IsAFault()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();

        var plan = await _cluster.PlanAsync(new() { Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("a", "b", "elsewhere")) });

        Assert.True(plan.HasFaults);
        Assert.Contains("cannot be owned", Assert.Single(Assert.Single(plan.Objects).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReportOnly_AnnotatedObject_IsReportedAndNotTouchedUntilTheAnnotationGoes()
    {
        await InstallAsync();
        await _cluster.CreateCronTabAsync();
        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"metadata":{"annotations":{"ahoi.dev/mode":"report-only"}}}""");
        _cluster.Log.Writes.Clear();

        await _cluster.RunAsync(OneChild("a"), o => o.Owns(new("", "v1", "ConfigMap")));
        var reported = await EventAsync("ReportOnly");

        Assert.Contains("create ConfigMap my-job", reported, StringComparison.Ordinal);
        Assert.Null(await _cluster.FindConfigMapAsync("my-job"));
        Assert.Empty((await _cluster.Client.GetAsync(CronTabCluster.CronTabs, CronTabCluster.Key)).Finalizers);

        await _cluster.MergeAsync(CronTabCluster.CronTabs, CronTabCluster.Key, """{"metadata":{"annotations":{"ahoi.dev/mode":null}}}""");
        await _cluster.ReadyAsync();
        Assert.NotNull(await _cluster.FindConfigMapAsync("my-job"));
    }

    private static ScriptedReconciler OneChild(string text) => new()
    {
        Describe = (tab, _) => new Description()
            .Add(ScriptedReconciler.ConfigMap(tab.Metadata.Name + "-job", text))
            .WithStatus(new CronTabStatus(tab.Metadata.Name + "-job")),
    };

    private async Task InstallAsync() => await TestCluster.StopAsync(await _cluster.RunAsync(OneChild("-")));

    private async Task ConvergeAsync(ScriptedReconciler reconciler)
    {
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(new("", "v1", "ConfigMap")));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        await TestCluster.StopAsync(host);
    }

    private async Task<string> EventAsync(string reason)
    {
        using var limit = new CancellationTokenSource(TestCluster.DefaultLimit);
        await foreach (var change in _cluster.Client.WatchAsync(Events, "default", new WatchOptions(), limit.Token))
        {
            if (change.Object?.ToMap() is { } seen && seen.Text("reason") == reason)
            {
                return seen.Text("message")!;
            }
        }

        throw new TimeoutException(reason);
    }
}
