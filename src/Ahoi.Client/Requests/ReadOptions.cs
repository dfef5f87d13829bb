using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>How one object is read.</summary>
public record ReadOptions
{
    /// <summary>Gets the subresource to read instead of the object, as in <c>status</c> or <c>scale</c>.</summary>
    public string? Subresource { get; init; }

    /// <summary>Gets the resource version the answer must not be older than; <see langword="null"/> asks for the newest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets whether to get type and metadata only.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Gets which managed fields to keep; all, where <see langword="null"/>.</summary>
    public ManagedFieldsFilter? ManagedFields { get; init; }
}
