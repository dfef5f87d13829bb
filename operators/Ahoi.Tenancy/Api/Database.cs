using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>A PostgreSQL database.</summary>
[CustomResource(Group.Name, Group.Version, ShortNames = ["db"])]
[CelRule("size(self.metadata.name) <= 50", Message = "a Database's name has at most 50 characters, because other names are made from it")]
[PrinterColumn("Provider", JsonPath = ".spec.provider", Type = "string")]
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
