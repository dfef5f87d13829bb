namespace Ahoi.Tenancy.Api;

/// <summary>What a database is.</summary>
public sealed record DatabaseStatus
{
    /// <summary>Gets the Secret with host, port, database, username and password.</summary>
    public string? SecretName { get; init; }

    /// <summary>Gets the host name of the server inside the cluster.</summary>
    public string? Host { get; init; }

    /// <summary>Gets the port of the server.</summary>
    public int? Port { get; init; }

    /// <summary>Gets the name of the database in the server.</summary>
    public string? Database { get; init; }

    /// <summary>Gets how many connections the server takes.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Gets how many of them the server keeps for its administrators.</summary>
    public int? ReservedSlots { get; init; }

    /// <summary>Gets the Secret with the certificate by which a connection pool looks up roles.</summary>
    public string? PoolSecretName { get; init; }

    /// <summary>Gets the planned work that pools prepare for, or <see langword="null"/>.</summary>
    public MaintenanceStatus? Maintenance { get; init; }

    /// <summary>Gets the size that was asked for, in bytes.</summary>
    public long RequestedBytes { get; init; }

    /// <summary>Gets the size that the volume has, in bytes; 0 where it is not known yet.</summary>
    public long ProvisionedBytes { get; init; }

    /// <summary>Gets the volume with the final backup, once it was made and checked.</summary>
    public string? BackupVolume { get; init; }
}

/// <summary>Planned work on a database's server. Connection pools answer in their own status, with the id.</summary>
public sealed record MaintenanceStatus
{
    /// <summary>Gets the work's name: another work has another one.</summary>
    public required string Id { get; init; }

    /// <summary>Gets where it is: Requested until the pools are paused, Running until the server answers again, or Postponed
    /// because a pool could not be paused in time.</summary>
    public required string Phase { get; init; }

    /// <summary>Gets when it is tried again, where it was postponed.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}
