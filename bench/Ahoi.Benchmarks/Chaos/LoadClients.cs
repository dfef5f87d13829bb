using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>
/// Clients that each write transactions with names of their own, one after the other, and remember which were acknowledged. None
/// tries a transaction again. What fails counts as refused where nothing was sent that could have been done, else as failed.
/// </summary>
internal sealed class LoadClients : IAsyncDisposable
{
    private static readonly TimeSpan Think = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentBag<Guid> _acknowledged = [];
    private readonly ConcurrentBag<Guid> _doubtful = [];
    private readonly ConcurrentQueue<LoadFailure> _failures = new();
    private readonly CancellationTokenSource _end = new();
    private readonly long[] _last;
    private readonly Task[] _clients;
    private readonly Random _random;
    private volatile NpgsqlDataSource[] _sources;
    private long _longest;

    public LoadClients(NpgsqlConnectionStringBuilder settings, int clients, int seed)
    {
        _random = new(seed);
        _last = new long[clients];
        settings.MaxPoolSize = clients;
        _sources = [NpgsqlDataSource.Create(settings)];
        _clients = [.. Enumerable.Range(0, clients).Select(i => Task.Run(() => WorkAsync(i)))];
    }

    public int Acknowledged => _acknowledged.Count;

    public IReadOnlyCollection<LoadFailure> Failures => _failures;

    /// <summary>Gets when each client was last successful, as <see cref="Stopwatch"/> counts.</summary>
    public IReadOnlyList<long> Last => _last;

    /// <summary>Gives how long the slowest transaction took since this was last asked.</summary>
    public TimeSpan TakeLongest() => new(Interlocked.Exchange(ref _longest, 0) * TimeSpan.TicksPerSecond / Stopwatch.Frequency);

    /// <summary>Lets the first clients, so many of a hundred, connect with other settings from now on, and the others as before.</summary>
    public void Use(NpgsqlConnectionStringBuilder settings, int percent)
    {
        settings.MaxPoolSize = _clients.Length;
        var (before, after) = (_sources[^1], NpgsqlDataSource.Create(settings));
        _sources = percent >= 100 ? [after] : [.. Enumerable.Repeat(after, percent), .. Enumerable.Repeat(before, 100 - percent)];
    }

    /// <summary>Ends the clients.</summary>
    /// <returns>The names of what was acknowledged, and of what may have been done or not.</returns>
    public async Task<(IReadOnlyCollection<Guid> Acknowledged, IReadOnlyCollection<Guid> Doubtful)> EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_clients);
        return (_acknowledged, _doubtful);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task WorkAsync(int client)
    {
        while (!_end.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            var started = Stopwatch.GetTimestamp();
            var step = "open";
            try
            {
                var sources = _sources;
                await using var connection = await sources[client % sources.Length].OpenConnectionAsync();
                step = "begin";
                await using var transaction = await connection.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("INSERT INTO ledger VALUES ($1)", connection, transaction);
                command.Parameters.Add(new() { Value = id });
                await command.ExecuteNonQueryAsync();
                step = "commit";
                await transaction.CommitAsync();
                _acknowledged.Add(id);
                _last[client] = Stopwatch.GetTimestamp();
                Raise(_last[client] - started);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or InvalidOperationException or ObjectDisposedException)
            {
                // BEGIN goes out with the first statement; pgbouncer refuses it with 08P01 before a server has seen it.
                var refused = step == "open" || (step == "begin" && exception is PostgresException { SqlState: "08P01" });
                if (step == "commit")
                {
                    _doubtful.Add(id);
                }

                _failures.Enqueue(new(DateTime.UtcNow, started, refused, $"{step}: {exception.Message} {exception.InnerException?.Message}"));
                await Task.Delay(20);
            }

            int milliseconds;
            lock (_random)
            {
                milliseconds = _random.Next((int)Think.TotalMilliseconds * 2);
            }

            await Task.Delay(milliseconds);
        }
    }

    private void Raise(long took)
    {
        var seen = Interlocked.Read(ref _longest);
        while (took > seen && Interlocked.CompareExchange(ref _longest, took, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}

/// <summary>A transaction that was not acknowledged.</summary>
/// <param name="At">When.</param>
/// <param name="Started">When it was begun, as <see cref="Stopwatch"/> counts.</param>
/// <param name="Refused">Whether nothing of it reached a server.</param>
/// <param name="Message">Why.</param>
internal sealed record LoadFailure(DateTime At, long Started, bool Refused, string Message);
