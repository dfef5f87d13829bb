using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Two who set one field back and forth are told apart from one who changes it.</summary>
public sealed class FightTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Fight_SomebodySetsAFieldBackAgainAndAgain_IsNamedAndLeftAlone()
    {
        var host = await _cluster.RunAsync(OneChild(), o => o.Owns(new("", "v1", "ConfigMap")));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();

        // Somebody who never gives in: each time the text is set right, it is changed back.
        for (var rounds = 0; !IsFight(); rounds++)
        {
            Assert.True(rounds < 50, "nobody noticed");
            await _cluster.MergeAsync(CronTabCluster.ConfigMaps, new("default", "a"), """{"data":{"text":"mine"}}""");
            await CronTabCluster.EventuallyAsync(() => Text() == "ours" || IsFight(), "set right, or left alone");
        }

        Assert.Equal("mine", Text());
        var message = CronTabCluster.ReadyCondition((await Get()).ToMap())!.Text("message")!;
        Assert.Contains("somebody-else sets .data.text back again and again", message, StringComparison.Ordinal);
        var cause = host.Services.GetRequiredService<Operator>().RecentReconciles(CronTabCluster.Key)
            .SelectMany(r => r.Causes).First(c => c is { Kind: CauseKind.Child, Manager: "somebody-else" });
        Assert.Equal([".data.text"], cause.ChangedFields);

        bool IsFight() => CronTabCluster.ReadyCondition(Get().GetAwaiter().GetResult().ToMap())?.Text("message")?.Contains("left alone", StringComparison.Ordinal) == true;

        Task<RawObject> Get() => _cluster.Client.GetAsync(CronTabCluster.CronTabs, CronTabCluster.Key);

        string? Text() => _cluster.FindConfigMapAsync("a").GetAwaiter().GetResult()?.At("data", "text") as string;
    }

    [Fact]
    public async Task Fight_TheDescriptionChangesEachTime_IsNone()
    {
        var text = 0;
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("a", $"{text}")).WithStatus(new CronTabStatus("j")),
        };
        var host = await _cluster.RunAsync(reconciler, o => o.Owns(new("", "v1", "ConfigMap")));
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        for (var i = 1; i < 12; i++)
        {
            text = i;
            host.Services.GetRequiredService<Operator>().Wake("crontab", CronTabCluster.Key);
            await _cluster.ConfigMapAsync("a", c => (string?)c.At("data", "text") == $"{i}");
        }
    }

    private static ScriptedReconciler OneChild() => new()
    {
        Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("a", "ours")).WithStatus(new CronTabStatus("j")),
    };
}
