namespace Ahoi.ControlPlane.Controllers.Tests.Protection;

public sealed class VolumeProtectionTests
{
    [Fact]
    public async Task Claim_DeletedWhileAPodUsesIt_GoesAfterThePod()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}""");
        foreach (var name in (string[])["used", "free"])
        {
            await cluster.CreateAsync(
                ControlledCluster.Claims,
                """{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "NAME"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}""".Replace("NAME", name, StringComparison.Ordinal));
        }

        await cluster.CreateAsync(
            ControlledCluster.Pods,
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
             "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "x"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "used"}}]}}
            """);

        await cluster.Client.DeleteAsync(ControlledCluster.Claims, new("default", "used"));
        await cluster.Client.DeleteAsync(ControlledCluster.Claims, new("default", "free"));

        await cluster.GetUntilAsync(ControlledCluster.Claims, "free", c => c.Count == 0);
        await cluster.GetUntilAsync(ControlledCluster.Claims, "used", c => c.At("metadata", "deletionTimestamp") is not null);
        await cluster.Client.DeleteAsync(ControlledCluster.Pods, new("default", "p"), new() { GracePeriod = TimeSpan.Zero });
        await cluster.GetUntilAsync(ControlledCluster.Claims, "used", c => c.Count == 0);
    }
}
