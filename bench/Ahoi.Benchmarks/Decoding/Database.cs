using k8s;
using k8s.Models;

namespace Ahoi.Benchmarks.Decoding;

/// <summary>A custom resource as users of the official client write it.</summary>
internal sealed class Database : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public DatabaseSpec? Spec { get; set; }

    public DatabaseStatus? Status { get; set; }
}

internal sealed class DatabaseList
{
    public V1ListMeta? Metadata { get; set; }

    public IList<Database>? Items { get; set; }
}

internal sealed class DatabaseSpec
{
    public string? Engine { get; set; }

    public int Version { get; set; }

    public ResourceQuantity? Storage { get; set; }

    public int Replicas { get; set; }

    public IList<DatabaseUser>? Users { get; set; }
}

internal sealed class DatabaseUser
{
    public string? Name { get; set; }

    public IList<string>? Roles { get; set; }

    public string? Comment { get; set; }
}

internal sealed class DatabaseStatus
{
    public long ObservedGeneration { get; set; }

    public string? Endpoint { get; set; }

    public IList<V1Condition>? Conditions { get; set; }
}
