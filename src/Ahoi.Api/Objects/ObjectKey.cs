namespace Ahoi.Api.Objects;

/// <summary>The name of an object among those of its kind.</summary>
/// <param name="Namespace">The namespace, or <see langword="null"/> for a cluster-scoped object.</param>
/// <param name="Name">The name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
