using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>Which objects an informer keeps, and how much of them.</summary>
internal sealed record InformerScope(GroupVersionKind Kind)
{
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    public bool MetadataOnly { get; init; }

    /// <summary>Gets whether every object of the namespace is in it.</summary>
    public bool IsUnselected => LabelSelector is null && FieldSelector is null;
}
