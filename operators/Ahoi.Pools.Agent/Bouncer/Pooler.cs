using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Ahoi.Pools.Agent.Bouncer;

/// <summary>The pgbouncer beside this agent. Each command has a session of its own: an open one counts as a client, and a PAUSE
/// that is called off is never answered.</summary>
internal sealed class Pooler(string socket)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs a command that is answered at once.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RunAsync(string command, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var console = await BouncerConsole.OpenAsync(socket, limit.Token).ConfigureAwait(false);
            await using (console.ConfigureAwait(false))
            {
                return await console.QueryAsync(command, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"pgbouncer did not answer {command} within {Patience.TotalSeconds} s.");
        }
    }

    public Task<BouncerConsole> OpenAsync(CancellationToken cancellationToken) => BouncerConsole.OpenAsync(socket, cancellationToken);

    /// <summary>Whether pgbouncer answers.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync("SHOW VERSION", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (IsAway(exception))
        {
            return false;
        }
    }

    /// <summary>Pauses a database: transactions end, and what comes after waits. Takes as long as they do.</summary>
    public async Task PauseAsync(string database, CancellationToken cancellationToken)
    {
        var console = await BouncerConsole.OpenAsync(socket, cancellationToken).ConfigureAwait(false);
        await using (console.ConfigureAwait(false))
        {
            await LetLogInAsync(console, database, cancellationToken).ConfigureAwait(false);
            await ToleratingAsync(console.QueryAsync($"PAUSE {Quote(database)}", cancellationToken), "already").ConfigureAwait(false);
        }
    }

    public Task ResumeAsync(string database, CancellationToken cancellationToken) =>
        ToleratingAsync(RunAsync($"RESUME {Quote(database)}", cancellationToken), "not paused");

    /// <summary>Cuts all connections of a database; clients wait until it is resumed.</summary>
    public Task KillAsync(string database, CancellationToken cancellationToken) =>
        ToleratingAsync(RunAsync($"KILL {Quote(database)}", cancellationToken), "already");

    /// <summary>Gives up all server connections of a database, each when it is released.</summary>
    public async Task ReconnectAsync(string database, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var console = await BouncerConsole.OpenAsync(socket, limit.Token).ConfigureAwait(false);
            await using (console.ConfigureAwait(false))
            {
                await LetLogInAsync(console, database, limit.Token).ConfigureAwait(false);
                await console.QueryAsync($"RECONNECT {Quote(database)}", limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"pgbouncer did not answer RECONNECT within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>How many server connections there are to some databases.</summary>
    public async Task<int> CountServersAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        (await RunAsync("SHOW SERVERS", cancellationToken).ConfigureAwait(false)).Count(s => databases.Contains(s.GetValueOrDefault("database") ?? ""));

    /// <summary>The databases that are paused.</summary>
    public async Task<IReadOnlyList<string>> ListPausedAsync(CancellationToken cancellationToken) =>
    [
        .. (await RunAsync("SHOW DATABASES", cancellationToken).ConfigureAwait(false))
            .Where(d => d.GetValueOrDefault("paused") == "1" || d.GetValueOrDefault("disabled") == "1")
            .Select(d => d["name"]!),
    ];

    /// <summary>Whether a failure says that pgbouncer is not there, or not any more.</summary>
    public static bool IsAway(Exception exception) => exception is SocketException or IOException or ConsoleException;

    public static string Quote(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");

    /// <summary>
    /// Waits until no server connection is just being made. RECONNECT and PAUSE cut such ones, and pgbouncer takes that for a
    /// server that cannot be reached: it refuses clients until the next login succeeds. Where logins do not end, the server is in
    /// trouble itself.
    /// </summary>
    private static async Task LetLogInAsync(BouncerConsole console, string database, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await console.QueryAsync("SHOW POOLS", cancellationToken).ConfigureAwait(false)).Any(p => p.GetValueOrDefault("database") == database && p.GetValueOrDefault("sv_login") is not (null or "0"))
            && Stopwatch.GetElapsedTime(started) < LoginPatience)
        {
            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ToleratingAsync(Task command, string answer)
    {
        try
        {
            await command.ConfigureAwait(false);
        }
        catch (ConsoleException exception) when (exception.Message.Contains(answer, StringComparison.OrdinalIgnoreCase))
        {
            // It is as it should be.
        }
    }
}
