using Ahoi.Pools.Api;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Planning;

/// <summary>
/// What a pool does next. Pure: the same pool, database and poolers at the same time give the same plan. The order of
/// things is in here: caps shrink before poolers are added, poolers are paused before a server is restarted.
/// </summary>
/// <param name="Replicas">How many poolers there should be now.</param>
/// <param name="Budget">How connections are shared out now.</param>
/// <param name="IsWithinBudget">Whether as many poolers as are wanted can have enough connections.</param>
/// <param name="Orders">What the agents are told.</param>
/// <param name="PausedFor">The planned work that may begin.</param>
/// <param name="PauseFailedFor">The planned work that has to wait.</param>
/// <param name="Ended">The pause that ended just now, or <see langword="null"/>.</param>
/// <param name="Again">When to look again.</param>
internal sealed record PoolPlan(
    int Replicas, PoolBudget Budget, bool IsWithinBudget, PoolOrders Orders, string? PausedFor, string? PauseFailedFor, SwitchoverStatus? Ended, TimeSpan? Again)
{
    /// <summary>What people's own pauses are for.</summary>
    public const string Manual = "manual";

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Makes the plan.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="database">Its database.</param>
    /// <param name="present">How many poolers there should have been until now; <see langword="null"/> where there is no pool yet.</param>
    /// <param name="poolers">The poolers.</param>
    /// <param name="pause">The pause that holds until now.</param>
    /// <param name="reconnect">What asks for new server connections.</param>
    /// <param name="now">The time.</param>
    public static PoolPlan Make(
        ConnectionPool pool, DatabaseView database, int? present, IReadOnlyList<Pooler> poolers, PauseOrder? pause, string reconnect, DateTimeOffset now)
    {
        var wanted = pool.Spec.Replicas;
        var isWithin = PoolSize.Of(pool.Spec, database, wanted).PerReplica >= PoolSize.Least;
        if (!isWithin && present is { } kept)
        {
            wanted = Math.Min(wanted, kept); // The last good state goes on.
        }

        // Who leaves still has its connections; who is to come must find room.
        var sharers = Math.Max(1, Math.Max(wanted, poolers.Count));
        var budget = PoolSize.Of(pool.Spec, database, sharers);
        var cap = Math.Max(1, budget.PerReplica);
        var addresses = poolers.ToDictionary(p => p.Ordinal, p => p.Address);
        var peers = Enumerable.Range(0, Math.Max(Math.Max(wanted, present ?? 0), poolers.Count == 0 ? 0 : poolers.Max(p => p.Ordinal) + 1));
        var configuration = PoolConfiguration.Render(pool, database, cap, [.. peers.Select(i => addresses.GetValueOrDefault(i))]);
        var hash = PoolConfiguration.Fingerprint(configuration);
        var staying = poolers.Where(p => !p.IsLeaving).ToList();
        var hasRoom = staying.All(p => p.Report.Applied == hash && p.Report.Under == cap);
        var replicas = present is { } before && wanted > before && !hasRoom ? before : wanted;

        var step = NextPause(pool, database, poolers, pause, hash, now);
        return new(
            replicas,
            budget,
            isWithin,
            new(configuration, hash, [database.Database], cap, step.Order, reconnect),
            step.PausedFor,
            step.FailedFor,
            step.Ended,
            step.Order is null ? null : step.Order.Timeout / 4);
    }

    private static PauseStep NextPause(
        ConnectionPool pool, DatabaseView database, IReadOnlyList<Pooler> poolers, PauseOrder? present, string hash, DateTimeOffset now)
    {
        var failover = pool.Spec.Failover ?? new();
        var timeout = Durations.Parse(failover.PauseTimeout);
        var failed = pool.Status?.PauseFailedFor is { } before && before == database.Work ? before : null;
        var wanted = failover.Pause == PauseMode.Auto && failed is null && database.Work is { } work ? work
            : pool.Spec.Paused && failover.Pause != PauseMode.Off ? Manual
            : null;
        if (wanted is null)
        {
            // Work that nobody pauses for may begin at once.
            var agreed = failover.Pause != PauseMode.Auto ? database.Work : null;
            return new(null, agreed, failed, Ending(present, failed is null ? "Completed" : "Aborted", now));
        }

        var active = poolers.Where(p => p.IsReady || p.Report.PausedFor is not null).ToList();
        if (present?.Id != wanted)
        {
            // Never together: a pooler that drains waits for the transactions that a pause would hold up.
            return poolers.Any(p => p.IsLeaving)
                ? new(null, null, failed, null)
                : new(new(wanted, now, now, timeout, Kill: false), null, failed, null);
        }

        var paused = active.All(p => p.Report.PausedFor == wanted && p.Report.Applied == hash);
        var order = now - present.RenewedAt >= timeout / 4 ? present with { RenewedAt = now } : present;
        if (paused || now - present.RequestedAt <= timeout + Slack || wanted == Manual)
        {
            return new(order, paused && wanted != Manual ? wanted : null, failed, null);
        }

        return failover.OnTimeout == PauseTimeoutAction.Kill || database.MaintenancePhase == "Running"
            ? new(order with { Kill = true }, null, failed, null)
            : new(null, null, wanted, Ending(present, "Aborted", now));
    }

    private static SwitchoverStatus? Ending(PauseOrder? present, string result, DateTimeOffset now) => present is null or { Id: Manual }
        ? null
        : new() { At = now, PausedMs = (long)(now - present.RequestedAt).TotalMilliseconds, Result = result };

    private sealed record PauseStep(PauseOrder? Order, string? PausedFor, string? FailedFor, SwitchoverStatus? Ended);
}
