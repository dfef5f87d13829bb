using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>A subresource of a <see cref="ServedResource"/>.</summary>
/// <param name="Name">Its name, as in <c>status</c>.</param>
/// <param name="Kind">The kind its requests carry.</param>
/// <param name="Verbs">The verbs, in alphabetical order.</param>
internal sealed record ServedSubresource(string Name, GroupVersionKind Kind, IReadOnlyList<string> Verbs)
{
    /// <summary>Gets what answers its requests; <see langword="null"/> for status, scale and others that read and write the object itself.</summary>
    public ISubresourceHandler? Handler { get; init; }

    /// <summary>Gets where <c>scale</c> finds its numbers; <see langword="null"/> for the built-in kinds' usual places.</summary>
    public ScalePaths? Scale { get; init; }

    public bool Serves(string verb) => Verbs.Contains(verb, StringComparer.Ordinal);
}
