using System.ComponentModel.DataAnnotations;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Api;

/// <summary>What a customer should have.</summary>
public sealed record CustomerSpec
{
    /// <summary>Gets the customer's name for people.</summary>
    [StringLength(200)]
    public string? DisplayName { get; init; }

    /// <summary>Gets the customer's namespace; <c>cust-NAME</c> where left out.</summary>
    public CustomerNamespace? Namespace { get; init; }

    /// <summary>Gets what happens to the customer's data when the Customer is deleted.</summary>
    public CustomerDeletion? Deletion { get; init; }

    /// <summary>Gets what the customer has.</summary>
    public CustomerFeatures Features { get; init; } = new();
}

/// <summary>Where the customer's objects live.</summary>
public sealed record CustomerNamespace
{
    /// <summary>Gets the namespace's name; it cannot be changed.</summary>
    [Immutable]
    [RegularExpression("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    public required string Name { get; init; }
}

/// <summary>What happens when a Customer is deleted.</summary>
public sealed record CustomerDeletion
{
    /// <summary>Gets whether the deletion may destroy data.</summary>
    /// <value>The default is <see cref="DeletionPolicy.Retain"/>: a Customer with a database waits until this says otherwise.</value>
    public DeletionPolicy Policy { get; init; }
}

/// <summary>Whether a deletion may destroy data.</summary>
public enum DeletionPolicy
{
    /// <summary>It may not.</summary>
    Retain,

    /// <summary>It may.</summary>
    Delete,
}

/// <summary>What a customer has.</summary>
[CelRule(
    "!has(oldSelf.database) || has(self.database)",
    Message = "database cannot be taken out again once it is there, because its size would be forgotten; set enabled: false")]
public sealed record CustomerFeatures
{
    /// <summary>Gets the customer's database.</summary>
    public DatabaseFeature? Database { get; init; }

    /// <summary>Gets the customer's workflow scheduler.</summary>
    public SchedulerFeature? Scheduler { get; init; }

    /// <summary>Gets the customer's webhooks.</summary>
    public WebhooksFeature? Webhooks { get; init; }
}

/// <summary>A database of the customer's own.</summary>
[CelRule("!self.enabled || has(self.storage)", Message = "storage is required when the database is enabled, as in storage: 256gb")]
[CelRule("!has(oldSelf.storage) || has(self.storage)", Message = "storage cannot be taken out again once it is set")]
public sealed record DatabaseFeature
{
    /// <summary>Gets whether the database runs. Switched off it stops, and its data stays.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets the size of the data's volume, as in <c>256gb</c> or <c>1Ti</c>. It may grow, never shrink.</summary>
    [RegularExpression(StorageSize.Pattern)]
    [StringLength(16)]
    [CelRule(
        "quantity(self.lowerAscii().replace('b','').replace('g','G').replace('t','T')).compareTo("
        + "quantity(oldSelf.lowerAscii().replace('b','').replace('g','G').replace('t','T'))) >= 0",
        Message = "storage may grow but not shrink; gb and Gi differ: 256Gi is more than 256gb")]
    public string? Storage { get; init; }

    /// <summary>Gets the storage class of the volume; the cluster's default where left out. It cannot be changed.</summary>
    [Immutable]
    public string? StorageClassName { get; init; }
}

/// <summary>The customer's workflow scheduler.</summary>
public sealed record SchedulerFeature
{
    /// <summary>Gets whether the scheduler runs.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Gets how many workers it has.</summary>
    /// <value>The default is 1.</value>
    [Range(0, 64)]
    public int Workers { get; init; } = 1;
}

/// <summary>The customer's webhooks.</summary>
[CelRule("!self.enabled", Message = "webhooks are not available in this version; set enabled: false or leave them out")]
public sealed record WebhooksFeature
{
    /// <summary>Gets whether webhooks are served.</summary>
    public required bool Enabled { get; init; }
}
