using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>Which objects are listed, and how.</summary>
public record ListOptions
{
    /// <summary>Gets the label selector, as in <c>app=web,tier!=cache</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Gets the field selector, as in <c>spec.nodeName=node-1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Gets how many objects a page has; 0 asks for all at once, <see langword="null"/> for
    /// <see cref="ApiClientOptions.PageSize"/>.</summary>
    public int? Limit { get; init; }

    /// <summary>Gets the token of the page to go on with.</summary>
    public string? Continue { get; init; }

    /// <summary>Gets the resource version the answer has to do with; see <see cref="ResourceVersionMatch"/>.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets <c>NotOlderThan</c> or <c>Exact</c>.</summary>
    public string? ResourceVersionMatch { get; init; }

    /// <summary>Gets whether to get type and metadata only.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Gets which managed fields to keep; all, where <see langword="null"/>.</summary>
    public ManagedFieldsFilter? ManagedFields { get; init; }
}
