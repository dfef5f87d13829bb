using Ahoi.ControlPlane.ApiServer.Caching;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>The objects of a list's page.</summary>
/// <param name="Objects">The objects, in key order.</param>
/// <param name="Revision">The revision they were read at.</param>
internal sealed record ListPage(IReadOnlyList<CachedObject> Objects, long Revision)
{
    /// <summary>Gets the token of the next page, or <see langword="null"/>.</summary>
    public string? Continue { get; init; }

    /// <summary>Gets how many objects follow, where that is known.</summary>
    public long? Remaining { get; init; }
}
