using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Tests.Cluster;

public sealed class LeadershipTests : IAsyncLifetime
{
    private CronTabCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CronTabCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task TwoReplicas_OneStops_TheOtherTakesOverAtOnceAndOnlyOneEverWrites()
    {
        using var secondLog = new RequestLog(_cluster.Test.Connect().Handler!);
        var (first, second) = (Describing("one"), Describing("two"));
        var a = await _cluster.RunAsync(first, options: Elect);
        await _cluster.CreateCronTabAsync();
        await _cluster.ReadyAsync();
        var b = await _cluster.RunAsync(second, options: Elect, log: secondLog);
        await CronTabCluster.EventuallyAsync(() => Of(b).IsReady, "the caches of the second are warm");

        Assert.True(Of(a).IsLeading);
        Assert.False(Of(b).IsLeading);
        Assert.Equal(0, second.Runs);
        Assert.DoesNotContain(secondLog.Writes, w => !w.Contains("customresourcedefinitions", StringComparison.Ordinal));

        await TestCluster.StopAsync(a);
        var lease = await _cluster.Client.GetAsync(new("coordination.k8s.io", "v1", "leases"), new("default", "test"));
        await _cluster.ConfigMapAsync("job", c => (string?)c.At("data", "text") == "two");

        Assert.True(Of(b).IsLeading);
        Assert.DoesNotContain("two", lease.ToString(), StringComparison.Ordinal);
    }

    private static void Elect(AhoiOptions options) => options.Leadership = new()
    {
        LeaseName = "test",
        LeaseNamespace = "default",
        RetryPeriod = TimeSpan.FromMilliseconds(50),
    };

    private static Operator Of(IHost host) => host.Services.GetRequiredService<Operator>();

    private static ScriptedReconciler Describing(string text) => new() { Describe = (_, _) => new Description().Add(ScriptedReconciler.ConfigMap("job", text)) };
}
