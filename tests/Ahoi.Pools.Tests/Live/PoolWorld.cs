using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Tenancy;
using Ahoi.Tests.Shared;
using Npgsql;

namespace Ahoi.Pools.Tests.Live;

/// <summary>A Database and a ConnectionPool in front of it, on real processes.</summary>
internal sealed class PoolWorld : IAsyncDisposable
{
    public const string Namespace = "shop";

    public static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    public static readonly GroupVersionResource Pools = new("internal.example.com", "v1", "connectionpools");
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");
    public static readonly GroupVersionResource Services = new("", "v1", "services");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");

    public static readonly ObjectKey Key = new(Namespace, "db");
    public static readonly ObjectKey Server = new(Namespace, "db-postgres-0");

    private PoolWorld(LiveCluster cluster) => Cluster = cluster;

    public LiveCluster Cluster { get; }

    public ApiClient Client => Cluster.Client;

    public static async Task<PoolWorld> StartAsync(int replicas = 2, int maxConnections = 60)
    {
        var world = new PoolWorld(await LiveCluster.StartAsync());
        try
        {
            await world.Cluster.RunAsync("tenancy", ahoi => ahoi.AddTenancy(o => o.FormerPasswordLifetime = TimeSpan.FromSeconds(8)));
            await world.Cluster.RunAsync("pools", ahoi => ahoi.AddPools(Configure));
            await world.Cluster.NamespaceAsync(Namespace);
            await world.Client.CreateAsync(Databases, Namespace, new JsonMap
            {
                ["apiVersion"] = "internal.example.com/v1",
                ["kind"] = "Database",
                ["metadata"] = new JsonMap { ["name"] = "db" },
                ["spec"] = new JsonMap { ["storage"] = "1gb", ["maxConnections"] = (long)maxConnections },
            });
            var pool = JsonTree.ParseMap(
                """
                {
                  "apiVersion": "internal.example.com/v1", "kind": "ConnectionPool", "metadata": { "name": "db" },
                  "spec": { "databaseRef": { "name": "db" }, "drain": { "endpointDelay": "2s", "gracePeriod": "25s" }, "failover": { "pauseTimeout": "8s" } }
                }
                """);
            pool.Map("spec")!["replicas"] = (long)replicas;
            await world.Client.CreateAsync(Pools, Namespace, pool);
            await world.ReadyAsync();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public static void Configure(PoolsOptions options)
    {
        options.AgentImage = "host";
        options.AgentCommand = LiveCluster.Program("Ahoi.Pools.Agent");
    }

    public Task<JsonMap> ReadyAsync() => Cluster.UntilAsync(Pools, Key, LiveCluster.IsReady);

    public Task<RawObject> PatchAsync(string patch) => Client.PatchAsync(Pools, Key, Patch.Merge(JsonTree.ParseMap(patch)));

    public Task<RawObject> PatchDatabaseAsync(string patch) => Client.PatchAsync(Databases, Key, Patch.Merge(JsonTree.ParseMap(patch)));

    /// <summary>What an application connects with; the host is an address, since the test is not in a pod.</summary>
    public async Task<NpgsqlConnectionStringBuilder> ConnectionAsync()
    {
        var secret = (await Client.GetAsync(Secrets, new(Namespace, "db-pool"))).ToMap().Map("data")!;
        var service = (await Client.GetAsync(Services, new(Namespace, "db-pool"))).ToMap();
        return new()
        {
            Host = (string)service.At("spec", "clusterIP")!,
            Port = 5432,
            Database = Text(secret, "database"),
            Username = Text(secret, "username"),
            Password = Text(secret, "password"),
            NoResetOnClose = true,
            ConnectionLifetime = 5,
            Timeout = 15,
        };
    }

    /// <summary>Asks the server itself, as its administrator.</summary>
    public async Task<string> SqlAsync(string sql) => (await Cluster.ExecAsync(Server, "psql", "--no-psqlrc", "-AtqU", "postgres", "-d", "app", "-c", sql)).Trim();

    /// <summary>What the poolers say, for a failure's message.</summary>
    public async Task<string> LogsAsync()
    {
        var text = "";
        foreach (var pod in (await Client.ListAsync(Pods, Namespace)).Items.Where(p => p.Name.StartsWith("db-pool-", StringComparison.Ordinal)))
        {
            await using var log = await Client.OpenLogAsync(pod.Key, new() { Container = "pgbouncer" });
            var lines = (await new StreamReader(log).ReadToEndAsync()).Split('\n');
            text += $"{pod.Key}\n{string.Join('\n', lines.TakeLast(30))}\n";
        }

        return text;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static string Text(JsonMap data, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(data.Text(key)!));
}
