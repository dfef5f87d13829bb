using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Api;

/// <summary>A PostgreSQL database with a server of its own.</summary>
[CustomResource(Group.Name, Group.Version, ShortNames = ["db"])]
[CelRule("size(self.metadata.name) <= 50", Message = "a Database's name has at most 50 characters, because other names are made from it")]
[PrinterColumn("Storage", JsonPath = ".spec.storage", Type = "string")]
[PrinterColumn("Stopped", JsonPath = ".spec.stopped", Type = "boolean")]
[PrinterColumn("Secret", JsonPath = ".status.secretName", Type = "string")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record Database
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the database should be.</summary>
    public required DatabaseSpec Spec { get; init; }

    /// <summary>Gets what the database is.</summary>
    public DatabaseStatus? Status { get; init; }
}

/// <summary>What a database should be.</summary>
public sealed record DatabaseSpec
{
    /// <summary>Gets the customer it belongs to; a Database can also be used without one.</summary>
    [Immutable]
    public CustomerReference? CustomerRef { get; init; }

    /// <summary>Gets the size of the data's volume, as in <c>256gb</c>. It may grow, never shrink.</summary>
    [RegularExpression(StorageSize.Pattern)]
    [StringLength(16)]
    public required string Storage { get; init; }

    /// <summary>Gets the storage class of the volume; the cluster's default where left out. It cannot be changed.</summary>
    [Immutable]
    public string? StorageClassName { get; init; }

    /// <summary>Gets whether the server is stopped; its data stays.</summary>
    public bool Stopped { get; init; }
}

/// <summary>What a database is.</summary>
public sealed record DatabaseStatus
{
    /// <summary>Gets the Secret with host, port, database, user and password.</summary>
    public string? SecretName { get; init; }

    /// <summary>Gets the host name of the server inside the cluster.</summary>
    public string? Host { get; init; }

    /// <summary>Gets the size of the volume in bytes.</summary>
    public long RequestedBytes { get; init; }
}
