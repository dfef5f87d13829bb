using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>A customer of the software: everything one tenant has in the cluster, switched on feature by feature.</summary>
[CustomResource(Group.Name, Group.Version, Scope = ResourceScope.Cluster, ShortNames = ["cust"])]
[CelRule("size(self.metadata.name) <= 50", Message = "a Customer's name has at most 50 characters, because other names are made from it")]
[CelRule(
    "!(has(self.spec.features) && has(self.spec.features.database) && !self.spec.features.database.enabled && self.spec.features.database.onDisable == 'Delete')"
    + " || (has(self.spec.features.database.confirmDataLoss) && self.spec.features.database.confirmDataLoss == self.metadata.name)",
    FieldPath = ".spec.features.database.confirmDataLoss",
    Message = "a database that is off with onDisable: Delete loses its data: set spec.features.database.confirmDataLoss to the Customer's name, or onDisable: Retain")]
[PrinterColumn("Namespace", JsonPath = ".status.namespace", Type = "string")]
[PrinterColumn("DB", JsonPath = ".spec.features.database.enabled", Type = "boolean")]
[PrinterColumn("Storage", JsonPath = ".spec.features.database.storage", Type = "string")]
[PrinterColumn("Workers", JsonPath = ".spec.features.scheduler.workers", Type = "integer")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Phase", JsonPath = ".status.phase", Type = "string")]
[PrinterColumn("Protected", JsonPath = ".spec.deletionProtection", Type = "boolean")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
[PrinterColumn("Retained", JsonPath = ".status.retained[*].name", Type = "string", Priority = 1)]
public sealed record Customer
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the customer should have.</summary>
    public required CustomerSpec Spec { get; init; }

    /// <summary>Gets what the customer has.</summary>
    public CustomerStatus? Status { get; init; }
}
