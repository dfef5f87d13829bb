using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Npgsql;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>Many clients of one pool while its server is restarted, its poolers are replaced, its settings and passwords change, and
/// its server is killed.</summary>
internal sealed class PoolLoad(LiveWorld world, LoadClients clients, BudgetWatch budget)
{
    private const string Namespace = "shop";
    private const int Kills = 3;
    private static readonly ObjectKey Key = new(Namespace, "db");
    private static readonly ObjectKey Server = new(Namespace, "db-postgres-0");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private readonly List<string> _rows = [];
    private readonly List<double> _back = [];
    private readonly List<double> _all = [];

    public static async Task<bool> RunAsync(int count, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        Action<string> tell = text => Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0}  {text}");
        tell($"seed {seed}, {count} clients");
        await using var world = await LiveWorld.StartAsync(tell);
        await world.NamespaceAsync(Namespace);
        await world.UntilAsync(new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "connectionpools.internal.example.com"), d => LiveWorld.IsTrue(d, "Established"), Limit);
        await world.Client.CreateAsync(LiveWorld.Databases, Namespace, JsonTree.ParseMap(
            """{"apiVersion":"internal.example.com/v1","kind":"Database","metadata":{"name":"db"},"spec":{"storage":"1gb","maxConnections":60}}"""));
        await world.Client.CreateAsync(LiveWorld.Pools, Namespace, JsonTree.ParseMap(
            """
            {
              "apiVersion": "internal.example.com/v1", "kind": "ConnectionPool", "metadata": { "name": "db" },
              "spec": {
                "databaseRef": { "name": "db" }, "replicas": 2, "drain": { "endpointDelay": "2s", "gracePeriod": "25s" }, "failover": { "pauseTimeout": "8s" }
              }
            }
            """));
        await world.UntilAsync(LiveWorld.Pools, Key, LiveWorld.IsReady, Limit);
        tell("the pool is ready");

        var settings = await world.ConnectionAsync(Namespace, "db-pool");
        await using (var source = NpgsqlDataSource.Create(settings))
        {
            await using var command = source.CreateCommand("CREATE TABLE ledger (id uuid NOT NULL)");
            await command.ExecuteNonQueryAsync();
        }

        await using var clients = new LoadClients(settings, count, seed);
        await using var budget = new BudgetWatch(world, Key);
        return await new PoolLoad(world, clients, budget).WorkAsync(tell);
    }

    private async Task<bool> WorkAsync(Action<string> tell)
    {
        var planned = 0;
        planned += await PhaseAsync("nothing happens", () => Task.Delay(TimeSpan.FromSeconds(5)), tell);
        planned += await PhaseAsync("planned restart of PostgreSQL", RestartAsync, tell);
        planned += await PhaseAsync("10 reloads of the poolers", ReloadAsync, tell);
        planned += await PhaseAsync("rolling restart of the poolers", RollAsync, tell);
        planned += await PhaseAsync("2 to 3 poolers, to 1, to 2", ScaleAsync, tell);
        planned += await PhaseAsync("another password, until the former has ended", RotateAsync, tell);
        var failures = clients.Failures.Count;
        for (var i = 0; i < Kills; i++)
        {
            await PhaseAsync("PostgreSQL killed", KillAsync, tell);
        }

        var late = clients.Failures.Skip(failures).Where(f => f.Message.StartsWith("late", StringComparison.Ordinal)).Count();
        var (acknowledged, doubtful) = await clients.EndAsync();
        var (lost, twice, strange) = await CountAsync(acknowledged, doubtful);
        Console.WriteLine("| what | acknowledged | refused before they began | failed | slowest |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var row in _rows)
        {
            Console.WriteLine(row);
        }

        Console.WriteLine();
        Console.WriteLine("| what | measured | wanted |");
        Console.WriteLine("| --- | --- | --- |");
        Row("transactions that failed or were refused while work was planned", $"{planned}", "0");
        Row("PostgreSQL accepts again until the first transaction, most", $"{_back.Max():0.00} s", "5 s");
        Row("until every client had one, most", $"{_all.Max():0.00} s", "");
        Row($"server connections, most in {budget.Samples} samples", $"{budget.Most}", $"at most {budget.Budget}");
        Row("samples above the budget", $"{budget.Exceeded.Count}", "0");
        Row("acknowledged transactions that are lost, or there twice", $"{lost}, {twice}", "0, 0");
        Row("transactions there that failed before their COMMIT", $"{strange}", "0");
        foreach (var line in budget.Exceeded.Take(5))
        {
            tell(line);
        }

        return planned == 0 && late == 0 && _back.Max() <= 5 && budget.Exceeded.Count == 0 && lost + twice + strange == 0;
    }

    private async Task<int> PhaseAsync(string what, Func<Task> work, Action<string> tell)
    {
        tell(what);
        clients.TakeLongest();
        var (acknowledged, failures) = (clients.Acknowledged, clients.Failures.Count);
        await work();
        await Task.Delay(Quiet);
        var failed = clients.Failures.Skip(failures).ToList();
        foreach (var group in failed.GroupBy(f => f.Message).OrderByDescending(g => g.Count()).Take(6))
        {
            tell($"    {group.Count()} times, from {group.Min(f => f.At):HH:mm:ss.fff} to {group.Max(f => f.At):HH:mm:ss.fff}: {group.Key}");
        }

        _rows.Add($"| {what} | {clients.Acknowledged - acknowledged} | {failed.Count(f => f.Refused)} | {failed.Count(f => !f.Refused)} | {clients.TakeLongest().TotalMilliseconds:0} ms |");
        return failed.Count;
    }

    private async Task RestartAsync()
    {
        await world.AnnotateAsync(LiveWorld.Databases, Key, "restarted-at", "1");
        await world.UntilAsync(LiveWorld.Pools, Key, p => p.At("status", "lastSwitchover", "result") is "Completed", Limit);
        await ReadyAsync();
    }

    private async Task ReloadAsync()
    {
        for (var i = 0; i < 10; i++)
        {
            await world.PatchAsync(LiveWorld.Pools, Key, $$$"""{"spec":{"maxClientConnections":{{{1001 + i}}}}}""");
            await ReadyAsync();
        }
    }

    private async Task RollAsync()
    {
        await world.PatchAsync(LiveWorld.StatefulSets, new(Namespace, "db-pool"), """{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}}""");
        await world.UntilAsync(
            LiveWorld.StatefulSets,
            new(Namespace, "db-pool"),
            s => s.At("status", "observedGeneration") as long? == s.At("metadata", "generation") as long? && s.At("status", "updatedReplicas") is 2L && s.At("status", "readyReplicas") is 2L
                && (string)s.At("status", "currentRevision")! == (string)s.At("status", "updateRevision")!,
            TimeSpan.FromMinutes(3));
        await ReadyAsync();
    }

    private async Task ScaleAsync()
    {
        foreach (var replicas in new[] { 3, 1, 2 })
        {
            await world.PatchAsync(LiveWorld.Pools, Key, $$$"""{"spec":{"replicas":{{{replicas}}}}}""");
            await world.UntilAsync(
                LiveWorld.Pools, Key, p => LiveWorld.IsReady(p) && p.At("status", "readyReplicas") as long? == replicas && p.At("status", "replicas") as long? == replicas, TimeSpan.FromMinutes(3));
        }
    }

    private async Task RotateAsync()
    {
        var before = (await world.ConnectionAsync(Namespace, "db-pool")).Username;
        await world.AnnotateAsync(LiveWorld.Databases, Key, "rotate-password", "1");
        await world.Client.WaitUntilAsync(
            LiveWorld.Secrets, new(Namespace, "db-pool"), s => s?.ToMap().At("data", "username") is string name && Convert.FromBase64String(name).AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(before!)) == false, Limit);
        clients.Use(await world.ConnectionAsync(Namespace, "db-pool"), percent: 50);
        await Task.Delay(TimeSpan.FromSeconds(10)); // The others are slower than that, and within the former password's time.
        clients.Use(await world.ConnectionAsync(Namespace, "db-pool"), percent: 100);
        await world.UntilAsync(
            LiveWorld.Secrets, new(Namespace, "db-logins"), s => s.Map("data")!.Keys.Count(k => k.EndsWith(".password", StringComparison.Ordinal)) == 1, Limit);
        await Task.Delay(TimeSpan.FromSeconds(5));
    }

    /// <summary>Kills the server and all of its sessions, and measures how long it takes from when it accepts again.</summary>
    private async Task KillAsync()
    {
        var administrator = await world.AdministratorAsync(Key);
        await world.ExecAsync(Server, "postgres", "sh", "-c", "kill -9 $(head -n 1 $PGDATA/postmaster.pid)");
        var accepts = await AcceptsAsync(administrator);
        while (clients.Last.Max() < accepts)
        {
            await Task.Delay(5);
        }

        _back.Add(Stopwatch.GetElapsedTime(accepts, clients.Last.Where(l => l >= accepts).Min()).TotalSeconds);
        while (clients.Last.Min() < accepts)
        {
            await Task.Delay(5);
        }

        _all.Add(Stopwatch.GetElapsedTime(accepts).TotalSeconds);
        await Task.Delay(TimeSpan.FromSeconds(5));
        await ReadyAsync();
    }

    private static async Task<long> AcceptsAsync(NpgsqlConnectionStringBuilder administrator)
    {
        // Until the former sessions are gone, the former server may still answer.
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(administrator.ConnectionString);
                await connection.OpenAsync();
                return Stopwatch.GetTimestamp();
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                await Task.Delay(10);
            }
        }
    }

    private Task<JsonMap> ReadyAsync() => world.UntilAsync(LiveWorld.Pools, Key, LiveWorld.IsReady, Limit);

    /// <summary>Compares what was acknowledged with what is there.</summary>
    private async Task<(int Lost, int Twice, int Strange)> CountAsync(IReadOnlyCollection<Guid> acknowledged, IReadOnlyCollection<Guid> doubtful)
    {
        await using var connection = new NpgsqlConnection((await world.AdministratorAsync(Key)).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT id FROM ledger", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var there = new Dictionary<Guid, int>();
        while (await reader.ReadAsync())
        {
            var id = reader.GetGuid(0);
            there[id] = there.GetValueOrDefault(id) + 1;
        }

        return (
            acknowledged.Count(id => !there.ContainsKey(id)),
            there.Values.Count(c => c > 1),
            there.Keys.Except(acknowledged).Except(doubtful).Count());
    }

    private static void Row(string what, string measured, string wanted) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {measured} | {wanted} |"));
}
