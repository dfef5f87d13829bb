using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Framework.Definitions;

namespace Ahoi.Pools.Api;

/// <summary>What a pool should be. Durations are written as Go and Kubernetes write them: <c>10s</c>, <c>5m</c>.</summary>
[CelRule(
    "duration(has(self.failover) ? self.failover.pauseTimeout : '10s') < duration(self.queryWaitTimeout)",
    Message = "failover.pauseTimeout must be shorter than queryWaitTimeout: clients that wait are cut off after that")]
[CelRule(
    "duration(has(self.drain) ? self.drain.gracePeriod : '300s') > duration(has(self.drain) ? self.drain.endpointDelay : '10s') + duration(has(self.failover) ? self.failover.pauseTimeout : '10s')",
    Message = "drain.gracePeriod must be longer than drain.endpointDelay and failover.pauseTimeout together")]
[CelRule(
    "self.mode == 'transaction' || (has(self.failover) && self.failover.pause != 'Auto')",
    Message = "in mode session a pause waits for clients to leave: set failover.pause to Manual or Off, or mode: transaction")]
[CelRule(
    "!has(self.maxServerConnections) || self.maxServerConnections >= self.replicas * 2",
    Message = "maxServerConnections must be at least two for each of the replicas")]
[CelRule(
    "!has(self.parameters) || self.parameters.all(k, k in ['server_idle_timeout','server_lifetime','idle_transaction_timeout','max_prepared_statements','server_login_retry'])",
    Message = "parameters may be server_idle_timeout, server_lifetime, idle_transaction_timeout, max_prepared_statements and server_login_retry; the others are decided by the pool")]
[CelRule(
    "!has(self.parameters) || self.parameters.all(k, self.parameters[k].matches('^[0-9]{1,9}$'))",
    Message = "parameters have whole numbers as values, those of times in seconds, as in server_lifetime: \"600\"")]
public sealed record ConnectionPoolSpec
{
    /// <summary>Gets the Database; it cannot be changed.</summary>
    [Immutable]
    public required DatabaseReference DatabaseRef { get; init; }

    /// <summary>Gets whether the pool leads to the server that takes writes. It cannot be changed.</summary>
    /// <value>The default is <see cref="PoolType.rw"/>.</value>
    [Immutable]
    [DefaultValue(PoolType.rw)]
    public PoolType Type { get; init; }

    /// <summary>Gets how long a client keeps a server connection.</summary>
    /// <value>The default is <see cref="PoolMode.transaction"/>.</value>
    [DefaultValue(PoolMode.transaction)]
    public PoolMode Mode { get; init; }

    /// <summary>Gets how many poolers there are.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 16)]
    [DefaultValue(2)]
    public int Replicas { get; init; } = 2;

    /// <summary>Gets how many server connections all poolers together may have; where left out, as many as the database leaves.</summary>
    [Range(2, 100_000)]
    public int? MaxServerConnections { get; init; }

    /// <summary>Gets how many of the database's connections are left to others: migrations, monitoring, backups, people.</summary>
    /// <value>The default is 10.</value>
    [Range(0, 10_000)]
    [DefaultValue(10)]
    public int ReservedConnections { get; init; } = 10;

    /// <summary>Gets how many clients each pooler takes.</summary>
    /// <value>The default is 1000.</value>
    [Range(1, 100_000)]
    [DefaultValue(1000)]
    public int MaxClientConnections { get; init; } = 1000;

    /// <summary>Gets how long a client waits for a server connection before it is cut off.</summary>
    /// <value>The default is <c>30s</c>.</value>
    [RegularExpression(Durations.Pattern)]
    [StringLength(16, MinimumLength = 2)]
    [DefaultValue("30s")]
    public string QueryWaitTimeout { get; init; } = "30s";

