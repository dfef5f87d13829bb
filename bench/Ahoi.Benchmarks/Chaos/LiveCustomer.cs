using System.Collections.Concurrent;
using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Npgsql;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>A customer with what it wants now; one that lives also has jobs written all along, through its pool.</summary>
internal sealed class LiveCustomer(LiveWorld world, string name, bool lives, int seed) : IAsyncDisposable
{
    private readonly Random _random = new(seed);
    private readonly ConcurrentBag<Guid> _acknowledged = [];
    private readonly CancellationTokenSource _end = new();
    private Task? _jobs;

    public string Name => name;

    public string Namespace => $"cust-{name}";

    public bool Lives => lives;

    public ObjectKey Key => new(null, name);

    public ObjectKey Child => new(Namespace, name);

    public bool HasDatabase { get; set; } = true;

    public int Workers { get; set; } = 1;

    public bool HasScheduler { get; set; } = true;

    public bool HasWebhooks { get; set; }

    public int Poolers { get; set; } = 1;

    public int Gibibytes { get; set; } = 1;

    public int MaxConnections { get; set; } = 40;

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Gets how many jobs could not be written at the first try.</summary>
    public int Refused { get; private set; }

    public Task<RawObject> CreateAsync() => world.Client.CreateAsync(LiveWorld.Customers, null, new JsonMap
    {
        ["apiVersion"] = "internal.example.com/v1",
        ["kind"] = "Customer",
        ["metadata"] = new JsonMap { ["name"] = name },
        ["spec"] = new JsonMap { ["features"] = Features() },
    });

    public Task<RawObject> ApplyAsync() => world.Client.PatchAsync(
        LiveWorld.Customers, Key, Client.Requests.Patch.Merge(new JsonMap { ["spec"] = new JsonMap { ["features"] = Features() } }));

    public void Everything()
    {
        (HasDatabase, HasScheduler, HasWebhooks) = (true, true, true);
        Workers = Math.Max(Workers, 1);
    }

    public Task<JsonMap> ReadyAsync(TimeSpan limit) => world.UntilAsync(LiveWorld.Customers, Key, LiveWorld.IsReady, limit);

    /// <summary>Makes the tables, and begins to write jobs.</summary>
    public async Task BeginAsync()
    {
        for (var end = DateTime.UtcNow + TimeSpan.FromSeconds(60); ; await Task.Delay(200))
        {
            try
            {
                await PrepareAsync();
                break;
            }
            catch (NpgsqlException) when (DateTime.UtcNow < end)
            {
                // Its poolers are being replaced.
            }
        }

        _jobs = Task.Run(WriteAsync);
    }

    private async Task PrepareAsync()
    {
        await using var connection = new NpgsqlConnection((await world.ConnectionAsync(Namespace, $"{name}-pool")).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_advisory_xact_lock(7230815);
            CREATE TABLE IF NOT EXISTS jobs (id uuid PRIMARY KEY, milliseconds int NOT NULL, queued_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz);
            CREATE INDEX IF NOT EXISTS jobs_open ON jobs (queued_at) WHERE done_at IS NULL;
            CREATE TABLE IF NOT EXISTS effects (job uuid NOT NULL, worker text NOT NULL, at timestamptz NOT NULL DEFAULT now());
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await (_jobs ?? Task.CompletedTask);
    }

    /// <summary>Waits until all jobs are done, and counts those that are lost or were done more than once.</summary>
    public async Task<(int Open, int Lost, int Wrong, int Done)> CheckAsync(TimeSpan limit)
    {
        var end = DateTime.UtcNow + limit;
        await using var connection = new NpgsqlConnection((await world.AdministratorAsync(Child)).ConnectionString);
        await connection.OpenAsync();
        int open;
        while ((open = await NumberAsync(connection, "SELECT count(*)::int FROM jobs WHERE done_at IS NULL")) > 0 && DateTime.UtcNow < end)
        {
            await Task.Delay(200);
        }

        var wrong = await NumberAsync(
            connection,
            """
            SELECT count(*)::int FROM (SELECT j.id FROM jobs j LEFT JOIN effects e ON e.job = j.id WHERE j.done_at IS NOT NULL GROUP BY j.id HAVING count(e.job) <> 1
              UNION ALL SELECT e.job FROM effects e LEFT JOIN jobs j ON j.id = e.job WHERE j.done_at IS NULL) AS wrong
            """);
        await using var command = new NpgsqlCommand("SELECT id FROM jobs", connection);
        var there = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                there.Add(reader.GetGuid(0));
            }
        }

        return (open, _acknowledged.Count(id => !there.Contains(id)), wrong, there.Count - open);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private JsonMap Features() => JsonTree.ParseMap(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          "database": { "enabled": {{Flag(HasDatabase)}}, "storage": "{{Gibibytes}}Gi", "maxConnections": {{MaxConnections}} },
          "connectionPool": { "enabled": {{Flag(HasDatabase)}}, "replicas": {{Poolers}} },
          "scheduler": { "enabled": {{Flag(HasScheduler)}}, "workers": {{Workers}} },
          "webhooks": { "enabled": {{Flag(HasWebhooks)}} }
        }
        """));

    private static string Flag(bool value) => value ? "true" : "false";

    private static async Task<int> NumberAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Writes one job after the other; each is tried until it is acknowledged.</summary>
    private async Task WriteAsync()
    {
        NpgsqlDataSource? source = null;
        while (!_end.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            while (true)
            {
                try
                {
                    source ??= NpgsqlDataSource.Create(await world.ConnectionAsync(Namespace, $"{name}-pool"));
                    await using var command = source.CreateCommand("INSERT INTO jobs (id, milliseconds) VALUES ($1, $2) ON CONFLICT DO NOTHING");
                    command.Parameters.Add(new() { Value = id });
                    command.Parameters.Add(new() { Value = _random.Next(60) });
                    await command.ExecuteNonQueryAsync();
                    _acknowledged.Add(id);
                    break;
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or ApiException or InvalidOperationException or NullReferenceException)
                {
                    Refused++;
                    await (source?.DisposeAsync() ?? default);
                    source = null; // There may be another password, another address, or no pool at all.
                    if (_end.IsCancellationRequested)
                    {
                        return;
                    }

                    await Task.Delay(200);
                }
            }

            await Task.Delay(_random.Next(200));
        }

        await (source?.DisposeAsync() ?? default);
    }
}
