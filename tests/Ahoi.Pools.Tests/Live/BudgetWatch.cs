using Npgsql;

namespace Ahoi.Pools.Tests.Live;

/// <summary>Asks the server every 50 ms how many connections pools have, past all pools.</summary>
internal sealed class BudgetWatch : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;
    private int _most;
    private int _samples;

    private BudgetWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        _work = Task.Run(WatchAsync);
    }

    public static async Task<BudgetWatch> StartAsync(PoolWorld world)
    {
        var settings = await world.ConnectionAsync();
        settings.Host = (string)(await world.Client.GetAsync(PoolWorld.Services, new(PoolWorld.Namespace, "db-postgres"))).ToMap().At("spec", "clusterIP")!;
        settings.Pooling = false;
        settings.ConnectionLifetime = 0;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return new(connection);
    }

    public async Task<(int Most, int Samples)> EndAsync()
    {
        await _end.CancelAsync();
        await _work;
        return (_most, _samples);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _connection.DisposeAsync();
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*)::int, pg_sleep(0.05)::text FROM pg_stat_activity WHERE usename IN ('app_a', 'app_b', 'ahoi_pool') AND pid <> pg_backend_pid()", _connection);
        while (!_end.IsCancellationRequested)
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            _most = Math.Max(_most, reader.GetInt32(0));
            _samples++;
        }
    }
}
