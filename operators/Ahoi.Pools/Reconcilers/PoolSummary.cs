using Ahoi.Framework.Controllers;
using Ahoi.Pools.Api;
using Ahoi.Pools.Planning;

namespace Ahoi.Pools.Reconcilers;

/// <summary>What a ConnectionPool's status and conditions say.</summary>
internal static class PoolSummary
{
    public static ConnectionPoolStatus Status(ConnectionPool pool, DatabaseView database, PoolPlan plan, IReadOnlyList<Pooler> poolers) => new()
    {
        Phase = Phase(plan, poolers),
        Endpoint = new() { Host = PoolNames.Host(pool), Port = PoolNames.Port },
        SecretName = PoolNames.Pool(pool),
        Budget = plan.Budget,
        ConfigHash = plan.Orders.Hash,
        Replicas = poolers.Count,
        ReadyReplicas = poolers.Count(p => p.IsReady),
        Selector = string.Join(',', PoolNames.Selector(pool).Select(l => $"{l.Key}={l.Value}")),
        Pods =
        [
            .. poolers.Select(p => new PoolerStatus
            {
                Name = p.Name,
                ConfigHash = p.Report.Applied.Length > 0 ? p.Report.Applied : null,
                Paused = p.Report.PausedFor is not null,
                Draining = p.Report.Draining || p.IsLeaving,
                Target = p.Report.Target,
                Writable = p.Report.Writable,
                Fault = p.Report.Fault,
            }),
        ],
        PausedFor = plan.PausedFor,
        PauseFailedFor = plan.PauseFailedFor,
        LastSwitchover = plan.Ended ?? pool.Status?.LastSwitchover,
    };

    public static IEnumerable<Condition> Conditions(ConnectionPool pool, DatabaseView database, PoolPlan plan, IReadOnlyList<Pooler> poolers, Outcome outcome)
    {
        var serving = poolers.Where(p => p.IsReady).ToList();
        var isPaused = plan.Orders.Pause is not null;
        Condition[] parts =
        [
            Reachable(pool, serving, isPaused),
            plan.IsWithinBudget
                ? new("BudgetSatisfied", "True", "Satisfied", "")
                : new("BudgetSatisfied", "False", "TooFewConnections", BudgetMessage(pool, database)),
            Applied(plan, poolers),
            Writable(pool, serving, isPaused),
            serving.Count > 0
                ? new("Available", "True", "Available", "")
                : new("Available", "False", "NoPooler", outcome.FirstUnready?.Message ?? "No pooler takes clients."),
        ];
        foreach (var part in parts)
        {
            yield return part;
        }

        yield return new("CredentialsCurrent", "True", "Current", "");
        yield return plan.Orders.Pause is { } pause
            ? new("Paused", "True", pause.Id == PoolPlan.Manual ? "Asked" : "Maintenance", "Clients wait.")
            : new("Paused", "False", "Serving", "");

        // Paused, nobody can look through; that does not make the pool worse.
        var fault = parts.FirstOrDefault(p => p.Status == "False");
        yield return fault is not null ? new(Condition.Ready, "False", fault.Reason, fault.Message)
            : !outcome.AllReady ? new(Condition.Ready, "False", outcome.AnyFailed ? "ChildFailed" : "Progressing", outcome.FirstUnready?.Message ?? "")
            : serving.Count < pool.Spec.Replicas ? new(Condition.Ready, "False", "Progressing", $"{serving.Count} of {pool.Spec.Replicas} poolers take clients.")
            : new(Condition.Ready, "True", "Ready", "");
    }

    private static string Phase(PoolPlan plan, IReadOnlyList<Pooler> poolers) => plan.Orders.Pause switch
    {
        { } pause when poolers.Where(p => p.IsReady).All(p => p.Report.PausedFor == pause.Id) => "Paused",
        not null => "Pausing",
        _ when poolers.Count == 0 => "Pending",
        _ when poolers.Any(p => p.IsLeaving) => "Draining",
        _ when poolers.Any(p => p.Report.Fault is not null || p.Report.Writable == false) || !plan.IsWithinBudget => "Degraded",
        _ when poolers.All(p => p.IsReady && p.Report.Applied == plan.Orders.Hash) => "Ready",
        _ => "Reloading",
    };

    private static string BudgetMessage(ConnectionPool pool, DatabaseView database) =>
        $"{pool.Spec.Replicas} poolers cannot have {PoolSize.Least} server connections each: the database takes {database.MaxConnections}, of which {database.ReservedSlots} are its administrators' "
        + $"and spec.reservedConnections keeps {pool.Spec.ReservedConnections}{(pool.Spec.MaxServerConnections is { } limit ? $", and spec.maxServerConnections allows {limit}" : "")}. "
        + "Lower spec.replicas or spec.reservedConnections, or raise the database's maxConnections.";

    private static Condition Reachable(ConnectionPool pool, List<Pooler> serving, bool isPaused) => serving.Count switch
    {
        0 => new("DatabaseReachable", "Unknown", "NoPooler", "No pooler could look."),
        _ when isPaused => new("DatabaseReachable", "Unknown", "Paused", "Nobody looks while clients wait."),
        _ when serving.Any(p => p.Report.Writable is not null) => new("DatabaseReachable", "True", "Reachable", ""),
        _ => new("DatabaseReachable", "False", "NoAnswer", $"Database {pool.Spec.DatabaseRef.Name} does not answer through any pooler."),
    };

    private static Condition Writable(ConnectionPool pool, List<Pooler> serving, bool isPaused)
    {
        var stuck = serving.Where(p => p.Report.Writable == false).Select(p => p.Name).ToList();
        return pool.Spec.Type == PoolType.ro || isPaused || serving.All(p => p.Report.Writable is null) ? new("TargetWritable", "Unknown", isPaused ? "Paused" : "NoAnswer", "")
            : stuck.Count > 0 ? new("TargetWritable", "False", "ReadOnly", $"{string.Join(", ", stuck)} leads to a server that takes no writes.")
            : new("TargetWritable", "True", "Writable", "");
    }

    private static Condition Applied(PoolPlan plan, IReadOnlyList<Pooler> poolers)
    {
        var refused = poolers.FirstOrDefault(p => p.Report.Fault is not null);
        var restart = poolers.FirstOrDefault(p => p.Report.NeedsRestart is not null);
        var late = poolers.Where(p => !p.IsLeaving && p.Report.Applied != plan.Orders.Hash).Select(p => p.Name).ToList();
        return refused is not null ? new("ConfigApplied", "False", "Refused", $"{refused.Name}: {refused.Report.Fault}")
            : restart is not null ? new("ConfigApplied", "False", "RestartRequired", $"{restart.Name} has to be restarted for {restart.Report.NeedsRestart}.")
            : late.Count > 0 ? new("ConfigApplied", "False", "Reloading", $"{string.Join(", ", late)} does not have the configuration yet.")
            : new("ConfigApplied", "True", "Applied", "");
    }
}
