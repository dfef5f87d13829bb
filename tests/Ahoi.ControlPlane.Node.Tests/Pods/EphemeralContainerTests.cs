using Ahoi.Api.Json;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class EphemeralContainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-debug-").FullName;

    [Fact]
    public async Task Container_AddedToARunningPod_Runs_AndIsNotStartedAgain()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("app", "echo kept > /data/file; exec sleep 1000", pod => PodInputsTests.Mount(pod, "/data", """{"emptyDir":{}}"""));
        await world.ReadyAsync("app");

        await world.Client.PatchAsync(NodeWorld.PodResource, new("default", "app"), Patch.Strategic(RequestBody.FromMap(JsonTree.ParseMap("""
            {"spec":{"ephemeralContainers":[{"name":"look","image":"host","command":["/bin/sh","-c","cat /mnt/file; exit 3"],"volumeMounts":[{"name":"v","mountPath":"/mnt"}]}]}}
            """))), new() { Subresource = "ephemeralcontainers" });
        var pod = await world.UntilAsync("app", p => p.Map("status")?.List("ephemeralContainerStatuses")?.Maps.FirstOrDefault()?.At("state", "terminated") is not null);

        Assert.Equal(3L, NodeWorld.Status(pod, "look", "ephemeralContainerStatuses").At("state", "terminated", "exitCode"));
        Assert.Equal("kept\n", await world.LogAsync("app", new() { Container = "look" }));
        Assert.True(NodeWorld.IsReady(pod));
        await world.EventAsync("app", "Started", "Started container look");
    }

    [Fact]
    public async Task Debug_ByKubectl_LeadsIntoThePod()
    {
        await using var world = await NodeWorld.StartAsync(new() { Listen = new(System.Net.IPAddress.Loopback, 0), KubeconfigFile = Path.Combine(_folder, "kubeconfig") });
        await world.RunAsync("app", "exec sleep 1000");
        await world.ReadyAsync("app");

        var said = await Kubectl.RunAsync(world.Cluster, "debug", "app", "--image=host", "--attach", "--quiet", "--", "/bin/sh", "-c", "sleep 1; hostname");

        Assert.Contains("app", said, StringComparison.Ordinal);
        Assert.Single((await world.UntilAsync("app", _ => true)).Map("status")!.List("ephemeralContainerStatuses")!);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
