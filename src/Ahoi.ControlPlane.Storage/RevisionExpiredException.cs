namespace Ahoi.ControlPlane.Storage;

/// <summary>History was asked for that a compaction has dropped; read the range again.</summary>
/// <param name="asked">The revision asked for.</param>
/// <param name="compacted">The revision up to which history is gone.</param>
public sealed class RevisionExpiredException(long asked, long compacted)
    : Exception($"Revision {asked} was compacted; history starts after {compacted}. Read the range again.")
{
    /// <summary>Gets the revision asked for.</summary>
    public long AskedRevision { get; } = asked;

    /// <summary>Gets the revision up to which history is gone.</summary>
    public long CompactedRevision { get; } = compacted;
}
