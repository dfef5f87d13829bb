using Ahoi.Framework.Definitions;

namespace Ahoi.Pools.Api;

/// <summary>What a pool is.</summary>
public sealed record ConnectionPoolStatus
{
    /// <summary>Gets one word for it all: Pending, Ready, Reloading, Pausing, Paused, Draining or Degraded.</summary>
    public string? Phase { get; init; }

    /// <summary>Gets where applications connect to.</summary>
    public PoolEndpoint? Endpoint { get; init; }

    /// <summary>Gets the Secret with host, port, database, username and password for applications.</summary>
    public string? SecretName { get; init; }

    /// <summary>Gets how the database's connections are shared out.</summary>
    public PoolBudget? Budget { get; init; }

    /// <summary>Gets the fingerprint of the configuration that all poolers should have.</summary>
    public string? ConfigHash { get; init; }

    /// <summary>Gets how many poolers there are.</summary>
    public int Replicas { get; init; }

    /// <summary>Gets how many poolers take clients.</summary>
    public int ReadyReplicas { get; init; }

    /// <summary>Gets the label selector of the poolers, for autoscalers.</summary>
    public string? Selector { get; init; }

    /// <summary>Gets the poolers.</summary>
    [ListMap("name")]
    public IReadOnlyList<PoolerStatus>? Pods { get; init; }

    /// <summary>Gets the planned work of the Database that all poolers are paused for.</summary>
    public string? PausedFor { get; init; }

    /// <summary>Gets the planned work of the Database that the pool could not be paused for in time.</summary>
    public string? PauseFailedFor { get; init; }

    /// <summary>Gets the last pause around planned work.</summary>
    public SwitchoverStatus? LastSwitchover { get; init; }
}

/// <summary>Where applications connect to.</summary>
public sealed record PoolEndpoint
{
    /// <summary>Gets the host.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the port.</summary>
    public int Port { get; init; }
}

/// <summary>How a database's connections are shared out.</summary>
public sealed record PoolBudget
{
    /// <summary>Gets how many connections the server takes.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Gets how many of them are not the pool's.</summary>
    public int Unavailable { get; init; }

    /// <summary>Gets how many all poolers share.</summary>
    public int Available { get; init; }

    /// <summary>Gets how many each pooler may have.</summary>
    public int PerReplica { get; init; }
}

/// <summary>One pooler, as its agent reports it.</summary>
public sealed record PoolerStatus
{
    /// <summary>Gets the pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the fingerprint of the configuration that it runs with.</summary>
    public string? ConfigHash { get; init; }

    /// <summary>Gets whether its clients wait.</summary>
    public bool Paused { get; init; }

    /// <summary>Gets whether it lets its clients go.</summary>
    public bool Draining { get; init; }

    /// <summary>Gets the server that it leads to.</summary>
    public string? Target { get; init; }

    /// <summary>Gets whether that server takes writes.</summary>
    public bool? Writable { get; init; }

    /// <summary>Gets why it does not have the configuration that it should have.</summary>
    public string? Fault { get; init; }
}

/// <summary>A pause around planned work.</summary>
public sealed record SwitchoverStatus
{
    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets how long clients waited at most, in milliseconds.</summary>
    public long PausedMs { get; init; }

    /// <summary>Gets how it ended: Completed or Aborted.</summary>
    public required string Result { get; init; }
}
