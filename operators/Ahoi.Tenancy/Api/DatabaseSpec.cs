using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Api;

/// <summary>What a database should be.</summary>
[CelRule("self.provider == 'CloudNativePG' || self.instances == 1", Message = "instances above 1 need a provider that replicates: set provider: CloudNativePG, or instances: 1")]
[CelRule("self.provider != 'Server' || has(self.serverName)", Message = "serverName is required for provider Server: the name of a server that the operator knows")]
[CelRule("self.provider == 'Server' || !has(self.serverName)", Message = "serverName is for provider Server alone: take it out, or set provider: Server")]
[CelRule(CustomerReference.StaysRule, Message = CustomerReference.StaysMessage)]
[CelRule("has(self.storageClassName) == has(oldSelf.storageClassName)", Message = "storageClassName is decided with the database and cannot be set or taken out later")]
public sealed record DatabaseSpec
{
    /// <summary>Gets the customer it belongs to; a Database can also be used without one.</summary>
    [Immutable]
    public CustomerReference? CustomerRef { get; init; }

    /// <summary>Gets who runs the server. It cannot be changed.</summary>
    /// <value>The default is <see cref="DatabaseProvider.Dedicated"/>.</value>
    [Immutable]
    [DefaultValue(DatabaseProvider.Dedicated)]
    public DatabaseProvider Provider { get; init; }

    /// <summary>Gets the name of the server, for provider <see cref="DatabaseProvider.Server"/>. It cannot be changed.</summary>
    [Immutable]
    [StringLength(63)]
    public string? ServerName { get; init; }

    /// <summary>Gets the size of the data's volume, as in <c>256gb</c>. It may grow, never shrink.</summary>
    [RegularExpression(StorageSize.Pattern)]
    [StringLength(16)]
    [CelRule(StorageSize.GrowsRule, Message = StorageSize.GrowsMessage)]
    public required string Storage { get; init; }

    /// <summary>Gets the storage class of the volume; the cluster's default where left out. It cannot be changed.</summary>
    [Immutable]
    [StringLength(253)]
    public string? StorageClassName { get; init; }

    /// <summary>Gets how many servers keep the data.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 5)]
    [DefaultValue(1)]
    public int Instances { get; init; } = 1;

    /// <summary>Gets how many connections the server takes.</summary>
    /// <value>The default is 100.</value>
    [Range(20, 10_000)]
    [DefaultValue(100)]
    public int MaxConnections { get; init; } = 100;

    /// <summary>Gets whether the server is stopped; its data stay.</summary>
    public bool Stopped { get; init; }

    /// <summary>Gets what happens to the data when the Database is deleted.</summary>
    public CustomerDeletion Deletion { get; set; } = new(); // Not init: what is not in the JSON would be null then.
}

/// <summary>Who runs a database's server.</summary>
public enum DatabaseProvider
{
    /// <summary>A StatefulSet with a server of the database's own.</summary>
    Dedicated,

    /// <summary>A server that is there already, shared with others: a role and a database are made in it.</summary>
    Server,

    /// <summary>The CloudNativePG operator, through its <c>Cluster</c>.</summary>
    CloudNativePG,
}
