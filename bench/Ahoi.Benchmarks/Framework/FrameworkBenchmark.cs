using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Benchmarks.Framework;

/// <summary>An operator with many objects, on the local API server in a process of its own: first convergence, restart, latency
/// under load, memory.</summary>
internal static class FrameworkBenchmark
{
    private const int WarmUp = 2000;
    private const int ChangesPerSecond = 1000;
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(int objects, int rounds)
    {
        var bare = new List<double>();
        var first = new List<double>();
        var restart = new List<double>();
        var list = new List<double>();
        var (cpuFirst, cpuRestart, cpuList) = (new List<double>(), new List<double>(), new List<double>());
        var (cpuBare, cpuBoth) = (new List<double>(), new List<double>());
        double[] latency = [], memory = [];
        double written = 0, rewritten = 0;
        for (var round = 0; round < rounds; round++)
        {
            await InWorldAsync(objects, async (kubeconfig, server, _) =>
            {
                var before = server.CpuSeconds;
                var (time, cpu) = await BareLoopAsync(kubeconfig, objects);
                bare.Add(time);
                cpuBare.Add(cpu + server.CpuSeconds - before);
            });
            await InWorldAsync(objects, async (_, server, program) =>
            {
                var before = server.CpuSeconds;
                var converged = await program.AskAsync($"start default {objects}");
                first.Add(converged[0]);
                cpuFirst.Add(converged[2]);
                cpuBoth.Add(converged[2] + server.CpuSeconds - before);
                written = converged[1];
                await program.AskAsync("stop");
                for (var i = 0; i < 3; i++)
                {
                    var listed = await program.AskAsync("list default");
                    list.Add(listed[0]);
                    cpuList.Add(listed[1]);
                    var again = await program.AskAsync($"start default {objects}");
                    restart.Add(again[0]);
                    cpuRestart.Add(again[2]);
                    rewritten += again[1];
                    if (i < 2)
                    {
                        await program.AskAsync("stop");
                    }
                }

                memory = await program.AskAsync("memory");
                latency = await UnderLoadAsync(program, _kubeconfig!, objects);
            });
        }

        Console.WriteLine("| what | ours | baseline | ratio | wanted |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Row($"first convergence of {objects} objects, {written:0} writes, against a bare loop", "s", Median(first), Median(bare), "1.25");
        Row("the same in CPU time, the server's included", "s", Median(cpuBoth), Median(cpuBare), "");
        Row($"restart in steady state, {rewritten:0} writes, against listing and decoding", "s", Median(restart), Median(list), "2, no write");
        Row("the same restart, in the operator's CPU time", "s", Median(cpuRestart), Median(cpuList), "");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the operator's CPU time for a write of the first convergence | {Median(cpuFirst) * 1e6 / written:0} us | | | |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| from the queue to the first write while {ChangesPerSecond} others change each second, median of {latency[2]:0} | {latency[0]:0.00} ms | | | 5 ms |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the same, 99th percentile | {latency[1]:0.00} ms | | | 20 ms |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| working set after a restart (at most so far {memory[1]:0} MB, managed heap {memory[2]:0} MB) | {memory[0]:0} MB | | | 250 MB |"));
    }

    /// <summary>The first convergence alone, in pairs with the bare loop: what each side costs in time, in CPU time and in memory.</summary>
    public static async Task RunFirstAsync(int objects, int rounds)
    {
        Console.WriteLine("| round | ours | bare loop | ratio | CPU: operator | server | bare loop | its server | ratio | operator's memory at most, managed at the end | allocated, pauses, compiling |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        var (times, cpus) = (new List<double>(), new List<double>());
        for (var round = 1; round <= rounds; round++)
        {
            var (bare, bareCpu, bareServer) = (0.0, 0.0, 0.0);
            await InWorldAsync(objects, async (kubeconfig, server, _) =>
            {
                var before = server.CpuSeconds;
                (bare, bareCpu) = await BareLoopAsync(kubeconfig, objects);
                bareServer = server.CpuSeconds - before;
            });
            await InWorldAsync(objects, async (_, server, program) =>
            {
                var before = server.CpuSeconds;
                var converged = await program.AskAsync($"start default {objects}");
                var serverCpu = server.CpuSeconds - before;
                var memory = await program.AskAsync("memory");
                times.Add(converged[0] / bare);
                cpus.Add((converged[2] + serverCpu) / (bareCpu + bareServer));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {round} | {converged[0]:0.00} s | {bare:0.00} s | {times[^1]:0.00} | {converged[2]:0.00} s | {serverCpu:0.00} s | {bareCpu:0.00} s | {bareServer:0.00} s | {cpus[^1]:0.00} | {memory[1]:0} MB, {memory[2]:0} MB | {converged[3]:0} MB, {converged[4]:0.00} s, {converged[5]:0.00} s |"));
            });
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Medians of the ratios: {Median(times):0.00} in time, {Median(cpus):0.00} in CPU time."));
    }

    private static string? _kubeconfig;

    /// <summary>Gives a new cluster with warmed-up server and operator, and the objects in it.</summary>
    private static async Task InWorldAsync(int objects, Func<string, ChildProcess, ChildProcess, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-bench-");
        try
        {
            _kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
            await using var server = new ChildProcess(true, "framework-server", _kubeconfig);
            await server.ReadAsync();
            await using var program = new ChildProcess(false, "framework-operator", _kubeconfig);
            using var client = new ApiClient(ApiConnection.FromKubeconfig(_kubeconfig));
            await client.CreateAsync(new("", "v1", "namespaces"), null, JsonTree.ParseMap("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"warm"}}"""));
            await program.AskAsync("start warm 0");
            await program.AskAsync("stop");
            await World.CreateWidgetsAsync(client, "warm", WarmUp);
            await program.AskAsync($"start warm {WarmUp}");
            await program.AskAsync("stop");
            await program.AskAsync($"start warm {WarmUp}");
            await program.AskAsync("stop");
            await program.AskAsync("settle");
            await World.CreateWidgetsAsync(client, "default", objects);
            await program.AskAsync("memory");
            await measure(_kubeconfig, server, program);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The same writes by requests that are ready, 32 at a time: seconds, and seconds of CPU time.</summary>
    private static async Task<(double Time, double Cpu)> BareLoopAsync(string kubeconfig, int objects)
    {
        var connection = ApiConnection.FromKubeconfig(kubeconfig);
        using var client = new ApiClient(connection);
        var uids = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var page in client.ListPagesAsync(World.Widgets, "default"))
        {
            foreach (var widget in page.Items)
            {
                uids[widget.Name] = widget.Uid;
            }
        }

        var requests = new List<(string Path, byte[] Body)>();
        for (var i = 0; i < objects; i++)
        {
            var name = World.Name(i);
            for (var child = 0; child < World.Children; child++)
            {
                var map = World.Child(name, child, 0);
                map.Map("metadata")!["namespace"] = "default";
                map.Map("metadata")!["ownerReferences"] = new JsonList([new JsonMap
                {
                    ["apiVersion"] = "bench.example.com/v1", ["kind"] = "Widget", ["name"] = name, ["uid"] = uids[name], ["controller"] = true, ["blockOwnerDeletion"] = true,
                }]);
                requests.Add(($"api/v1/namespaces/default/configmaps/{name}-{child}?fieldManager=bench&force=true", JsonTree.ToUtf8(map)));
            }

            var status = new JsonMap
            {
                ["apiVersion"] = "bench.example.com/v1",
                ["kind"] = "Widget",
                ["metadata"] = new JsonMap { ["name"] = name, ["namespace"] = "default", ["uid"] = uids[name] },
                ["status"] = new JsonMap { ["round"] = 0L, ["observedGeneration"] = 1L },
            };
            requests.Add(($"apis/bench.example.com/v1/namespaces/default/widgets/{name}/status?fieldManager=bench&force=true", JsonTree.ToUtf8(status)));
        }

        using var http = new HttpClient(client.CreateHandler()) { BaseAddress = connection.Server };
        var type = new MediaTypeHeaderValue("application/apply-patch+yaml");
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await World.ManyAsync(requests.Count, async i =>
        {
            using var content = new ByteArrayContent(requests[i].Body) { Headers = { ContentType = type } };
            using var response = await http.PatchAsync(new Uri(requests[i].Path, UriKind.Relative), content);
            response.EnsureSuccessStatusCode();
        });
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static async Task<double[]> UnderLoadAsync(ChildProcess program, string kubeconfig, int objects)
    {
        using var client = new ApiClient(ApiConnection.FromKubeconfig(kubeconfig));
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(() => ChangeAsync(client, objects, stop.Token));
        await Task.Delay(TimeSpan.FromSeconds(2));
        var latency = await program.AskAsync(string.Create(CultureInfo.InvariantCulture, $"watch {Load.TotalSeconds}"));
        await stop.CancelAsync();
        await changing;
        return latency;
    }

    /// <summary>Changes one object after the other, evenly over time.</summary>
    private static async Task ChangeAsync(ApiClient client, int objects, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var open = new List<Task>();
        for (var sent = 0; !stop.IsCancellationRequested;)
        {
            var due = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * ChangesPerSecond);
            for (; sent < due; sent++)
            {
                var patch = Patch.Merge(new JsonMap { ["spec"] = new JsonMap { ["round"] = (long)(sent / objects) + 1 } });
                open.Add(client.PatchAsync(World.Widgets, new("default", World.Name(sent % objects)), patch, cancellationToken: CancellationToken.None));
            }

            open.RemoveAll(o => o.IsCompletedSuccessfully);
            await Task.Delay(2, CancellationToken.None);
        }

        await Task.WhenAll(open);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Row(string what, string unit, double ours, double baseline, string wanted) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {ours:0.00} {unit} | {baseline:0.00} {unit} | {ours / baseline:0.00} | {wanted} |"));
}
