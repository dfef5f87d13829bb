namespace Ahoi.ControlPlane.Storage;

/// <summary>Which part of a range to read.</summary>
/// <param name="AfterKey">Only keys greater than this one; <see langword="null"/> for all.</param>
/// <param name="Limit">At most this many; 0 for all.</param>
/// <param name="AtRevision">As of this revision; 0 for the newest.</param>
public readonly record struct RangeOptions(string? AfterKey = null, int Limit = 0, long AtRevision = 0);
