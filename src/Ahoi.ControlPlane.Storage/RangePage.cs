namespace Ahoi.ControlPlane.Storage;

/// <summary>Part of a range.</summary>
/// <param name="Revision">The revision the range was read at.</param>
/// <param name="Items">The values, in key order.</param>
/// <param name="Remaining">How many keys follow the last one read.</param>
public sealed record RangePage(long Revision, IReadOnlyList<StoredValue> Items, long Remaining);
