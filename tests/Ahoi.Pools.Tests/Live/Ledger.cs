using System.Collections.Concurrent;
using Npgsql;

namespace Ahoi.Pools.Tests.Live;

/// <summary>
/// Clients that write, each transaction with a name of its own, and remember which were acknowledged. Afterwards all of those
/// must be in the table. What failed is kept with its message, and whether the client could know that it was not done.
/// </summary>
internal sealed class Ledger : IAsyncDisposable
{
    private readonly Func<Task<NpgsqlConnectionStringBuilder>> _connection;
    private readonly ConcurrentBag<Guid> _acknowledged = [];
    private readonly ConcurrentBag<string> _failures = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _clients;
    private NpgsqlDataSource _source;

    private Ledger(Func<Task<NpgsqlConnectionStringBuilder>> connection, NpgsqlDataSource source, int clients, bool retries)
    {
        _connection = connection;
        _source = source;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(() => WorkAsync(retries)))];
    }

    public int Acknowledged => _acknowledged.Count;

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Starts clients.</summary>
    /// <param name="connection">What they connect with, asked again after a failure.</param>
    /// <param name="clients">How many.</param>
    /// <param name="retries">Whether they try again where a pooler refused before the statement reached the server, as programs
    /// behind a pool do.</param>
    public static async Task<Ledger> StartAsync(Func<Task<NpgsqlConnectionStringBuilder>> connection, int clients, bool retries)
    {
        var settings = await connection();
        settings.MaxPoolSize = clients;
        var source = NpgsqlDataSource.Create(settings);
        await using var command = source.CreateCommand("CREATE TABLE IF NOT EXISTS ledger (id uuid NOT NULL)");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new(connection, source, clients, retries);
    }

    /// <summary>Waits until so many more transactions were acknowledged.</summary>
    public async Task MoreAsync(int count)
    {
        var goal = _acknowledged.Count + count;
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (_acknowledged.Count < goal)
        {
            Assert.True(DateTime.UtcNow < end, $"{_acknowledged.Count} of {goal} transactions; failures: {string.Join('\n', _failures.Take(5))}");
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends the clients.</summary>
    /// <returns>The names of the transactions that were acknowledged.</returns>
    public async Task<IReadOnlyCollection<Guid>> EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_clients);
        return _acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _source.DisposeAsync();
        _end.Dispose();
    }

    private async Task WorkAsync(bool retries)
    {
        while (!_end.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            try
            {
                await WriteAsync(id);
                _acknowledged.Add(id);
            }
            catch (PostgresException exception) when (retries && exception.SqlState is "08P01" or "28P01")
            {
                // Refused before it was done: the name is not used again, and the next try has new credentials.
                await RenewAsync(exception.SqlState == "28P01");
            }
            catch (NpgsqlException exception)
            {
                _failures.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {exception.Message} {exception.InnerException?.Message}");
                await RenewAsync(exception is PostgresException { SqlState: "28P01" });
            }
        }
    }

    private async Task WriteAsync(Guid id)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("INSERT INTO ledger VALUES ($1)", connection, transaction);
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private async Task RenewAsync(bool credentials)
    {
        if (credentials)
        {
            var settings = await _connection();
            settings.MaxPoolSize = _clients.Length;
            _source = NpgsqlDataSource.Create(settings);
        }
    }
}
