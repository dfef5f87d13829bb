using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Benchmarks.Framework;

/// <summary>The operator, in a process of its own: reads commands, prints a line of numbers for each.</summary>
internal sealed class OperatorProcess(string kubeconfig)
{
    private readonly ConcurrentDictionary<ObjectKey, long> _began = new();
    private readonly ConcurrentDictionary<ObjectKey, double> _firstWrite = new();
    private readonly ConcurrentDictionary<ObjectKey, bool> _done = new();
    private TaskCompletionSource _all = new();
    private int _expected;
    private int _count;
    private long _writes;
    private IHost? _host;

    public async Task<int> RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var answer = words[0] switch
            {
                "start" => await StartAsync(words[1], int.Parse(words[2], CultureInfo.InvariantCulture)),
                "stop" => await StopAsync(),
                "settle" => await SettleAsync(),
                "list" => await ListAsync(words[1]),
                "watch" => await WatchLatenciesAsync(TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture))),
                "memory" => Memory(),
                _ => throw new InvalidOperationException($"There is no command {words[0]}."),
            };
            Console.WriteLine(answer);
        }

        return 0;
    }

    /// <summary>Seconds until every object was looked at and what was missing was written; how many writes and seconds of CPU time that took,
    /// megabytes allocated, seconds of pauses for the collector and of compiling.</summary>
    private async Task<string> StartAsync(string @namespace, int expected)
    {
        (_expected, _all) = (expected, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _done.Clear();
        _count = 0;
        Interlocked.Exchange(ref _writes, 0);
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "bench" });
        builder.Services.AddLogging();
        builder.Services.AddSingleton(new WidgetReconciler(
            key => _began[key] = Stopwatch.GetTimestamp(),
            key =>
            {
                if (_done.TryAdd(key, true) && Interlocked.Increment(ref _count) == _expected)
                {
                    _all.TrySetResult();
                }
            }));
        builder.Services.AddAhoi(o =>
        {
            o.Connection = ApiConnection.FromKubeconfig(kubeconfig);
            o.InstallDefinitions = true;
        }).AddController<Widget, WidgetReconciler>(o =>
        {
            o.Owns(World.ConfigMap);
            o.Namespace = @namespace;
            o.Workers = World.Parallel;
        });
        builder.Services.AddSingleton(s => new ApiClient(
            ApiConnection.FromKubeconfig(kubeconfig), new() { UserAgent = "bench", Middleware = [() => new WriteWatch(this)] }));
        _host = builder.Build();
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var (allocated, pauses, jitted) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), JitInfo.GetCompilationTime());
        await _host.StartAsync();
        if (expected > 0)
        {
            await _all.Task;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(started).TotalSeconds} {Interlocked.Read(ref _writes)} {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds} {(GC.GetTotalAllocatedBytes() - allocated) / 1e6} {(GC.GetTotalPauseDuration() - pauses).TotalSeconds} {(JitInfo.GetCompilationTime() - jitted).TotalSeconds}");
    }

    private async Task<string> StopAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _host = null;

        // A new operator would be a new process, whose heap has nothing of the one before.
        GC.Collect();
        return "stopped";
    }

    /// <summary>Waits until no more methods are compiled.</summary>
    private static async Task<string> SettleAsync()
    {
        for (long before = -1, now; before != (now = JitInfo.GetCompiledMethodCount()); before = now)
        {
            await Task.Delay(1000);
        }

        return "settled";
    }

    /// <summary>Seconds, of time and of CPU time, that listing and decoding alone take, as the operator would use the objects.</summary>
    private async Task<string> ListAsync(string @namespace)
    {
        using var client = new ApiClient(ApiConnection.FromKubeconfig(kubeconfig));
        var types = new Ahoi.Framework.Objects.ObjectTypes(Ahoi.Framework.Objects.WireJson.Create(), []);
        var codec = types.CodecOf(typeof(Widget));
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var kept = new List<RawObject>();
        await Task.WhenAll(
            TakeAsync(World.Widgets, @namespace, value => codec.Decode(value)),
            TakeAsync(World.ConfigMaps, null, value => value.ToMap()));
        return string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds} {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds}");

        async Task TakeAsync(GroupVersionResource resource, string? where, Func<RawObject, object> decode)
        {
            await foreach (var page in client.ListPagesAsync(resource, where, new() { ManagedFields = ManagedFieldsFilter.KeepOnly(["bench/widget"]) }))
            {
                foreach (var value in page.Items)
                {
                    decode(value);
                }

                lock (kept)
                {
                    kept.AddRange(page.Items);
                }
            }
        }
    }

    /// <summary>Milliseconds from the queue to the first write, at the median and at the 99th percentile, and of how many.</summary>
    private async Task<string> WatchLatenciesAsync(TimeSpan duration)
    {
        var seen = new HashSet<(DateTimeOffset, ObjectKey)>();
        var latencies = new List<double>();
        var @operator = _host!.Services.GetRequiredService<Operator>();
        var from = DateTimeOffset.UtcNow;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await Task.Delay(20);
            foreach (var record in @operator.RecentReconciles())
            {
                if (record.At > from && record.Writes.Count > 0 && seen.Add((record.At, record.Key)) && _firstWrite.TryGetValue(record.Key, out var afterBegin))
                {
                    latencies.Add(record.Waited.TotalMilliseconds + afterBegin);
                }
            }
        }

        latencies.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{latencies[latencies.Count / 2]} {latencies[latencies.Count * 99 / 100]} {latencies.Count}");
    }

    /// <summary>Megabytes in use now, at the most since this was asked last, and on the managed heap after a collection.</summary>
    private static string Memory()
    {
        using var process = Process.GetCurrentProcess();
        var (now, most) = (process.WorkingSet64, process.PeakWorkingSet64);
        File.WriteAllText("/proc/self/clear_refs", "5");
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        return string.Create(CultureInfo.InvariantCulture, $"{now / 1048576.0} {most / 1048576.0} {heap / 1048576.0}");
    }

    private sealed class WriteWatch(OperatorProcess owner) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method != HttpMethod.Get && request.RequestUri!.AbsolutePath is var path && !path.Contains("/customresourcedefinitions", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref owner._writes);
                var parts = path.Split('/');
                var at = Array.IndexOf(parts, "configmaps");
                if (at > 0)
                {
                    var key = new ObjectKey(parts[at - 1], parts[at + 1][..parts[at + 1].LastIndexOf('-')]);
                    if (owner._began.TryRemove(key, out var began))
                    {
                        owner._firstWrite[key] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                    }
                }
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
