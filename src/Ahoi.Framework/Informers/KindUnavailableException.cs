using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>The objects of a kind cannot be read for now, for want of a permission for example.</summary>
/// <param name="kind">The kind.</param>
/// <param name="innerException">Why.</param>
public sealed class KindUnavailableException(GroupVersionKind kind, Exception innerException)
    : Exception($"The objects of {kind} cannot be read: {innerException?.Message}", innerException)
{
    /// <summary>Gets the kind.</summary>
    public GroupVersionKind Kind { get; } = kind;
}
