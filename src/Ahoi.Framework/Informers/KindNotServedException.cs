using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>The API server does not serve a kind: its definition is missing, or not established yet.</summary>
/// <param name="kind">The kind.</param>
public sealed class KindNotServedException(GroupVersionKind kind)
    : Exception($"The API server does not serve {kind}. Is its definition installed?")
{
    /// <summary>Gets the kind.</summary>
    public GroupVersionKind Kind { get; } = kind;
}
