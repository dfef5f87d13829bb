extern alias sample;

using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Ahoi.Testing.Scenarios;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Tests.Scenarios;

public sealed class CrashPointTests
{
    private static readonly GroupVersionResource CronTabs = new("stable.example.com", "v1", "crontabs");
    private static readonly GroupVersionResource CronJobs = new("batch", "v1", "cronjobs");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly ObjectKey Key = new("default", "mine");

    private static readonly ScenarioStep Delete = new(
        "delete", c => c.Client.DeleteAsync(CronTabs, Key), c => c.WaitForAbsenceAsync(CronTabs, Key));

    // docs: test
    [Fact]
    public async Task CronTab_OperatorDiesAtAnyWrite_TheNextOneEndsTheWork()
    {
        var create = new ScenarioStep("create", CreateAsync, c => c.WaitForAsync(CronJobs, Key));
        var delete = new ScenarioStep("delete", c => c.Client.DeleteAsync(CronTabs, Key), c => c.WaitForAbsenceAsync(CronTabs, Key));

        var report = await CrashPoints.CheckAsync(ahoi => sample::CronTabExtensions.AddCronTabs(ahoi), create, delete);

        Assert.True(report.Deaths["create"] > 0, report.ToString());
    }
    // docs: end

    [Fact]
    public async Task Finalizer_OperatorDiesAtAnyWrite_NothingIsLeft()
    {
        var report = await CrashPoints.CheckAsync(
            ahoi => Add(ahoi, new()
            {
                Describe = (tab, _) => new Description()
                    .Add(ScriptedReconciler.ConfigMap("mine-one", tab.Spec.Image))
                    .Then("more")
                    .Add(ScriptedReconciler.ConfigMap("mine-two", tab.Spec.Image)),
            }),
            Create("mine-two"),
            Delete);

        // The finalizer, two children, the status; then two children, and the finalizer: before and after each.
        Assert.True(report.Deaths["create"] >= 8, report.ToString());
        Assert.True(report.Deaths["delete"] >= 6, report.ToString());
    }

    [Fact]
    public async Task Reconciler_ThatTakesItsFirstWriteForAll_IsFound()
    {
        var failure = await Assert.ThrowsAsync<ScenarioException>(() => CrashPoints.CheckAsync(
            ahoi => ahoi.AddController<CronTab>(WriteBothUnlessOneIsThereAsync),
            new CrashOptions { Limit = TimeSpan.FromSeconds(1), Moments = CrashMoments.Before },
            Create("mine-one")));

        Assert.StartsWith("The operator died before write 2 of 'create', POST api/v1/namespaces/default/configmaps", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("ConfigMap default/mine-two is missing", failure.Message, StringComparison.Ordinal);
    }

    private static async ValueTask<Description> WriteBothUnlessOneIsThereAsync(CronTab tab, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (await context.Client.FindAsync(ConfigMaps, new("default", "mine-one"), cancellationToken: cancellationToken) is null)
        {
            foreach (var name in (string[])["mine-one", "mine-two"])
            {
                await context.Client.CreateAsync(ConfigMaps, "default", ScriptedReconciler.ConfigMap(name, "text"), cancellationToken: cancellationToken);
            }
        }

        return Description.KeepingChildren().WithoutReadyCondition();
    }

    private static void Add(AhoiBuilder ahoi, ScriptedReconciler reconciler)
    {
        ahoi.Services.AddSingleton(reconciler);
        ahoi.AddController<CronTab, ScriptedReconciler>(o => o.Owns(new("", "v1", "ConfigMap")));
    }

    private static ScenarioStep Create(string last) => new("create", CreateAsync, c => c.WaitForAsync(ConfigMaps, new("default", last)));

    // Its schedule never comes: the Jobs that the built-in controllers make of it would come and go with the clock.
    private static async Task CreateAsync(TestCluster cluster) => await cluster.Client.CreateAsync(CronTabs, "default", JsonTree.ParseMap(
        """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"mine"},"spec":{"cronSpec":"0 0 30 2 *","image":"i"}}"""));
}
