using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Cli.Demo;

/// <summary>Gives the customers' workers something to do, and tells how fast it was done and over how many connections.</summary>
internal sealed class DemoTraffic(ApiClient client, TextWriter output)
{
    private const int Jobs = 400;
    private const int Milliseconds = 10;
    private const int AgentPort = 9127;

    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(IReadOnlyList<string> customers, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        await output.WriteLineAsync();
        await Task.WhenAll(customers.Select(c => RunOneAsync(c, http, cancellationToken)));
    }

    private async Task RunOneAsync(string customer, HttpClient http, CancellationToken cancellationToken)
    {
        var service = await client.GetAsync(Services, new($"cust-{customer}", $"{customer}-webhooks"), null, cancellationToken);
        var app = new Uri($"http://{service.ToMap().At("spec", "clusterIP")}/");
        var before = await StatsAsync(http, app, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        using (var answer = await http.PostAsync(new Uri(app, string.Create(CultureInfo.InvariantCulture, $"jobs?count={Jobs}&milliseconds={Milliseconds}")), null, cancellationToken))
        {
            answer.EnsureSuccessStatusCode();
        }

        JsonMap stats;
        while ((stats = await StatsAsync(http, app, cancellationToken)).Integer("open") > 0)
        {
            await Task.Delay(Look, cancellationToken);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (clients, servers) = await ConnectionsAsync(customer, http, cancellationToken);
        var once = stats.Integer("effects") == stats.Integer("done") && stats.Integer("done") - before.Integer("done") == Jobs;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{customer}: {Jobs} jobs in {seconds:0.0} s, {Jobs / seconds:0} per second, {(once ? "each done once" : "but not each done once")}; {clients} connections before the pool, {servers} behind it"));
    }

    private static async Task<JsonMap> StatsAsync(HttpClient http, Uri app, CancellationToken cancellationToken) =>
        JsonTree.ParseMap(await http.GetStringAsync(new Uri(app, "stats"), cancellationToken));

    /// <summary>How many connections clients have to the pool, and the pool to the server, as its agents count them.</summary>
    private async Task<(double Clients, double Servers)> ConnectionsAsync(string customer, HttpClient http, CancellationToken cancellationToken)
    {
        var pods = await client.ListAsync(Pods, $"cust-{customer}", cancellationToken: cancellationToken);
        double clients = 0, servers = 0;
        foreach (var pod in pods.Items.Where(p => p.Labels.GetValueOrDefault("app.kubernetes.io/name") == "pgbouncer"))
        {
            var metrics = await http.GetStringAsync(
                new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{pod.ToMap().At("status", "podIP")}:{AgentPort}/metrics")), cancellationToken);
            foreach (var line in metrics.Split('\n').Where(l => !l.StartsWith('#') && l.Contains(' ', StringComparison.Ordinal)))
            {
                var value = double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
                clients += line.StartsWith("pgbouncer_pool_clients_", StringComparison.Ordinal) ? value : 0;
                servers += line.StartsWith("pgbouncer_pool_servers_", StringComparison.Ordinal) ? value : 0;
            }
        }

        return (clients, servers);
    }
}
