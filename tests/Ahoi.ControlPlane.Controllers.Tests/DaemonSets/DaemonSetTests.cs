using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.DaemonSets;

public sealed class DaemonSetTests
{
    [Fact]
    public async Task DaemonSet_NodeComes_GetsItsPod()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await AddNodeAsync(cluster, "one");
        await cluster.CreateAsync(ControlledCluster.DaemonSets, DaemonSet("""{"type": "OnDelete"}"""));
        await cluster.GetUntilAsync(ControlledCluster.DaemonSets, "ds", d => d.At("status", "currentNumberScheduled") is 1L);

        await AddNodeAsync(cluster, "two");

        await cluster.GetUntilAsync(ControlledCluster.DaemonSets, "ds", d => d.At("status", "currentNumberScheduled") is 2L);
        Assert.Equal(2, (await cluster.ListAsync(ControlledCluster.Pods)).Count);
    }

    [Fact]
    public async Task DaemonSet_UpdatedWithSurge_MakesTheNewPodBeforeTheOldOneGoes()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await AddNodeAsync(cluster, "one");
        await AddNodeAsync(cluster, "two");
        await cluster.CreateAsync(ControlledCluster.DaemonSets, DaemonSet("""{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}"""));
        foreach (var pod in await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 2))
        {
            await cluster.SetReadyAsync(ControlledCluster.NameOf(pod));
        }

        await cluster.GetUntilAsync(ControlledCluster.DaemonSets, "ds", d => d.At("status", "numberAvailable") is 2L);
        await cluster.PatchAsync(ControlledCluster.DaemonSets, "ds", """{"spec": {"template": {"metadata": {"labels": {"v": "2"}}}}}""");
        for (var round = 0; round < 2; round++)
        {
            var all = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 3 && l.Any(IsNew));
            await cluster.SetReadyAsync(ControlledCluster.NameOf(all.Single(IsNew)));
        }

        var pods = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 2 && l.All(p => p.At("metadata", "labels", "v") is "2"));
        Assert.All(pods, p => Assert.Equal("Running", p.At("status", "phase")));

        static bool IsNew(JsonMap pod) => pod.At("metadata", "labels", "v") is "2" && pod.At("status", "phase") is "Pending";
    }

    [Fact]
    public async Task DaemonSet_NodeGoes_TakesThePodThatWasNeverPlaced()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await AddNodeAsync(cluster, "one");
        await cluster.CreateAsync(ControlledCluster.DaemonSets, DaemonSet("""{"type": "OnDelete"}"""));
        await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 1);

        await cluster.Client.DeleteAsync(ControlledCluster.Nodes, new(null, "one"));

        await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 0);
    }

    private static Task<RawObject> AddNodeAsync(ControlledCluster cluster, string name) => cluster.CreateAsync(
        ControlledCluster.Nodes,
        """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "NAME"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}""".Replace("NAME", name, StringComparison.Ordinal));

    private static string DaemonSet(string strategy) => """
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "ds"},
         "spec": {"selector": {"matchLabels": {"a": "ds"}}, "updateStrategy": STRATEGY,
          "template": {"metadata": {"labels": {"a": "ds", "v": "1"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}}}
        """.Replace("STRATEGY", strategy, StringComparison.Ordinal);
}
