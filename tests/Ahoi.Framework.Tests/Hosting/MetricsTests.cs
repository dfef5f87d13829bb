using Ahoi.Framework.Controllers;
using Ahoi.Framework.Tests.Engine;

namespace Ahoi.Framework.Tests.Hosting;

public sealed class MetricsTests
{
    private readonly FakeCluster _cluster = OperatorUnderTest.CreateCluster();

    [Fact]
    public async Task Reconcile_FailsOnceThenEnds_IsCountedWithItsRetryAndTheCachesAreMeasured()
    {
        using var readings = new MetricReadings(nameof(MetricsTests) + 1);
        var failed = false;
        var reconciler = new ScriptedReconciler
        {
            Describe = (_, _) => failed ? new Description().Add(ScriptedReconciler.ConfigMap("a", "b")) : throw new InvalidOperationException($"{failed = true}"),
        };
        _cluster.Put(CronTabPath("my"), CronTabJson);
        await using var op = await new OperatorUnderTest(_cluster, reconciler, o => o.Owns(new("", "v1", "ConfigMap")), name: nameof(MetricsTests) + 1).StartAsync();

        await op.EventuallyAsync(() => readings.Read().GetValueOrDefault("ahoi.cache.objects{ahoi.kind=ConfigMap}") is 1, "the child is cached");
        await op.EventuallyAsync(() => readings.Read().GetValueOrDefault("ahoi.reconcile.active{ahoi.controller=crontab}") is 0, "nothing runs");

        var read = readings.Read();
        Assert.Equal(1, read["ahoi.reconciles{ahoi.controller=crontab,ahoi.result=failed}"]);
        Assert.True(read["ahoi.reconciles{ahoi.controller=crontab,ahoi.result=done}"] >= 1);
        Assert.Equal(1, read["ahoi.reconcile.retries{ahoi.controller=crontab}"]);
        Assert.True(read["ahoi.reconcile.duration{ahoi.controller=crontab,ahoi.result=done}"] > 0);
        Assert.Contains("ahoi.queue.wait{ahoi.controller=crontab}", read);
        Assert.Contains("ahoi.queue.depth{ahoi.controller=crontab}", read);
        Assert.Contains("ahoi.queue.age{ahoi.controller=crontab}", read);
        Assert.Equal(1, read["ahoi.cache.objects{ahoi.kind=CronTab.stable.example.com}"]);
        Assert.InRange(read["ahoi.cache.size{ahoi.kind=CronTab.stable.example.com}"], 100, 2000);
        Assert.Contains("ahoi.cache.silence{ahoi.kind=ConfigMap}", read);
        Assert.Equal(1, read["ahoi.leadership{}"]);
    }

    [Fact]
    public async Task Watch_Cut_IsCountedByKindAndReason()
    {
        using var readings = new MetricReadings(nameof(MetricsTests) + 2);
        var reconciler = new ScriptedReconciler { Describe = (_, _) => new Description() };
        _cluster.Put(CronTabPath("my"), CronTabJson);
        await using var op = await new OperatorUnderTest(_cluster, reconciler, name: nameof(MetricsTests) + 2).StartAsync();
        await op.EventuallyAsync(() => reconciler.Runs > 0, "it runs");

        await op.EventuallyAsync(
            () =>
            {
                _cluster.CutWatches(); // The first of them may come before there is a watch.
                return readings.Read().Any(r => r.Key.StartsWith("ahoi.watch.restarts{ahoi.kind=CronTab.stable.example.com,ahoi.reason=", StringComparison.Ordinal) && r.Value >= 1);
            },
            "the restart is counted");
    }

    internal const string CronTabJson = """
        {"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"my","namespace":"default"},
         "spec":{"cronSpec":"* * * * 5","image":"i","replicas":1}}
        """;

    internal static string CronTabPath(string name) => $"apis/stable.example.com/v1/namespaces/default/crontabs/{name}";
}
