namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>One change of an object, as watches see it.</summary>
/// <param name="Revision">The change's revision.</param>
/// <param name="Before">The object before; <see langword="null"/> for a creation.</param>
/// <param name="After">The object after; <see langword="null"/> for a deletion.</param>
internal sealed record CachedEvent(long Revision, CachedObject? Before, CachedObject? After)
{
    /// <summary>Gets the last state at the change's revision: what watchers are told for whom the object goes away.</summary>
    public CachedObject Gone => field ??= Before!.AtRevision(Revision);

    public string Key => (After ?? Before!).Key;
}
