namespace Ahoi.ControlPlane.Storage;

/// <summary>One write, as a watcher sees it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The write's revision.</param>
/// <param name="Current">The value written, or <see langword="null"/> for a deletion.</param>
/// <param name="Previous">What the key held before, or <see langword="null"/> for a creation.</param>
public sealed record StoreChange(string Key, long Revision, StoredValue? Current, StoredValue? Previous);
