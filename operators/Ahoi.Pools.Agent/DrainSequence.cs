using System.Diagnostics;
using Ahoi.Pools.Agent.Bouncer;

namespace Ahoi.Pools.Agent;

/// <summary>
/// Lets a pooler's clients go before it stops. Signals cannot be escalated: a second one ends pgbouncer at once. On the
/// console it can be done, so clients first get all the time there is to leave by themselves, and then their transactions
/// the time to end.
/// </summary>
internal sealed class DrainSequence(AgentOptions options, Pooler pooler, Action begin)
{
    /// <summary>What is kept of the grace for the last step and for pgbouncer's own end.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private Task? _run;

    /// <summary>Drains, once; whoever asks again waits for the same end.</summary>
    public Task RunAsync()
    {
        lock (_gate)
        {
            return _run ??= Task.Run(DrainAsync);
        }
    }

    private async Task DrainAsync()
    {
        var started = Stopwatch.GetTimestamp();
        begin();
        await Task.Delay(options.EndpointDelay).ConfigureAwait(false);
        try
        {
            // pgbouncer before 1.25 takes no new session once it stops, so this one has to do for both steps. It counts as a
            // client; pgbouncer stays as long as it is open.
            var console = await pooler.OpenAsync(CancellationToken.None).ConfigureAwait(false);
            await using (console.ConfigureAwait(false))
            {
                // What is paused would never end.
                foreach (var database in await pooler.ListPausedAsync(CancellationToken.None).ConfigureAwait(false))
                {
                    await pooler.ResumeAsync(database, CancellationToken.None).ConfigureAwait(false);
                }

                await console.QueryAsync("SHUTDOWN WAIT_FOR_CLIENTS", CancellationToken.None).ConfigureAwait(false);
                var patience = options.Grace - options.PauseTimeout - Reserve;
                while (Stopwatch.GetElapsedTime(started) < patience && await HasClientsAsync(console).ConfigureAwait(false))
                {
                    await Task.Delay(Look).ConfigureAwait(false);
                }

                if (await HasClientsAsync(console).ConfigureAwait(false))
                {
                    Log.Write("clients stay; waiting for their transactions alone");
                    await console.QueryAsync("SHUTDOWN WAIT_FOR_SERVERS", CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (Pooler.IsAway(exception))
        {
            Log.Write($"pgbouncer has ended: {exception.Message}");
        }

        while (Stopwatch.GetElapsedTime(started) < options.Grace && await pooler.AnswersAsync(CancellationToken.None).ConfigureAwait(false))
        {
            await Task.Delay(Look).ConfigureAwait(false);
        }
    }

    private static async Task<bool> HasClientsAsync(BouncerConsole console) =>
        (await console.QueryAsync("SHOW CLIENTS", CancellationToken.None).ConfigureAwait(false)).Any(c => c.GetValueOrDefault("database") != "pgbouncer");
}
