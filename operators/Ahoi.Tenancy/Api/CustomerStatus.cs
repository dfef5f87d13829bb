using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>What a customer has.</summary>
public sealed record CustomerStatus
{
    /// <summary>Gets one word for it all: Provisioning, Ready, Degraded, Suspended or Terminating.</summary>
    public string? Phase { get; init; }

    /// <summary>Gets the customer's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets how large the database's volume is.</summary>
    public StorageStatus? Storage { get; init; }

    /// <summary>Gets the state of each feature.</summary>
    [ListMap("name")]
    public IReadOnlyList<FeatureStatus>? Features { get; init; }

    /// <summary>Gets the volumes that are kept although nothing uses them.</summary>
    [ListMap("name")]
    public IReadOnlyList<RetainedVolume>? Retained { get; init; }
}

/// <summary>The size of a database's volume.</summary>
public sealed record StorageStatus
{
    /// <summary>Gets the size that was asked for, in bytes.</summary>
    public long RequestedBytes { get; init; }

    /// <summary>Gets the size that the volume has, in bytes; 0 where it is not known yet.</summary>
    public long ProvisionedBytes { get; init; }
}

/// <summary>The state of one feature.</summary>
public sealed record FeatureStatus
{
    /// <summary>Gets the feature's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the state: On, Off, Draining, Retained for a feature that is off and keeps data, or Deleting.</summary>
    public required string State { get; init; }

    /// <summary>Gets whether the feature is as it should be.</summary>
    public bool Ready { get; init; }

    /// <summary>Gets what it waits for.</summary>
    public string? Message { get; init; }

    /// <summary>Gets the object that is the feature.</summary>
    public ObjectReference? Ref { get; init; }

    /// <summary>Gets the generation of the Customer that this object was last written for.</summary>
    public long? ParentGeneration { get; init; }
}

/// <summary>An object in the customer's namespace.</summary>
public sealed record ObjectReference
{
    /// <summary>Gets its kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets its uid.</summary>
    public required string Uid { get; init; }
}

/// <summary>A volume that is kept.</summary>
public sealed record RetainedVolume
{
    /// <summary>Gets the kind of the object.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets its uid.</summary>
    public required string Uid { get; init; }

    /// <summary>Gets its size in bytes.</summary>
    public long Bytes { get; init; }
}
