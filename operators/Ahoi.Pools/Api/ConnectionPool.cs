using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Pools.Api;

/// <summary>A pool of connections to one database, shared by everything that uses it.</summary>
[CustomResource("internal.example.com", "v1", ShortNames = ["cpool"])]
[Scale(".spec.replicas", ".status.replicas", LabelSelectorPath = ".status.selector")]
[CelRule("size(self.metadata.name) <= 50", Message = "a ConnectionPool's name has at most 50 characters, because other names are made from it")]
[PrinterColumn("Database", JsonPath = ".spec.databaseRef.name", Type = "string")]
[PrinterColumn("Mode", JsonPath = ".spec.mode", Type = "string")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Replicas", JsonPath = ".status.readyReplicas", Type = "integer")]
[PrinterColumn("Per-Pod", JsonPath = ".status.budget.perReplica", Type = "integer")]
[PrinterColumn("Paused", JsonPath = ".status.conditions[?(@.type==\"Paused\")].status", Type = "string")]
[PrinterColumn("Phase", JsonPath = ".status.phase", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Config", JsonPath = ".status.configHash", Type = "string", Priority = 1)]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record ConnectionPool
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the pool should be.</summary>
    public required ConnectionPoolSpec Spec { get; init; }

    /// <summary>Gets what the pool is.</summary>
    public ConnectionPoolStatus? Status { get; init; }
}
