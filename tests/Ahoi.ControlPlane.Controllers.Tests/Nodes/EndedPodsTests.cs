namespace Ahoi.ControlPlane.Controllers.Tests.Nodes;

public sealed class EndedPodsTests
{
    [Fact]
    public async Task Pods_ThatHaveEnded_GoWhereThereAreTooMany_TheEvictedAndTheOldestFirst()
    {
        await using var cluster = await ControlledCluster.StartAsync(new() { EndedPods = 2 });
        foreach (var name in new[] { "oldest", "running", "evicted", "newer", "newest" })
        {
            await cluster.CreateAsync(ControlledCluster.Pods, $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}"},"spec":{"containers":[{"name":"c","image":"x"}]} }""");
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await cluster.SetPhaseAsync("newer", "Succeeded");
        await cluster.SetPhaseAsync("running", "Running");
        await cluster.PatchAsync(ControlledCluster.Pods, "evicted", """{"status":{"phase":"Failed","reason":"Evicted"}}""", "status");
        await cluster.SetPhaseAsync("oldest", "Failed");
        await cluster.ListUntilAsync(ControlledCluster.Pods, l => !l.Select(ControlledCluster.NameOf).Contains("evicted"));
        await cluster.SetPhaseAsync("newest", "Succeeded");

        var left = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 3);

        Assert.Equal(["newer", "newest", "running"], left.Select(ControlledCluster.NameOf).Order(StringComparer.Ordinal));
    }
}
