using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Volumes;

public sealed class VolumeTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Claim_SeveralVolumesFit_GetsTheSmallest()
    {
        await VolumeAsync("large", "9Gi");
        await VolumeAsync("small", "2Gi");
        await VolumeAsync("tiny", "512Mi");
        await FreeAsync("large", "small", "tiny");

        await ClaimAsync("c");

        await _cluster.GetUntilAsync(ControlledCluster.Claims, "c", c => c.At("status", "phase") is "Bound" && c.At("spec", "volumeName") is "small");
    }

    [Fact]
    public async Task Claims_MoreThanVolumes_GetEachVolumeOnce()
    {
        await VolumeAsync("one", "2Gi");
        await VolumeAsync("two", "2Gi");
        await FreeAsync("one", "two");

        await Task.WhenAll(Enumerable.Range(0, 5).Select(n => ClaimAsync($"c{n}")));

        var claims = await _cluster.ListUntilAsync(ControlledCluster.Claims, l => l.Count(c => c.At("status", "phase") is "Bound") == 2);
        var bound = claims.Where(c => c.At("status", "phase") is "Bound").ToList();
        Assert.Equal(["one", "two"], bound.Select(c => c.At("spec", "volumeName") as string).Order());
        Assert.Equal(3, claims.Count(c => c.At("status", "phase") is "Pending"));
    }

    [Fact]
    public async Task Claim_ItsVolumeComesLater_IsBoundThen()
    {
        await ClaimAsync("c");
        await _cluster.GetUntilAsync(ControlledCluster.Claims, "c", c => c.At("status", "phase") is "Pending");

        await VolumeAsync("late", "1Gi");

        await _cluster.GetUntilAsync(ControlledCluster.Claims, "c", c => c.At("status", "phase") is "Bound" && c.At("status", "capacity", "storage") is "1Gi");
    }

    private Task<JsonMap[]> FreeAsync(params string[] names) =>
        Task.WhenAll(names.Select(n => _cluster.UntilAsync(Volumes, new(null, n), v => v.At("status", "phase") is "Available")));

    private Task<RawObject> VolumeAsync(string name, string size) => _cluster.Client.CreateAsync(Volumes, null, JsonTree.ParseMap($$$"""
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "{{{name}}}"},
         "spec": {"capacity": {"storage": "{{{size}}}"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp/x"}, "storageClassName": "sc"}}
        """));

    private Task<RawObject> ClaimAsync(string name) => _cluster.CreateAsync(ControlledCluster.Claims, $$$"""
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "{{{name}}}"},
         "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "sc", "resources": {"requests": {"storage": "1Gi"} } } }
        """);
}
