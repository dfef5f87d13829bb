using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Watches;
using Ahoi.ControlPlane;
using Ahoi.Framework.Tests.Cluster;

namespace Ahoi.Framework.Tests.Leadership;

/// <summary>Replicas that are processes of their own, stopped and continued as a busy machine or a debugger does it.</summary>
public sealed class PausedProcessTests : IAsyncLifetime
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");

    private readonly string _kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("ahoi-test-").FullName, "kubeconfig");
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<(string Writer, long Term)> _writes = new();
    private readonly ConcurrentBag<string> _seen = [];
    private LocalCluster _cluster = null!;
    private ApiClient _client = null!;
    private Task _watch = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync(
            new() { Listen = new(IPAddress.Loopback, 0), Http = true, KubeconfigFile = _kubeconfig }, TestContext.Current.CancellationToken);
        _client = new(_cluster.Connect());
        var created = await _client.CreateAsync(
            ConfigMaps, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"work"},"data":{"writer":"","term":"-1"}}"""));
        _watch = WatchAsync(created.ResourceVersion);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        await _cluster.DisposeAsync();
        _stopping.Dispose();
        Directory.Delete(Path.GetDirectoryName(_kubeconfig)!, recursive: true);
    }

    [Fact]
    public async Task LeaderPausedForLong_TheOtherTakesOver_ItWritesNothingWhenItGoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are stopped by signals.");
        await using var a = await Contender.StartAsync(_kubeconfig, "a");
        await a.WaitForAsync("wrote");
        await using var b = await Contender.StartAsync(_kubeconfig, "b");

        await a.SignalAsync("STOP");
        await b.WaitForAsync("wrote");
        await a.SignalAsync("CONT");
        await a.WaitForAsync("lost");

        // It competes again, and gets its turn when the other goes.
        await b.SignalAsync("TERM");
        await b.WaitForAsync("stopped");
        await a.WaitForAsync("wrote");
        await SettledAsync();

        AssertNoWriteAfterALaterTerm();
        Assert.Contains(_writes, w => w.Writer == "b");
        Assert.Equal("a", _writes.Last().Writer);
    }

    [Fact]
    public async Task EveryonePaused_InTurns_NoWriteComesAfterALaterTerm()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are stopped by signals.");
        await using var a = await Contender.StartAsync(_kubeconfig, "a");
        await a.WaitForAsync("wrote");
        await using var b = await Contender.StartAsync(_kubeconfig, "b");

        // Both at once, for longer than a lease lasts: whoever goes on first may take it.
        await a.SignalAsync("STOP");
        await b.SignalAsync("STOP");
        await SettledAsync();
        var before = _writes.Count;
        await Task.Delay(TimeSpan.FromSeconds(3.5), TestContext.Current.CancellationToken);
        await b.SignalAsync("CONT");
        await a.SignalAsync("CONT");
        await CronTabCluster.EventuallyAsync(() => _writes.Count > before, "somebody writes again");

        // A short pause costs nobody the lead.
        var leader = _writes.Last().Writer == "a" ? a : b;
        await leader.SignalAsync("STOP");
        await Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken);
        await leader.SignalAsync("CONT");
        before = _writes.Count;
        await CronTabCluster.EventuallyAsync(() => _writes.Count > before + 2, "the writes go on");
        await SettledAsync();

        AssertNoWriteAfterALaterTerm();
    }

    private void AssertNoWriteAfterALaterTerm()
    {
        var writes = _writes.ToArray();
        Assert.NotEmpty(writes);
        Assert.Equal(writes.OrderBy(w => w.Term), writes);
        Assert.All(writes.GroupBy(w => w.Term), term => Assert.Single(term.Select(w => w.Writer).Distinct()));
    }

    /// <summary>Waits until the watch has told of everything that was written so far.</summary>
    private async Task SettledAsync()
    {
        var now = await _client.GetAsync(ConfigMaps, new("default", "work"));
        var (count, writer) = (now.ToMap().At("data", "count"), now.ToMap().At("data", "writer"));
        using var limit = new CancellationTokenSource(Testing.TestCluster.DefaultLimit);
        while (!_seen.Contains(now.ResourceVersion))
        {
            Assert.False(limit.IsCancellationRequested, $"The watch did not tell of write {count} of {writer}.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private async Task WatchAsync(string resourceVersion)
    {
        while (true)
        {
            var options = new WatchOptions { ResourceVersion = resourceVersion, FieldSelector = "metadata.name=work" };
            await foreach (var change in _client.WatchAsync(ConfigMaps, "default", options, _stopping.Token))
            {
                if (change is { Type: WatchEventType.Modified, Object: { } value })
                {
                    resourceVersion = value.ResourceVersion;
                    var data = value.ToMap().Map("data")!;
                    _writes.Enqueue((data.Text("writer")!, long.Parse(data.Text("term")!, CultureInfo.InvariantCulture)));
                    _seen.Add(resourceVersion);
                }
            }
        }
    }
}
