using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Previews.Api;

/// <summary>A host that is taken. Its name is the host, so that the API server lets one owner alone have it.</summary>
[CustomResource(Group.Name, Group.Version, Scope = ResourceScope.Cluster)]
[CelRule("self.metadata.name == self.spec.host", Message = "a Domain's name is its host")]
[PrinterColumn("Owner", JsonPath = ".spec.ownerRef.name", Type = "string")]
[PrinterColumn("Mode", JsonPath = ".spec.mode", Type = "string")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
public sealed record Domain
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets whose it is.</summary>
    public required DomainSpec Spec { get; init; }

    /// <summary>Gets what became of it.</summary>
    public DomainStatus? Status { get; init; }
}

/// <summary>Whose a host is.</summary>
public sealed record DomainSpec
{
    /// <summary>Gets the host.</summary>
    [StringLength(253)]
    public required string Host { get; init; }

    /// <summary>Gets who has it; to give it to another, delete the Domain.</summary>
    [Immutable]
    public required DomainOwner OwnerRef { get; init; }

    /// <summary>Gets how it comes into the DNS.</summary>
    /// <value>The default is <see cref="DnsMode.Wildcard"/>.</value>
    [DefaultValue(DnsMode.Wildcard)]
    public DnsMode Mode { get; init; }

    /// <summary>Gets where its record is written, with <see cref="DnsMode.Records"/>.</summary>
    public DnsUpdate? Update { get; init; }

    /// <summary>Gets the namespace of the Secret that <see cref="Update"/> names.</summary>
    [StringLength(63)]
    public string? KeyNamespace { get; init; }
}

/// <summary>Who has a host.</summary>
public sealed record DomainOwner
{
    /// <summary>Gets the kind: Preview or PreviewApp.</summary>
    [StringLength(63)]
    public required string Kind { get; init; }

    /// <summary>Gets the namespace.</summary>
    [StringLength(63)]
    public required string Namespace { get; init; }

    /// <summary>Gets the name.</summary>
    [StringLength(253)]
    public required string Name { get; init; }

    /// <summary>Gets the uid, so that a later object of the same name does not count.</summary>
    [StringLength(63)]
    public required string Uid { get; init; }
}

/// <summary>What became of a host.</summary>
public sealed record DomainStatus
{
    /// <summary>Gets whether the owner exists.</summary>
    public bool Claimed { get; init; }

    /// <summary>Gets the record that was written, and where.</summary>
    public string? Record { get; init; }
}
