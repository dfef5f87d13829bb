using System.Globalization;
using Npgsql;

namespace Workflow;

/// <summary>The database that the environment names: <c>DATABASE_HOST</c>, <c>_PORT</c>, <c>_DATABASE</c>, <c>_USERNAME</c> and
/// <c>_PASSWORD</c>.</summary>
internal sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly NpgsqlDataSource _source;

    private Database(NpgsqlDataSource source) => _source = source;

    public static Database Open(int connections)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Needed("HOST"),
            Port = int.Parse(Needed("PORT"), CultureInfo.InvariantCulture),
            Database = Needed("DATABASE"),
            Username = Needed("USERNAME"),
            Password = Needed("PASSWORD"),
            MinPoolSize = 0,
            MaxPoolSize = connections,
            // Behind a pool that hands a server out per transaction, there is no session to reset; and a pooler that drains
            // wants its clients to come back as others do.
            NoResetOnClose = true,
            ConnectionLifetime = 60,
            Timeout = 15,
            CommandTimeout = 30,
            ApplicationName = Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName,
        };
        return new(NpgsqlDataSource.Create(settings));
    }

    /// <summary>Makes the tables where they are not there. All programs may do this at once.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, transaction, cancel) =>
        {
            await using var command = new NpgsqlCommand(
                """
                SELECT pg_advisory_xact_lock(7230815);
                CREATE TABLE IF NOT EXISTS jobs (id uuid PRIMARY KEY, milliseconds int NOT NULL, queued_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz);
                CREATE INDEX IF NOT EXISTS jobs_open ON jobs (queued_at) WHERE done_at IS NULL;
                CREATE TABLE IF NOT EXISTS effects (job uuid NOT NULL, worker text NOT NULL, at timestamptz NOT NULL DEFAULT now());
                """,
                connection,
                transaction);
            await command.ExecuteNonQueryAsync(cancel);
            return true;
        },
        cancellationToken);

    /// <summary>Runs a transaction, and again where it failed for a reason that passes. It may have been committed
    /// although the answer was lost, so it has to bear being run twice.</summary>
    public async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + Patience;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(connection, transaction, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (NpgsqlException exception) when (Transience.IsTransient(exception) && DateTime.UtcNow < end)
            {
                Console.Error.WriteLine($"again: {exception.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 20 << Math.Min(attempt, 6))), cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static string Needed(string name) => Environment.GetEnvironmentVariable($"DATABASE_{name}")
        ?? throw new InvalidOperationException($"DATABASE_{name} is not set; the operator sets it from the Secret of the database or its pool.");
}
