using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.StatefulSets;

public sealed class StatefulSetTests
{
    [Fact]
    public async Task StatefulSet_PodFailed_MakesItAgainWithItsVolume()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.StatefulSets, StatefulSet(1, """
            , "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]
            """));
        var first = await cluster.GetUntilAsync(ControlledCluster.Pods, "s-0", p => p.Count > 0);
        var claim = await cluster.GetUntilAsync(ControlledCluster.Claims, "data-s-0", c => c.Count > 0);

        await cluster.SetPhaseAsync("s-0", "Failed");

        var second = await cluster.GetUntilAsync(ControlledCluster.Pods, "s-0", p => p.Count > 0 && p.At("metadata", "uid") is var uid && !Equals(uid, first.At("metadata", "uid")));
        Assert.Equal("data-s-0", ((JsonList)second.At("spec", "volumes")!).Maps.First().At("persistentVolumeClaim", "claimName"));
        Assert.Equal(claim.At("metadata", "uid"), (await cluster.GetUntilAsync(ControlledCluster.Claims, "data-s-0", _ => true)).At("metadata", "uid"));
        await cluster.ListUntilAsync(new("", "v1", "events"), l => l.Any(e => e.Text("reason") == "RecreatingFailedPod"));
    }

    [Fact]
    public async Task StatefulSet_MinReadySeconds_WaitsForThemBeforeTheNextPod()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.StatefulSets, StatefulSet(2, """, "minReadySeconds": 60 """));
        await cluster.GetUntilAsync(ControlledCluster.Pods, "s-0", p => p.Count > 0);
        var now = cluster.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await cluster.PatchAsync(
            ControlledCluster.Pods,
            "s-0",
            """{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "NOW"}]}}""".Replace("NOW", now, StringComparison.Ordinal),
            "status");
        var set = await cluster.GetUntilAsync(ControlledCluster.StatefulSets, "s", s => s.At("status", "readyReplicas") is 1L);
        Assert.Equal(0L, set.At("status", "availableReplicas"));
        Assert.Single(await cluster.ListAsync(ControlledCluster.Pods));

        cluster.Time.Advance(TimeSpan.FromSeconds(61));

        await cluster.GetUntilAsync(ControlledCluster.Pods, "s-1", p => p.Count > 0);
    }

    [Fact]
    public async Task StatefulSet_ManyTemplates_KeepsAsManyRevisionsAsItWants()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.StatefulSets, StatefulSet(0, """, "revisionHistoryLimit": 1 """));
        await cluster.GetUntilAsync(ControlledCluster.StatefulSets, "s", s => s.At("status", "observedGeneration") is 1L);
        for (var version = 2; version <= 5; version++)
        {
            var number = version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await cluster.PatchAsync(ControlledCluster.StatefulSets, "s", """{"spec": {"template": {"metadata": {"labels": {"v": "N"}}}}}""".Replace("N", number, StringComparison.Ordinal));
            await cluster.GetUntilAsync(ControlledCluster.StatefulSets, "s", s => s.At("status", "observedGeneration") is long seen && seen == version);
        }

        var revisions = await cluster.ListUntilAsync(new("apps", "v1", "controllerrevisions"), l => l.Count == 2);
        Assert.Equal([4L, 5L], revisions.Select(r => r.Integer("revision")).Order());
    }

    private static string StatefulSet(int replicas, string more) => """
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"},
         "spec": {"serviceName": "svc", "replicas": REPLICAS, "selector": {"matchLabels": {"a": "s"}},
          "template": {"metadata": {"labels": {"a": "s", "v": "1"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}} MORE}}
        """.Replace("REPLICAS", replicas.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal);
}
