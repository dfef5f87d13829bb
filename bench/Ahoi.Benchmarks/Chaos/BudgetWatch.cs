using Ahoi.Api.Objects;
using Npgsql;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>Asks a server every 50 ms how many connections roles have that come by the pool, past all pools, and compares with what
/// the pool may have. It connects again when the server was away.</summary>
internal sealed class BudgetWatch : IAsyncDisposable
{
    private const int Reserved = 3 + 10; // The administrators', and what a pool leaves to people by itself.

    private readonly LiveWorld _world;
    private readonly ObjectKey _database;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    public BudgetWatch(LiveWorld world, ObjectKey database)
    {
        _world = world;
        _database = database;
        _work = Task.Run(WatchAsync);
    }

    /// <summary>Gets the most connections seen.</summary>
    public int Most { get; private set; }

    public int Budget { get; private set; }

    public int Samples { get; private set; }

    /// <summary>Gets what was seen above the budget.</summary>
    public List<string> Exceeded { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection((await _world.AdministratorAsync(_database)).ConnectionString);
                await connection.OpenAsync(_end.Token);
                await SampleAsync(connection);
            }
            catch (Exception exception) when (exception is NpgsqlException or Api.Errors.ApiException or OperationCanceledException or TimeoutException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task SampleAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*)::int, current_setting('max_connections')::int, pg_sleep(0.05)::text,
              string_agg(DISTINCT usename || ' ' || coalesce(application_name, ''), ', ')
            FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename IN ('app_a', 'app_b', 'ahoi_pool')
            """,
            connection);
        while (!_end.IsCancellationRequested)
        {
            await using var reader = await command.ExecuteReaderAsync(_end.Token);
            await reader.ReadAsync(_end.Token);
            var count = reader.GetInt32(0);
            Budget = reader.GetInt32(1) - Reserved;
            Most = Math.Max(Most, count);
            Samples++;
            if (count > Budget)
            {
                Exceeded.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {_database}: {count} of {Budget}: {reader.GetString(3)}");
            }
        }
    }
}
