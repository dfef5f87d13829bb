using System.Diagnostics;
using Ahoi.Pools.Agent.Bouncer;
using Ahoi.Pools.Agent.Orders;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Agent;

/// <summary>
/// Keeps one pgbouncer as its orders say, and reports. One step after the other: whatever happens wakes it, and each step
/// compares what is with what should be.
/// </summary>
internal sealed class PoolAgent(AgentOptions options, Pooler pooler, ConfigurationFile file, Probe probe, ReportWriter reports) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseSlack = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _wake = new(0);
    private volatile PoolOrders? _orders;
    private volatile PoolerReport _report = new();
    private PauseHold? _hold;
    private DateTimeOffset? _renewal;
    private long _renewedAt;
    private int _readOnlyAnswers;
    private volatile bool _draining;

    /// <summary>Gets whether pgbouncer can be started: its configuration is there.</summary>
    public bool IsPrepared => file.Exists;

    /// <summary>Gets the last report.</summary>
    public PoolerReport Report => _report;

    /// <summary>Gets whether clients should come here.</summary>
    public bool IsReady => !_draining && _report.Applied.Length > 0;

    public void Take(PoolOrders orders)
    {
        _orders = orders;
        _wake.Release();
    }

    /// <summary>Lets it be known that this pooler stops.</summary>
    public void Drain()
    {
        _draining = true;
        _wake.Release();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await StepAsync(cancellationToken).ConfigureAwait(false);
                await reports.WriteAsync(_report, cancellationToken).ConfigureAwait(false);
                await _wake.WaitAsync(Beat, cancellationToken).ConfigureAwait(false);
                while (_wake.Wait(0, CancellationToken.None))
                {
                    // One step sees all that has happened.
                }
            }
        }
        finally
        {
            await LetGoAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _hold?.Dispose();
        _wake.Dispose();
    }

    private async Task LetGoAsync()
    {
        if (_hold is { } hold)
        {
            _hold = null;
            await hold.EndAsync().ConfigureAwait(false);
            hold.Dispose();
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (_orders is not { } orders)
        {
            return;
        }

        _report = _report with { Draining = _draining };
        if (!file.Exists)
        {
            file.Write(file.Render(orders.Configuration)); // pgbouncer starts with it.
        }

        try
        {
            await ApplyAsync(orders, cancellationToken).ConfigureAwait(false);
            await HoldAsync(orders, cancellationToken).ConfigureAwait(false);
            await ReconnectAsync(orders, cancellationToken).ConfigureAwait(false);
            var servers = await pooler.CountServersAsync([.. orders.Databases], cancellationToken).ConfigureAwait(false);
            _report = _report with { Under = servers <= orders.Cap && _report.Applied == orders.Hash ? orders.Cap : 0 };
            if (servers > orders.Cap && _report.Applied == orders.Hash && _hold is null)
            {
                // pgbouncer closes surplus connections that are idle. Under load none is: this closes each when it is released.
                await ReconnectAllAsync(orders, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (Pooler.IsAway(exception))
        {
            // pgbouncer is not up yet, or on its way out. The next one knows nothing of a pause.
            await LetGoAsync().ConfigureAwait(false);
            _report = _report with { Applied = "", Under = 0, PausedFor = null, Target = null, Writable = null };
            return;
        }

        await LookThroughAsync(orders, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes pgbouncer run with the configuration. One that it does not take is taken back.</summary>
    private async Task ApplyAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        if (_report.Applied == orders.Hash || (_report.Fault is not null && _report.Fault.StartsWith(orders.Hash, StringComparison.Ordinal)))
        {
            return;
        }

        var wanted = file.Render(orders.Configuration);
        var former = file.Read();
        if (former != wanted)
        {
            file.Write(wanted);
            await pooler.RunAsync("RELOAD", cancellationToken).ConfigureAwait(false);
        }

        var (needRestart, refused) = ConfigurationFile.Compare(wanted, await pooler.RunAsync("SHOW CONFIG", cancellationToken).ConfigureAwait(false));
        if (refused.Count > 0 && former is not null && former != wanted)
        {
            file.Write(former);
            await pooler.RunAsync("RELOAD", cancellationToken).ConfigureAwait(false);
            _report = _report with { Fault = $"{orders.Hash}: pgbouncer does not take {string.Join(", ", refused)}; the configuration before is in use" };
            return;
        }

        _report = _report with
        {
            Applied = orders.Hash,
            Fault = refused.Count > 0 ? $"{orders.Hash}: pgbouncer does not take {string.Join(", ", refused)}" : null,
            NeedsRestart = needRestart.Count > 0 ? string.Join(", ", needRestart) : null,
        };
    }

    /// <summary>Pauses and resumes. What nobody renews is resumed: whoever ordered it may be gone.</summary>
    private async Task HoldAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        var pause = orders.Pause;
        if (pause is not null && pause.RenewedAt != _renewal)
        {
            _renewal = pause.RenewedAt;
            _renewedAt = Stopwatch.GetTimestamp();
        }

        if (pause is null || Stopwatch.GetElapsedTime(_renewedAt) > pause.Timeout + PauseSlack)
        {
            await ResumeAsync(orders, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_hold is { IsPaused: true } && (await pooler.ListPausedAsync(cancellationToken).ConfigureAwait(false)) is var paused && !orders.Databases.All(paused.Contains))
        {
            await LetGoAsync().ConfigureAwait(false); // pgbouncer ended and is back, and this one knows nothing of it.
        }

        if (_hold?.Id != pause.Id)
        {
            await LetGoAsync().ConfigureAwait(false);
            _hold = new PauseHold(pause.Id, orders.Databases, pooler, () => _wake.Release());
        }

        if (pause.Kill && !_hold.IsPaused)
        {
            foreach (var database in orders.Databases)
            {
                await pooler.KillAsync(database, cancellationToken).ConfigureAwait(false);
            }

            _hold.IsPaused = true;
        }

        _report = _report with { PausedFor = _hold.IsPaused ? pause.Id : null };
    }

    private async Task ResumeAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        var paused = await pooler.ListPausedAsync(cancellationToken).ConfigureAwait(false);
        await LetGoAsync().ConfigureAwait(false);
        foreach (var database in orders.Databases.Where(d => _report.PausedFor is not null || paused.Contains(d)))
        {
            // Whoever was there before may not be any more.
            await pooler.ReconnectAsync(database, cancellationToken).ConfigureAwait(false);
            await pooler.ResumeAsync(database, cancellationToken).ConfigureAwait(false);
        }

        // A PAUSE that was called off leaves the database paused where it was just done.
        foreach (var database in await pooler.ListPausedAsync(cancellationToken).ConfigureAwait(false))
        {
            await pooler.ResumeAsync(database, cancellationToken).ConfigureAwait(false);
        }

        _report = _report with { PausedFor = null };
    }

    private async Task ReconnectAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        if (_report.Reconnected == orders.Reconnect)
        {
            return;
        }

        await ReconnectAllAsync(orders, cancellationToken).ConfigureAwait(false);
        _report = _report with { Reconnected = orders.Reconnect };
    }

    private async Task ReconnectAllAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        foreach (var database in orders.Databases)
        {
            await pooler.ReconnectAsync(database, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the server through the pooler who it is. Connections to one that takes no writes any more are given up:
    /// first politely, then not.</summary>
    private async Task LookThroughAsync(PoolOrders orders, CancellationToken cancellationToken)
    {
        if (_hold is not null || _draining)
        {
            return; // The question would wait as everybody does.
        }

        var (target, writable) = await probe.AskAsync(ProbeLimit, cancellationToken).ConfigureAwait(false);
        _report = _report with { Target = target, Writable = writable };
        _readOnlyAnswers = writable == false ? _readOnlyAnswers + 1 : 0;
        try
        {
            foreach (var database in _readOnlyAnswers > 0 ? orders.Databases : [])
            {
                if (_readOnlyAnswers == 1)
                {
                    await pooler.ReconnectAsync(database, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await pooler.KillAsync(database, cancellationToken).ConfigureAwait(false);
                    await pooler.ResumeAsync(database, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (Pooler.IsAway(exception))
        {
            // The next step sees it.
        }
    }

    public override string ToString() => options.Pod;
}
