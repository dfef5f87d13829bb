using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Nodes;

public sealed class NodeSilenceTests
{
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    [Fact]
    public async Task Node_WhoseLeaseIsNotRenewed_IsUnknown_AndItsPodsUnready()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""");
        await cluster.Client.CreateAsync(Leases, "kube-node-lease", JsonTree.ParseMap(
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"n"},"spec":{"holderIdentity":"n","leaseDurationSeconds":40,"renewTime":"2020-01-01T00:00:00.000000Z"}}"""));
        await cluster.CreateAsync(ControlledCluster.Pods, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"x"}]}}""");
        await cluster.SetReadyAsync("p");
        var since = cluster.Time.GetUtcNow();

        var node = await cluster.GetUntilAsync(ControlledCluster.Nodes, "n", n => Ready(n)?.Text("status") == "Unknown", TimeSpan.FromSeconds(5));

        Assert.Equal("NodeStatusUnknown", Ready(node)!.Text("reason"));
        Assert.True(cluster.Time.GetUtcNow() - since >= TimeSpan.FromSeconds(40), "A node has 40 seconds to renew its lease.");
        var pod = await cluster.GetUntilAsync(ControlledCluster.Pods, "p", p => Ready(p)?.Text("status") == "False");
        Assert.Equal("NodeNotReady", Ready(pod)!.Text("reason"));
    }

    [Fact]
    public async Task Pod_WhoseNodeIsGone_IsDeleted()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}""");
        await cluster.CreateAsync(ControlledCluster.Pods, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"x"}]}}""");

        await cluster.Client.DeleteAsync(ControlledCluster.Nodes, new(null, "n"));

        await cluster.GetUntilAsync(ControlledCluster.Pods, "p", p => p.Count == 0, TimeSpan.FromSeconds(5));
    }

    private static JsonMap? Ready(JsonMap value) => (value.Map("status")?.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == "Ready");
}
