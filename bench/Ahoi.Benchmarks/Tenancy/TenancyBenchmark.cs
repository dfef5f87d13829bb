using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Benchmarks.Framework;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Benchmarks.Tenancy;

/// <summary>Many customers with all their objects and without pods: time to converge, to follow a change, to start again;
/// memory.</summary>
internal static class TenancyBenchmark
{
    private const int Changes = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");

    public static async Task RunAsync(int customers)
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-bench-");
        try
        {
            var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
            await using var server = new ChildProcess(true, "framework-server", kubeconfig);
            await server.ReadAsync();
            await using var program = new ChildProcess(false, "tenancy-operator", kubeconfig);
            await program.AskAsync("start 0");
            using var players = await PlayedWorkloads.StartAsync(kubeconfig);
            using var client = new ApiClient(ApiConnection.FromKubeconfig(kubeconfig));

            var started = Stopwatch.GetTimestamp();
            await World.ManyAsync(customers, i => CreateAsync(client, Name(i)));
            await World.ManyAsync(customers, i => client.WaitUntilAsync(Customers, new(null, Name(i)), c => c is not null && IsReady(c.ToMap()), Limit));
            var converged = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var (cpu, cpuServer, cpuPlayers) = (program.CpuSeconds, server.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
            var writes = (await program.AskAsync("writes"))[0];
            var peak = await program.AskAsync("memory");

            var latencies = new List<double>();
            for (var i = 0; i < Math.Min(Changes, customers); i++)
            {
                latencies.Add(await ChangeAsync(client, Name(i)));
            }

            await World.ManyAsync(customers, i => client.WaitUntilAsync(Customers, new(null, Name(i)), c => c is not null && IsReady(c.ToMap()), Limit));
            await program.AskAsync("stop");
            var again = await program.AskAsync(string.Create(CultureInfo.InvariantCulture, $"start {4 * customers}"));
            var wrote = (await program.AskAsync("writes"))[0];
            var memory = await program.AskAsync("memory");
            await players.StopAsync();

            latencies.Sort();
            Console.WriteLine("| what | measured | wanted |");
            Console.WriteLine("| --- | --- | --- |");
            Row($"{customers} customers, {writes:0} writes, create to all Ready", $"{converged:0.0} s", customers <= 200 ? "600 s" : "");
            Row("CPU time of that: operator, server, and what plays the workloads", $"{cpu:0.0}, {cpuServer:0.0}, {cpuPlayers:0.0} s", "");
            Row($"a changed Customer to its Deployment written, median of {latencies.Count}", $"{latencies[latencies.Count / 2]:0.0} ms", "");
            Row("the same, 95th percentile", $"{latencies[latencies.Count * 95 / 100]:0.0} ms", "2000 ms");
            Row($"operator started again until all {4 * customers} objects were looked at, {wrote:0} writes", $"{again[0]:0.00} s", "no write");
            Row("the operator's CPU time for that", $"{again[2]:0.00} s", "");
            Row($"working set after that (managed heap {memory[2]:0} MB)", $"{memory[0]:0} MB", "");
            Row($"working set at the most, while converging (managed heap {peak[2]:0} MB after it)", $"{peak[1]:0} MB", "");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Name(int number) => number.ToString("'c'0000", CultureInfo.InvariantCulture);

    private static Task<RawObject> CreateAsync(ApiClient client, string name) => client.CreateAsync(Customers, null, JsonTree.ParseMap(
        $$$"""
        {
          "apiVersion": "internal.example.com/v1", "kind": "Customer", "metadata": { "name": "{{{name}}}" },
          "spec": {
            "quota": { "cpu": "8", "memory": "16Gi" },
            "features": {
              "database": { "enabled": true, "storage": "256gb" },
              "scheduler": { "enabled": true, "workers": 4 },
              "webhooks": { "enabled": true }
            }
          }
        }
        """));

    /// <summary>Milliseconds from the change of a Customer to that of its workers' Deployment.</summary>
    private static async Task<double> ChangeAsync(ApiClient client, string name)
    {
        var started = Stopwatch.GetTimestamp();
        await client.PatchAsync(Customers, new(null, name), Patch.Merge(JsonTree.ParseMap("""{"spec":{"features":{"scheduler":{"workers":5}}}}""")));
        await client.WaitUntilAsync(Deployments, new($"cust-{name}", $"{name}-scheduler"), d => d?.ToMap().At("spec", "replicas") is 5L, Limit);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static bool IsReady(JsonMap customer) =>
        customer.At("status", "observedGeneration") is long seen && seen == (long)customer.At("metadata", "generation")!
        && (customer.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Ready" && c.Text("status") == "True") == true;

    private static void Row(string what, string measured, string wanted) => Console.WriteLine($"| {what} | {measured} | {wanted} |");
}
