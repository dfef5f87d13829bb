using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Api;

/// <summary>What a customer has.</summary>
[CelRule(
    "!has(oldSelf.database) || has(self.database)",
    Message = "database cannot be taken out again once it is there, because its size would be forgotten; set enabled: false")]
[CelRule(
    "!has(self.connectionPool) || !self.connectionPool.enabled || (has(self.database) && self.database.enabled)",
    Message = "connectionPool needs the database: set database.enabled: true, or connectionPool.enabled: false")]
public sealed record CustomerFeatures
{
    /// <summary>Gets the customer's database.</summary>
    public DatabaseFeature? Database { get; init; }

    /// <summary>Gets the pool of connections that everything of the customer shares.</summary>
    public ConnectionPoolFeature? ConnectionPool { get; init; }

    /// <summary>Gets the customer's workflow scheduler.</summary>
    public SchedulerFeature? Scheduler { get; init; }

    /// <summary>Gets the customer's webhooks.</summary>
    public WebhooksFeature? Webhooks { get; init; }
}

/// <summary>A database of the customer's own.</summary>
[CelRule("!self.enabled || has(self.storage)", Message = "storage is required when the database is enabled, as in storage: 256gb")]
[CelRule("!has(oldSelf.storage) || has(self.storage)", Message = "storage cannot be taken out again once it is set")]
[CelRule("has(self.storageClassName) == has(oldSelf.storageClassName)", Message = "storageClassName is decided with the database and cannot be set or taken out later")]
public sealed record DatabaseFeature
{
    /// <summary>Gets whether the database runs. Switched off it stops, and its data stay unless <see cref="OnDisable"/> says
    /// otherwise.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets the size of the data's volume, as in <c>256gb</c> or <c>1Ti</c>. It may grow, never shrink.</summary>
    [RegularExpression(StorageSize.Pattern)]
    [StringLength(16)]
    [CelRule(StorageSize.GrowsRule, Message = StorageSize.GrowsMessage)]
    public string? Storage { get; init; }

    /// <summary>Gets the storage class of the volume; the cluster's default where left out. It cannot be changed.</summary>
    [Immutable]
    [StringLength(253)]
    public string? StorageClassName { get; init; }

    /// <summary>Gets how many servers keep the data.</summary>
    /// <value>The default is 1; more need a provider that replicates.</value>
    [Range(1, 5)]
    [DefaultValue(1)]
    public int Instances { get; init; } = 1;

    /// <summary>Gets how many connections the server takes.</summary>
    /// <value>The default is 100.</value>
    [Range(20, 10_000)]
    [DefaultValue(100)]
    public int MaxConnections { get; init; } = 100;

    /// <summary>Gets what happens to the data when the database is switched off.</summary>
    /// <value>The default is <see cref="DeletionPolicy.Retain"/>.</value>
    [DefaultValue(DeletionPolicy.Retain)]
    public DeletionPolicy OnDisable { get; init; }

    /// <summary>Gets the Customer's name, where the switch-off is meant to destroy data.</summary>
    [StringLength(253)]
    public string? ConfirmDataLoss { get; init; }
}

/// <summary>The customer's pool of database connections.</summary>
public sealed record ConnectionPoolFeature
{
    /// <summary>Gets whether the pool runs, and is what the customer's programs connect to.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets how many poolers it has.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 16)]
    [DefaultValue(2)]
    public int Replicas { get; init; } = 2;
}

/// <summary>The customer's workflow scheduler.</summary>
public sealed record SchedulerFeature
{
    /// <summary>Gets whether the scheduler runs.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets how many workers it has.</summary>
    /// <value>The default is 1.</value>
    [Range(0, 64)]
    [DefaultValue(1)]
    public int Workers { get; init; } = 1;

    /// <summary>Gets what happens to running jobs when the scheduler is switched off.</summary>
    /// <value>The default is <see cref="WorkerRemoval.Drain"/>.</value>
    [DefaultValue(WorkerRemoval.Drain)]
    public WorkerRemoval OnDisable { get; init; }
}

/// <summary>What happens to running jobs when a scheduler goes.</summary>
public enum WorkerRemoval
{
    /// <summary>Workers finish the jobs they have.</summary>
    Drain,

    /// <summary>Workers are stopped without waiting for them.</summary>
    Delete,
}

/// <summary>The customer's webhooks.</summary>
public sealed record WebhooksFeature
{
    /// <summary>Gets whether webhooks are served.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets how many replicas serve them.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 16)]
    [DefaultValue(1)]
    public int Replicas { get; init; } = 1;
}
