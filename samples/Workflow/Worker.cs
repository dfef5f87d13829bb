using System.Globalization;
using Npgsql;

namespace Workflow;

/// <summary>Takes one job after the other. Told to stop, it finishes the one it has.</summary>
internal static class Worker
{
    private static readonly TimeSpan WhenIdle = TimeSpan.FromMilliseconds(200);

    private static volatile bool _busy;

    public static async Task<int> RunAsync()
    {
        using var stopping = new Stopping();
        await using var database = Database.Open(connections: 1);
        await using var site = Answer();
        await site.StartAsync();
        try
        {
            await database.PrepareAsync(stopping.Token);
            while (!stopping.Token.IsCancellationRequested)
            {
                // A job that was begun is finished: the token ends the waiting, not the work.
                if (!await database.RunAsync(DoOneAsync, CancellationToken.None))
                {
                    await Task.Delay(WhenIdle, stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.Token.IsCancellationRequested)
        {
            // Told to stop while there was nothing to do.
        }

        return 0;
    }

    /// <summary>Does the oldest job that nobody else has. Its effect and its end are one transaction: both are there, or
    /// neither.</summary>
    private static async Task<bool> DoOneAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand(
            "SELECT id, milliseconds FROM jobs WHERE done_at IS NULL ORDER BY queued_at LIMIT 1 FOR UPDATE SKIP LOCKED", connection, transaction);
        Guid job;
        int milliseconds;
        await using (var reader = await take.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }

            (job, milliseconds) = (reader.GetGuid(0), reader.GetInt32(1));
        }

        _busy = true;
        try
        {
            await Task.Delay(milliseconds, cancellationToken);
            await using var finish = new NpgsqlCommand(
                "WITH effect AS (INSERT INTO effects (job, worker) VALUES ($1, $2)) UPDATE jobs SET done_at = now() WHERE id = $1", connection, transaction);
            finish.Parameters.Add(new() { Value = job });
            finish.Parameters.Add(new() { Value = Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName });
            await finish.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        finally
        {
            _busy = false;
        }
    }

    private static WebApplication Answer()
    {
        var site = Site.Create(int.Parse(Environment.GetEnvironmentVariable("WORKER_PORT") ?? "8081", CultureInfo.InvariantCulture));
        site.MapGet("/busy", () => _busy ? "true" : "false");
        return site;
    }
}
