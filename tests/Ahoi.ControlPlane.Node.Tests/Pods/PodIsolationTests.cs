namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PodIsolationTests
{
    [Fact]
    public async Task Pod_CannotReadOthersFiles_NorTheClusters()
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-test-");
        try
        {
            await using var world = await NodeWorld.StartAsync(new() { DataFolder = folder.FullName, KubeconfigFile = Path.Combine(folder.FullName, "kubeconfig") });
            var victim = await world.RunAsync("victim", "echo secret > /data/file; while :; do sleep 1; done", pod => PodLifeTests.AddEmptyDir(pod, "/data"));
            await world.ReadyAsync("victim");
            var file = Path.Combine(world.Cluster.NodeFolders.Single(), victim.Uid, "volumes", "data", "file");
            await Network.Eventually.HoldsAsync(() => File.Exists(file) && new FileInfo(file).Length > 0);

            // The data folder, which is below /tmp here, as the machine's root has it; the same through the processes it can see; and writing.
            await world.RunAsync("thief", $"cat {file}; ls {folder.FullName}; cat /proc/1/root{file}; ls /proc | grep -c '^[0-9]'; touch /usr/x /x; mount -t tmpfs none /mnt; kill -9 {Environment.ProcessId}; ls /tmp");

            await world.EndedAsync("thief");
            var log = await world.LogAsync("thief");
            Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
            Assert.DoesNotContain("store.db", log, StringComparison.Ordinal);
            Assert.Contains($"cat: {file}: No such file or directory", log, StringComparison.Ordinal);
            Assert.Contains("cannot touch '/usr/x': Read-only file system", log, StringComparison.Ordinal);
            Assert.Contains("cannot touch '/x': Read-only file system", log, StringComparison.Ordinal);
            Assert.Matches("(?m)^[2-9]$", log); // Its own few processes, and none of the machine's.
            Assert.True(File.Exists(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task DataFolder_IsHidden_WhereTheMachinesRootShowsIt()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "data-" + Guid.NewGuid().ToString("N")));
        try
        {
            await using var world = await NodeWorld.StartAsync(new() { DataFolder = folder.FullName });
            await world.RunAsync("thief", $"ls {folder.FullName} 2>/dev/null | wc -l; ls /usr | wc -l");

            await world.EndedAsync("thief");

            var lines = (await world.LogAsync("thief")).Split('\n');
            Assert.Equal("0", lines[0]);
            Assert.NotEqual("0", lines[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task RunningPods_GoOn_WhenTheClusterIsStartedAgain()
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-test-");
        try
        {
            await using (var world = await NodeWorld.StartAsync(new() { DataFolder = folder.FullName }))
            {
                await world.RunAsync("stays", "echo up; exec sleep 1000", pod => pod.Map("spec")!["restartPolicy"] = "Always");
                await world.RunAsync("done", "echo once");
                await world.ReadyAsync("stays");
                await world.EndedAsync("done");
            }

            await using (var world = await NodeWorld.StartAsync(new() { DataFolder = folder.FullName }))
            {
                var pod = await world.UntilAsync("stays", p => NodeWorld.IsReady(p) && NodeWorld.Status(p).Integer("restartCount") == 1);
                Assert.Equal("ContainerStatusUnknown", NodeWorld.Status(pod).At("lastState", "terminated", "reason"));
                Assert.Equal("Succeeded", (await world.EndedAsync("done")).At("status", "phase"));
                Assert.Equal("once\n", await world.LogAsync("done"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
