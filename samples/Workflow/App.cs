using System.Globalization;
using Npgsql;

namespace Workflow;

/// <summary>Takes jobs over HTTP: a webhook's caller gets its answer when the job is written down.</summary>
internal static class App
{
    public static async Task<int> RunAsync()
    {
        using var stopping = new Stopping();
        await using var database = Database.Open(connections: 20);
        await using var site = Site.Create(int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080", CultureInfo.InvariantCulture));
        site.MapPost("/jobs", async (int? count, int? milliseconds, CancellationToken cancellationToken) =>
        {
            if (count is < 1 or > 10_000 || milliseconds is < 0 or > 600_000)
            {
                return Results.BadRequest("count must be from 1 to 10000, and milliseconds from 0 to 600000\n");
            }

            // Named here, so that a transaction that is run again writes the same jobs.
            var jobs = Enumerable.Range(0, count ?? 1).Select(_ => Guid.CreateVersion7()).ToArray();
            await database.RunAsync((c, t, cancel) => QueueAsync(c, t, jobs, milliseconds ?? 0, cancel), cancellationToken);
            return Results.Text(string.Concat(jobs.Select(j => $"{j}\n")), statusCode: StatusCodes.Status202Accepted);
        });
        site.MapGet("/stats", async (CancellationToken cancellationToken) => Results.Text(await database.RunAsync(StatsAsync, cancellationToken), "application/json"));
        site.MapGet("/healthz", async (CancellationToken cancellationToken) => await database.RunAsync(PingAsync, cancellationToken));

        await database.PrepareAsync(stopping.Token);
        await site.StartAsync(stopping.Token);
        await stopping.WaitAsync();
        await site.StopAsync();
        return 0;
    }

    private static async Task<int> QueueAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid[] jobs, int milliseconds, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO jobs (id, milliseconds) SELECT id, $2 FROM unnest($1) AS id ON CONFLICT DO NOTHING", connection, transaction);
        command.Parameters.Add(new() { Value = jobs });
        command.Parameters.Add(new() { Value = milliseconds });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string> StatsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT json_build_object(
              'open', (SELECT count(*) FROM jobs WHERE done_at IS NULL),
              'done', (SELECT count(*) FROM jobs WHERE done_at IS NOT NULL),
              'effects', (SELECT count(*) FROM effects),
              'perSecond', (SELECT count(*) FROM effects WHERE at > now() - interval '5 seconds') / 5.0,
              'connections', (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()))::text
            """,
            connection,
            transaction);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<string> PingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection, transaction);
        await command.ExecuteScalarAsync(cancellationToken);
        return "ok\n";
    }
}