    /// <summary>Gets more of pgbouncer's settings; few can be set.</summary>
#pragma warning disable IL2026 // The schema is made of it; nobody validates by it.
    [MaxLength(5)]
#pragma warning restore IL2026
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    /// <summary>Gets how a pooler stops.</summary>
    public DrainSpec? Drain { get; init; }

    /// <summary>Gets what happens around work on the database's server.</summary>
    public FailoverSpec? Failover { get; init; }

    /// <summary>Gets whether clients wait, because somebody says so. It lasts as long as the operator renews it.</summary>
    [DefaultValue(false)]
    public bool Paused { get; init; }
}

/// <summary>A Database of the same namespace.</summary>
public sealed record DatabaseReference
{
    /// <summary>Gets its name.</summary>
    [StringLength(50, MinimumLength = 1)]
    public required string Name { get; init; }
}

#pragma warning disable IDE1006, CA1707, SA1300 // The names are pgbouncer's and the API's own words.
/// <summary>Where a pool leads.</summary>
public enum PoolType
{
    /// <summary>To the server that takes writes.</summary>
    rw,

    /// <summary>To a server that may be a replica.</summary>
    ro,
}

/// <summary>How long a client keeps a server connection (pgbouncer's <c>pool_mode</c>).</summary>
public enum PoolMode
{
    /// <summary>For a transaction.</summary>
    transaction,

    /// <summary>As long as it is connected.</summary>
    session,
}
#pragma warning restore IDE1006, CA1707, SA1300

/// <summary>How a pooler stops.</summary>
public sealed record DrainSpec
{
    /// <summary>Gets how long new connections still come after a pooler is not ready any more.</summary>
    /// <value>The default is <c>10s</c>.</value>
    [RegularExpression(Durations.Pattern)]
    [StringLength(16, MinimumLength = 2)]
    [DefaultValue("10s")]
    public string EndpointDelay { get; init; } = "10s";

    /// <summary>Gets how long clients may take to leave.</summary>
    /// <value>The default is <c>300s</c>.</value>
    [RegularExpression(Durations.Pattern)]
    [StringLength(16, MinimumLength = 2)]
    [DefaultValue("300s")]
    public string GracePeriod { get; init; } = "300s";
}

/// <summary>What happens around work on the database's server.</summary>
[CelRule("duration(self.pauseTimeout) >= duration('1s')", Message = "pauseTimeout must be at least 1s: transactions need time to end")]
[CelRule("duration(self.pauseTimeout) <= duration('12s')", Message = "pauseTimeout must be at most 12s, because clients give up connecting after 15 seconds")]
public sealed record FailoverSpec
{
    /// <summary>Gets whether clients wait during planned work.</summary>
    /// <value>The default is <see cref="PauseMode.Auto"/>.</value>
    [DefaultValue(PauseMode.Auto)]
    public PauseMode Pause { get; init; }

    /// <summary>Gets how long transactions may take to end before a pause.</summary>
    /// <value>The default is <c>10s</c>.</value>
    [RegularExpression(Durations.Pattern)]
    [StringLength(16, MinimumLength = 2)]
    [DefaultValue("10s")]
    public string PauseTimeout { get; init; } = "10s";

    /// <summary>Gets what happens to transactions that do not end in time.</summary>
    /// <value>The default is <see cref="PauseTimeoutAction.Abort"/>.</value>
    [DefaultValue(PauseTimeoutAction.Abort)]
    public PauseTimeoutAction OnTimeout { get; init; }
}

/// <summary>Who pauses a pool.</summary>
public enum PauseMode
{
    /// <summary>Planned work on the server does.</summary>
    Auto,

    /// <summary>People do, with <c>spec.paused</c>.</summary>
    Manual,

    /// <summary>Nobody: the pool is never paused.</summary>
    Off,
}

/// <summary>What happens to transactions that hold up a pause.</summary>
public enum PauseTimeoutAction
{
    /// <summary>They go on: the pause is called off, and so is the work.</summary>
    Abort,

    /// <summary>They are cut.</summary>
    Kill,
}
