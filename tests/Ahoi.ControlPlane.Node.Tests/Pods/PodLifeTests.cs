using System.Net;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PodLifeTests
{
    [Fact]
    public async Task Pod_Runs_AndSaysHowItEnded()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("well", "echo hello; printf 'all done' > /dev/termination-log");
        await world.RunAsync("ill", "echo oops >&2; exit 3");

        var well = await world.EndedAsync("well");
        var ill = await world.EndedAsync("ill");

        Assert.Equal("Succeeded", well.At("status", "phase"));
        Assert.Equal("Failed", ill.At("status", "phase"));
        var end = NodeWorld.Status(well).Map("state")!.Map("terminated")!;
        Assert.Equal(("Completed", 0L, "all done"), (end.Text("reason"), end.Integer("exitCode"), end.Text("message")));
        end = NodeWorld.Status(ill).Map("state")!.Map("terminated")!;
        Assert.Equal(("Error", 3L), (end.Text("reason"), end.Integer("exitCode")));
        Assert.Equal("hello\n", await world.LogAsync("well"));
        Assert.Equal("oops\n", await world.LogAsync("ill"));
        Assert.True(IPNetwork.Parse("127.64.0.0/10").Contains(IPAddress.Parse((string)well.At("status", "podIP")!)));
    }

    [Fact]
    public async Task Container_ThatEnds_IsStartedAgain_AtOnceAndThenLater()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("crash", "echo run $(cat /data/n 2>/dev/null || echo 0); n=$(cat /data/n 2>/dev/null || echo 0); echo $((n+1)) > /data/n; exit 7", pod =>
        {
            pod.Map("spec")!["restartPolicy"] = "Always";
            AddEmptyDir(pod, "/data");
        });

        var pod = await world.UntilAsync("crash", p => NodeWorldState(p)?.Map("waiting")?.Text("reason") == "CrashLoopBackOff");

        var status = NodeWorld.Status(pod);
        Assert.Equal(1, status.Integer("restartCount"));
        Assert.Equal(7L, status.At("lastState", "terminated", "exitCode"));
        Assert.StartsWith("back-off 10s restarting failed container=app pod=crash_default(", status.Map("state")!.Map("waiting")!.Text("message"), StringComparison.Ordinal);
        Assert.Equal("Running", pod.At("status", "phase"));
        Assert.Equal("run 1\n", await world.LogAsync("crash"));
        await world.EventAsync("crash", "BackOff", "Back-off restarting failed container app");
    }

    [Fact]
    public async Task InitContainers_RunOneAfterTheOther_AndSidecarsAroundTheRest()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("order", "echo app >> /data/log; test -e /data/sidecar && echo with-sidecar >> /data/log; cat /data/log", pod =>
        {
            AddEmptyDir(pod, "/data");
            var mounts = pod.Map("spec")!.List("containers")!.Maps.Single().List("volumeMounts")!;
            var sidecar = NodeWorld.Container("side", "touch /data/sidecar; trap 'echo stopped; exit 0' TERM; while :; do sleep 1 & wait $!; done");
            sidecar["restartPolicy"] = "Always";
            sidecar["startupProbe"] = new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "test", "-e", "/data/sidecar" } }, ["periodSeconds"] = 1L };
            var init = new JsonList { NodeWorld.Container("first", "echo first >> /data/log"), NodeWorld.Container("second", "echo second >> /data/log"), sidecar };
            foreach (var container in init.Maps)
            {
                container["volumeMounts"] = mounts.DeepClone();
            }

            pod.Map("spec")!["initContainers"] = init;
        });

        var pod = await world.EndedAsync("order");

        Assert.Equal("Succeeded", pod.At("status", "phase"));
        Assert.Equal("first\nsecond\napp\nwith-sidecar\n", await world.LogAsync("order", new() { Container = "app" }));
        pod = await world.UntilAsync("order", p => NodeWorld.Status(p, "side", "initContainerStatuses").At("state", "terminated") is not null);
        Assert.Equal(0L, NodeWorld.Status(pod, "side", "initContainerStatuses").At("state", "terminated", "exitCode"));
        Assert.Equal("stopped\n", await world.LogAsync("order", new() { Container = "side" }));
    }

    [Fact]
    public async Task InitContainer_ThatFails_FailsAPodThatIsNotRestarted()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("init", "echo never", pod => pod.Map("spec")!["initContainers"] = new JsonList { NodeWorld.Container("bad", "exit 4") });

        var pod = await world.EndedAsync("init");

        Assert.Equal("Failed", pod.At("status", "phase"));
        Assert.Equal(4L, NodeWorld.Status(pod, "bad", "initContainerStatuses").At("state", "terminated", "exitCode"));
        Assert.Equal("PodInitializing", NodeWorld.Status(pod).At("state", "waiting", "reason"));
    }

    [Fact]
    public async Task Deletion_AsksFirst_AndKillsWhoDoesNotListen()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("polite", "trap 'echo bye > /data/end; exit 0' TERM; touch /data/up; while :; do sleep 1 & wait $!; done", Prepare);
        await world.RunAsync("deaf", "trap '' TERM; touch /data/up; while :; do sleep 1; done", Prepare);
        await world.ReadyAsync("polite");
        await world.ReadyAsync("deaf");

        foreach (var name in (string[])["polite", "deaf"])
        {
            await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", name), new() { GracePeriod = TimeSpan.FromSeconds(1) });
        }

        await world.GoneAsync("polite");
        await world.GoneAsync("deaf");
        await world.EventAsync("deaf", "Killing", "Stopping container app");

        static void Prepare(JsonMap pod)
        {
            AddEmptyDir(pod, "/data");
            pod.Map("spec")!.List("containers")!.Maps.Single()["readinessProbe"] =
                new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "test", "-e", "/data/up" } }, ["periodSeconds"] = 1L };
        }
    }

    [Fact]
    public async Task Processes_ThatForkAway_EndWithTheirContainer()
    {
        await using var world = await NodeWorld.StartAsync();
        var mark = "ahoi-test-" + Guid.NewGuid().ToString("N");
        await world.RunAsync("fork", $"setsid sh -c 'while :; do sleep 1; done # {mark}' & sleep 0.2");

        await world.EndedAsync("fork");

        await Network.Eventually.HoldsAsync(() => !Directory.EnumerateDirectories("/proc").Any(p => CommandLine(p).Contains(mark, StringComparison.Ordinal)));

        static string CommandLine(string process)
        {
            try
            {
                return File.ReadAllText(process + "/cmdline");
            }
            catch (IOException)
            {
                return "";
            }
            catch (UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task Probes_MakeReady_AndRestartWhoIsUnwell()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("probed", "touch /data/live; echo up; while :; do sleep 1; done", pod =>
        {
            pod.Map("spec")!["restartPolicy"] = "Always";
            pod.Map("spec")!["terminationGracePeriodSeconds"] = 1L;
            AddEmptyDir(pod, "/data");
            var app = pod.Map("spec")!.List("containers")!.Maps.Single();
            app["readinessProbe"] = new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "test", "-e", "/data/ready" } }, ["periodSeconds"] = 1L };
            app["livenessProbe"] = new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "test", "-e", "/data/live" } }, ["periodSeconds"] = 1L, ["failureThreshold"] = 2L };
        });
        var pod = await world.UntilAsync("probed", p => NodeWorldState(p)?.Map("running") is not null);
        Assert.False(NodeWorld.IsReady(pod));
        var data = DataFolder(world, pod);

        await File.WriteAllTextAsync(data + "/ready", "");
        await world.ReadyAsync("probed");
        File.Delete(data + "/live");

        pod = await world.UntilAsync("probed", p => NodeWorld.Status(p).Integer("restartCount") == 1 && NodeWorld.IsReady(p));
        Assert.NotNull(NodeWorld.Status(pod).At("lastState", "terminated"));
        await world.EventAsync("probed", "Unhealthy", "Liveness probe failed");
        await world.EventAsync("probed", "Killing", "Container app failed liveness probe, will be restarted");
    }

    [Fact]
    public async Task Hooks_RunAfterTheStart_AndBeforeTheEnd()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("hooked", "trap '' TERM; while [ ! -e /data/started ]; do sleep 0.05; done; echo saw-start; while [ ! -e /data/stopping ]; do sleep 0.05; done; echo saw-stop", pod =>
        {
            AddEmptyDir(pod, "/data");
            pod.Map("spec")!.List("containers")!.Maps.Single()["lifecycle"] = new JsonMap
            {
                ["postStart"] = new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "touch", "/data/started" } } },
                ["preStop"] = new JsonMap { ["exec"] = new JsonMap { ["command"] = new JsonList { "touch", "/data/stopping" } } },
            };
        });
        await Network.Eventually.HoldsAsync(async () => (await world.UntilAsync("hooked", NodeWorld.IsReady)).Count > 0 && await world.LogAsync("hooked") == "saw-start\n");
        await using var log = await world.Client.OpenLogAsync(new("default", "hooked"), new() { Follow = true });

        await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", "hooked"));

        Assert.Equal("saw-start\nsaw-stop\n", await new StreamReader(log).ReadToEndAsync());
        await world.GoneAsync("hooked");
    }

    [Fact]
    public async Task Deadline_EndsAPod()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("late", "while :; do sleep 1; done", pod =>
        {
            pod.Map("spec")!["activeDeadlineSeconds"] = 1L;
            pod.Map("spec")!["terminationGracePeriodSeconds"] = 1L;
        });

        var pod = await world.EndedAsync("late");

        Assert.Equal(("Failed", "DeadlineExceeded"), ((string)pod.At("status", "phase")!, (string)pod.At("status", "reason")!));
    }

    [Fact]
    public async Task Container_ThatNeedsMoreMemoryThanItsLimit_IsKilled()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Directory.Exists("/sys/fs/cgroup"), "Limits are enforced where control groups can be made.");
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "Perl is missing; apt-get install perl-base");
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("hungry", "exec perl -e 'my @a; push @a, \"x\" x 1000000 while 1'", pod =>
            pod.Map("spec")!.List("containers")!.Maps.Single()["resources"] = JsonTree.ParseMap("""{"limits":{"memory":"40Mi"}}"""));

        var pod = await world.EndedAsync("hungry");

        var end = NodeWorld.Status(pod).Map("state")!.Map("terminated")!;
        Assert.Equal(("OOMKilled", 137L), (end.Text("reason"), end.Integer("exitCode")));
    }

    internal static void AddEmptyDir(JsonMap pod, string path)
    {
        var spec = pod.Map("spec")!;
        spec.EnsureList("volumes").Add(new JsonMap { ["name"] = "data", ["emptyDir"] = new JsonMap() });
        foreach (var container in spec.List("containers")!.Maps)
        {
            container.EnsureList("volumeMounts").Add(new JsonMap { ["name"] = "data", ["mountPath"] = path });
        }
    }

    private static JsonMap? NodeWorldState(JsonMap pod) => pod.Map("status")?.List("containerStatuses")?.Maps.FirstOrDefault()?.Map("state");

    private static string DataFolder(NodeWorld world, JsonMap pod) => Path.Combine(world.Cluster.NodeFolders.Single(), (string)pod.At("metadata", "uid")!, "volumes", "data");
}
