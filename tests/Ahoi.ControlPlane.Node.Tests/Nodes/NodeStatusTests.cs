using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Nodes;
using Ahoi.ControlPlane.Node.Tests.Pods;

namespace Ahoi.ControlPlane.Node.Tests.Nodes;

public sealed class NodeStatusTests
{
    [Fact]
    public async Task Node_SaysThatItIsWell_AndWhatImagesItHas()
    {
        await using var world = await NodeWorld.StartAsync();

        var status = (await world.Client.GetAsync(new("", "v1", "nodes"), new ObjectKey(null, "ahoi"))).ToMap().Map("status")!;

        Assert.Equal(
            "MemoryPressure=False DiskPressure=False PIDPressure=False Ready=True",
            string.Join(' ', status.List("conditions")!.Maps.Select(c => $"{c.Text("type")}={c.Text("status")}")));
        Assert.Equal("""[{"names":["host"]}]""", status.List("images")!.ToString());
    }

    [Fact]
    public void Images_AreTheLargest_WithAllTheirNames()
    {
        var images = new NodeImages(() =>
        [
            .. Enumerable.Range(0, 60).Select(i => Stored($"docker.io/library/a{i}:1", $"sha256:{i}", i)),
            Stored("docker.io/library/b:1", "sha256:59", 59),
        ]);

        var written = images.Write();

        Assert.Equal(51, written.Count);
        Assert.Equal("""{"names":["docker.io/library/a59:1","docker.io/library/b:1"],"sizeBytes":59}""", written.Maps.First().ToString());
        Assert.False(images.HaveChanged(new() { ["status"] = new JsonMap { ["images"] = written } }));
        Assert.True(images.HaveChanged([]));
    }

    private static StoredImage Stored(string name, string id, long size) =>
        new(ImageName.Parse(name), new(name, id, "/", new()), size, DateTimeOffset.UnixEpoch, "");
}
