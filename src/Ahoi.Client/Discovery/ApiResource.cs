using Ahoi.Api.Objects;

namespace Ahoi.Client.Discovery;

/// <summary>One resource a server serves.</summary>
/// <param name="Resource">Where it is served.</param>
/// <param name="Type">What its objects are.</param>
/// <param name="Namespaced">Whether its objects are in namespaces.</param>
public sealed record ApiResource(GroupVersionResource Resource, GroupVersionKind Type, bool Namespaced)
{
    /// <summary>Gets the singular name.</summary>
    public string Singular { get; init; } = "";

    /// <summary>Gets the short names.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Gets the categories it belongs to.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Gets what can be done with it: <c>get</c>, <c>list</c>, <c>watch</c>...</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Gets its subresources, as in <c>status</c>.</summary>
    public IReadOnlyList<string> Subresources { get; init; } = [];
}
