using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.Nodes;

public sealed class TaintTests
{
    [Fact]
    public async Task Node_NotReady_LosesItsPodsAfterTheTimeTheyTolerate()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}""");
        await cluster.CreateAsync(ControlledCluster.Pods, """{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "x"}]}}""");
        await cluster.GetUntilAsync(ControlledCluster.Nodes, "n", n => n.At("spec", "taints") is null);

        await cluster.PatchAsync(ControlledCluster.Nodes, "n", """{"status": {"conditions": [{"type": "Ready", "status": "False"}]}}""", "status");

        var node = await cluster.GetUntilAsync(ControlledCluster.Nodes, "n", n => n.At("spec", "taints") is JsonList { Count: 2 });
        Assert.Equal(["NoExecute", "NoSchedule"], ((JsonList)node.At("spec", "taints")!).Maps.Select(t => t.Text("effect")).Order(StringComparer.Ordinal));
        var since = cluster.Time.GetUtcNow();
        await cluster.GetUntilAsync(ControlledCluster.Pods, "p", p => p.At("metadata", "deletionTimestamp") is not null, TimeSpan.FromSeconds(5));
        Assert.True(cluster.Time.GetUtcNow() - since >= TimeSpan.FromSeconds(295), "Pods tolerate it for five minutes.");
    }
}
