using System.Globalization;
using System.Text.RegularExpressions;
using Ahoi.ControlPlane.Node.Metrics;
using Ahoi.ControlPlane.Node.Tests.Network;
using Ahoi.ControlPlane.Node.Tests.Pods;

namespace Ahoi.ControlPlane.Node.Tests.Metrics;

public sealed partial class TopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-top-").FullName;

    [Fact]
    public async Task Top_ShowsWhatPodsAndTheNodeUse()
    {
        await using var world = await NodeWorld.StartAsync(new() { Listen = new(System.Net.IPAddress.Loopback, 0), KubeconfigFile = Path.Combine(_folder, "kubeconfig") });
        await world.RunAsync("busy", "while :; do :; done", pod => pod.Map("spec")!.List("containers")!.Add(NodeWorld.Container("idle", "exec sleep 1000")));
        await world.ReadyAsync("busy");

        var containers = "";
        await Eventually.HoldsAsync(async () => (containers = await Kubectl.RunAsync(world.Cluster, "top", "pod", "--containers", "--no-headers")).Contains("busy", StringComparison.Ordinal)
            && Figures(containers, "app").Cpu > 100);
        var pods = await Kubectl.RunAsync(world.Cluster, "top", "pod", "busy", "--no-headers");
        var nodes = await Kubectl.RunAsync(world.Cluster, "top", "node", "--no-headers");
        var table = await Kubectl.RunAsync(world.Cluster, "get", "pods.metrics.k8s.io");

        Assert.Equal(0, Figures(containers, "idle").Cpu / 50);
        Assert.True(Figures(pods, "busy") is { Cpu: > 100, Memory: < 200 }, pods);
        Assert.Matches(@"^ahoi\s+\d+m\s+\d+%\s+\d+Mi\s+\d+%\s*$", nodes);
        Assert.Matches(@"NAME\s+CPU\s+MEMORY\s+WINDOW\nbusy\s+\d+n\s+\d+\w+\s+\d+", table);
    }

    [Fact]
    public async Task ProcessTree_CountsWhatDescendsFromAProcess()
    {
        // The shell waits for what burns, which ends; its time stays.
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo done; read x"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        await process.StandardOutput.ReadLineAsync();

        var used = ProcessTree.Measure(process.Id);

        Assert.True(used is { Processor: > 50_000_000, Memory: > 100_000 }, used.ToString());
        await process.StandardInput.WriteLineAsync();
        await process.WaitForExitAsync();
        Assert.Equal(default, ProcessTree.Measure(process.Id));
    }

    [Fact]
    public void Meter_GivesAveragesOverItsWindow()
    {
        var start = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        var meter = new UsageMeter("app", start);

        meter.Note(start.AddSeconds(0.5), new(1_000_000_000, 1));
        Assert.Null(meter.Last);
        meter.Note(start.AddSeconds(2), new(3_000_000_000, 2));
        Assert.Equal(new("app", start.AddSeconds(2), TimeSpan.FromSeconds(2), 1_500_000_000, 2), meter.Last);
        meter.Note(start.AddSeconds(6), new(4_000_000_000, 3));
        Assert.Equal(new("app", start.AddSeconds(6), TimeSpan.FromSeconds(4), 250_000_000, 3), meter.Last);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Cpu, int Memory) Figures(string output, string name) =>
        Line().Matches(output).FirstOrDefault(m => m.Groups[1].Value == name) is { } line
            ? (int.Parse(line.Groups[2].ValueSpan, CultureInfo.InvariantCulture), int.Parse(line.Groups[3].ValueSpan, CultureInfo.InvariantCulture))
            : default;

    [GeneratedRegex(@"(\S+)\s+(\d+)m\s+(\d+)Mi")]
    private static partial Regex Line();
}
