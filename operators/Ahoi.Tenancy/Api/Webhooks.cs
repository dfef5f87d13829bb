using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>What answers a customer's webhooks.</summary>
[CustomResource(Group.Name, Group.Version, Plural = "webhooks", Singular = "webhooks")]
[CelRule("size(self.metadata.name) <= 50", Message = "a Webhooks' name has at most 50 characters, because other names are made from it")]
[PrinterColumn("Replicas", JsonPath = ".spec.replicas", Type = "integer")]
[PrinterColumn("Running", JsonPath = ".status.readyReplicas", Type = "integer")]
[PrinterColumn("Host", JsonPath = ".status.host", Type = "string")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record Webhooks
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the webhooks should be.</summary>
    public required WebhooksSpec Spec { get; init; }

    /// <summary>Gets what the webhooks are.</summary>
    public WebhooksStatus? Status { get; init; }
}

/// <summary>What webhooks should be.</summary>
[CelRule(CustomerReference.StaysRule, Message = CustomerReference.StaysMessage)]
public sealed record WebhooksSpec
{
    /// <summary>Gets the customer they belong to; they can also be used without one.</summary>
    [Immutable]
    public CustomerReference? CustomerRef { get; init; }

    /// <summary>Gets how many replicas serve them.</summary>
    /// <value>The default is 1.</value>
    [Range(0, 16)]
    [DefaultValue(1)]
    public int Replicas { get; init; } = 1;

    /// <summary>Gets the Secret with the database they use; without one they get none.</summary>
    [StringLength(253)]
    public string? DatabaseSecret { get; init; }
}

/// <summary>What webhooks are.</summary>
public sealed record WebhooksStatus
{
    /// <summary>Gets how many replicas are ready.</summary>
    public long ReadyReplicas { get; init; }

    /// <summary>Gets the host they are reached at from outside, where the operator gives one.</summary>
    public string? Host { get; init; }
}
