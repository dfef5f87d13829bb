using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Api;

/// <summary>What a customer should have.</summary>
[CelRule(
    "has(self.__namespace__) == has(oldSelf.__namespace__)",
    Message = "namespace is decided when the Customer is created and cannot be set or taken out later")]
[CelRule(
    "!has(oldSelf.features) || has(self.features)",
    Message = "features cannot be taken out again, because the database's size would be forgotten; set enabled: false for each")]
[CelRule(
    "!has(self.quota) || !has(self.quota.storage) || !has(self.features) || !has(self.features.database) || !has(self.features.database.storage)"
    + " || quantity(self.quota.storage" + StorageSize.AsQuantity + ").compareTo(quantity(self.features.database.storage" + StorageSize.AsQuantity + ")) >= 0",
    Message = "quota.storage is smaller than features.database.storage, which is part of it: raise the quota, or make the database smaller")]
public sealed record CustomerSpec
{
    /// <summary>Gets the customer's name for people.</summary>
    [StringLength(200)]
    public string? DisplayName { get; init; }

    /// <summary>Gets the customer's namespace; <c>cust-NAME</c> where left out.</summary>
    public CustomerNamespace? Namespace { get; init; }

    /// <summary>Gets whether the API server refuses to delete the Customer.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    [DefaultValue(true)]
    public bool DeletionProtection { get; init; } = true;

    /// <summary>Gets what happens to the customer's data when the Customer is deleted.</summary>
    public CustomerDeletion Deletion { get; set; } = new(); // Not init: what is not in the JSON would be null then.

    /// <summary>Gets whether nothing of the customer runs; its data stay.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [DefaultValue(false)]
    public bool Suspended { get; init; }

    /// <summary>Gets how much the customer may use; no limit where left out.</summary>
    public CustomerQuota? Quota { get; init; }

    /// <summary>Gets what the customer has.</summary>
    public CustomerFeatures Features { get; set; } = new(); // Not init: what is not in the JSON would be null then.
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
    /// <value>The default is <see cref="DeletionPolicy.Retain"/>: the volumes stay.</value>
    [DefaultValue(DeletionPolicy.Retain)]
    public DeletionPolicy Policy { get; init; }

    /// <summary>Gets whether data are destroyed only after a backup was made and checked.</summary>
    /// <value>The default is <see cref="FinalBackup.Required"/>.</value>
    [DefaultValue(FinalBackup.Required)]
    public FinalBackup FinalBackup { get; init; }
}

/// <summary>Whether a deletion may destroy data.</summary>
public enum DeletionPolicy
{
    /// <summary>It may not: volumes stay when everything else has gone.</summary>
    Retain,

    /// <summary>It may.</summary>
    Delete,
}

/// <summary>Whether data are backed up before they are destroyed.</summary>
public enum FinalBackup
{
    /// <summary>They are, on a volume that stays.</summary>
    Required,

    /// <summary>They are not.</summary>
    Skip,
}

/// <summary>How much a customer may use.</summary>
public sealed record CustomerQuota
{
    private const string IsAmount = "isQuantity(self) && quantity(self).compareTo(quantity('0')) >= 0";

    /// <summary>Gets the processors that all pods together may ask for, as in <c>8</c> or <c>500m</c>.</summary>
    [StringLength(20)]
    [CelRule(IsAmount, Message = "cpu must be a quantity of at least 0, as in 8 or 500m")]
    public string? Cpu { get; init; }

    /// <summary>Gets the memory that all pods together may ask for, as in <c>16Gi</c>.</summary>
    [StringLength(20)]
    [CelRule(IsAmount, Message = "memory must be a quantity of at least 0, as in 16Gi")]
    public string? Memory { get; init; }

    /// <summary>Gets the storage that all claims together may ask for, as in <c>512gb</c>.</summary>
    [RegularExpression(StorageSize.Pattern)]
    [StringLength(16)]
    public string? Storage { get; init; }
}
