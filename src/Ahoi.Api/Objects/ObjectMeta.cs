namespace Ahoi.Api.Objects;

/// <summary>
/// The metadata of an object for plain C# types: <c>metav1.ObjectMeta</c> without managed fields. A type of your own has it
/// in a property named <c>Metadata</c>.
/// </summary>
public sealed record ObjectMeta
{
    /// <summary>Gets the name.</summary>
    public string? Name { get; init; }

    /// <summary>Gets what the server begins a name with when it makes one up.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Gets the namespace, or <see langword="null"/> for a cluster-scoped object.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the uid, which the server gives.</summary>
    public string? Uid { get; init; }

    /// <summary>Gets the resource version, which the server gives.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets the generation of the wanted state, which the server counts.</summary>
    public long? Generation { get; init; }

    /// <summary>Gets when the object was created.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Gets when the object was told to go away.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Gets how long the object may take to go away.</summary>
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Gets the annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Gets the owners.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Gets the finalizers.</summary>
    public IReadOnlyList<string>? Finalizers { get; init; }
}
