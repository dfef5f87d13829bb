using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Ahoi.Testing.Scenarios;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Tests.Scenarios;

public sealed class SimulationTests
{
    private static readonly GroupVersionResource CronTabs = new("stable.example.com", "v1", "crontabs");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly ObjectKey Key = new("default", "mine");

    private static readonly ScenarioStep[] Life =
    [
        new("create", c => c.Client.CreateAsync(CronTabs, "default", JsonTree.ParseMap(
            """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"mine"},"spec":{"cronSpec":"* * * * *","image":"i","replicas":2}}""")), c => HasAsync(c, 2)),
        new("grow", c => ScaleAsync(c, 4), c => HasAsync(c, 4)),
        new("shrink", c => ScaleAsync(c, 1), c => HasAsync(c, 1)),
        new("delete", c => c.Client.DeleteAsync(CronTabs, Key), c => c.WaitForAbsenceAsync(CronTabs, Key)),
    ];

    // docs: test
    [Fact]
    public async Task Life_Disturbed_EndsAsUndisturbed()
    {
        var report = await Simulation.RunAsync(Configure, new() { Seeds = 2000 }, Life);

        Assert.True(report.Deaths > 0, report.ToString());
        Assert.All(Enum.GetValues<FaultKind>().Where(f => f != FaultKind.None), f => Assert.True(report.Faults.GetValueOrDefault(f) > 0, $"{f}: {report}"));
        TestContext.Current.SendDiagnosticMessage(report.ToString());
    }
    // docs: end

    [Fact]
    public async Task Life_OfTwoReplicasDisturbed_EndsAsUndisturbed()
    {
        var report = await Simulation.RunAsync(Configure, new() { FirstSeed = 5000, Seeds = 100, Replicas = 2 }, Life);

        TestContext.Current.SendDiagnosticMessage(report.ToString());
        Assert.True(report.Deaths > 0, report.ToString());
    }

    [Fact]
    public async Task Operator_ThatDeletesByName_IsFound()
    {
        var failure = await Assert.ThrowsAsync<ScenarioException>(() => Simulation.RunAsync(
            ahoi => ahoi.AddController<CronTab>(DeleteByNameAsync),
            new() { Seeds = 1, FaultRate = 0, MostDeaths = 0 },
            new ScenarioStep("create", c => CreateForeignAsync(c), c => c.WaitForAbsenceAsync(ConfigMaps, new("default", "foreign")))));

        Assert.Contains("Seed 1 (AHOI_SEED=1 tries it again)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DELETE api/v1/namespaces/default/configmaps/foreign names no uid", failure.Message, StringComparison.Ordinal);
    }

    private static void Configure(AhoiBuilder ahoi)
    {
        ahoi.Services.AddSingleton(new ScriptedReconciler
        {
            Describe = (tab, _) => Enumerable.Range(1, tab.Spec.Replicas)
                .Aggregate(new Description(), (d, i) => d.Add(ScriptedReconciler.ConfigMap($"mine-{i}", tab.Spec.Image)))
                .WithStatus(new CronTabStatus($"{tab.Spec.Replicas}")),
        });
        ahoi.AddController<CronTab, ScriptedReconciler>(o => o.Owns(new("", "v1", "ConfigMap")));
    }

    private static async ValueTask<Description> DeleteByNameAsync(CronTab tab, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (await context.Client.FindAsync(ConfigMaps, new("default", "foreign"), cancellationToken: cancellationToken) is not null)
        {
            await context.Client.DeleteAsync(ConfigMaps, new("default", "foreign"), null, cancellationToken);
        }

        return Description.KeepingChildren().WithoutReadyCondition();
    }

    private static async Task CreateForeignAsync(TestCluster cluster)
    {
        await cluster.Client.CreateAsync(ConfigMaps, "default", ScriptedReconciler.ConfigMap("foreign", "text"));
        await Life[0].Act(cluster);
    }

    private static async Task ScaleAsync(TestCluster cluster, int replicas) =>
        await cluster.Client.PatchAsync(CronTabs, Key, Patch.Merge(new JsonMap { ["spec"] = new JsonMap { ["replicas"] = (long)replicas } }));

    private static async Task HasAsync(TestCluster cluster, int replicas)
    {
        await cluster.WaitForAsync(CronTabs, Key, t => t.At("status", "job") as string == $"{replicas}");
        await cluster.WaitForAbsenceAsync(ConfigMaps, new("default", $"mine-{replicas + 1}"));
    }
}
