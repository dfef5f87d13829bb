namespace Ahoi.ControlPlane.Storage;

/// <summary>
/// A key-value store in which every write has a revision, one counter for the whole store, and whose history can be
/// watched without gaps or repeats. Keys are compared ordinally; values are bytes the store never looks into.
/// Safe for concurrent use.
/// </summary>
public interface IRevisionStore : IAsyncDisposable
{
    /// <summary>Gets the revision of the newest acknowledged write; a new store starts at 1.</summary>
    long Revision { get; }

    /// <summary>Gets the revision up to which history was dropped; 0 before the first compaction.</summary>
    long CompactedRevision { get; }

    /// <summary>Writes <paramref name="value"/> under a key that does not exist.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; the store keeps the memory, so it must not change any more.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may still happen.</param>
    /// <returns>The new revision, or the value that is there already.</returns>
    ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Replaces the value under a key that still has <paramref name="expectedRevision"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; the store keeps the memory, so it must not change any more.</param>
    /// <param name="expectedRevision">The revision the caller read.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may still happen.</param>
    /// <returns>The new revision, or what is there instead.</returns>
    ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>Deletes a key that still has <paramref name="expectedRevision"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedRevision">The revision the caller read.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may still happen.</param>
    /// <returns>The revision of the deletion, or what is there instead.</returns>
    ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>Reads one key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The newest value, or <see langword="null"/> where there is none.</returns>
    ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads the keys that start with <paramref name="prefix"/>, in ordinal order, as they were at one revision.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="range">Where to start, how much to read, and as of which revision.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page.</returns>
    /// <exception cref="RevisionExpiredException">The revision asked for was compacted.</exception>
    /// <exception cref="FutureRevisionException">The revision asked for has not been reached.</exception>
    ValueTask<RangePage> ListAsync(string prefix, RangeOptions range, CancellationToken cancellationToken);

    /// <summary>
    /// Follows the writes below <paramref name="prefix"/> whose revision is greater than <paramref name="afterRevision"/>:
    /// each once, in order, whatever the reader's pace. The writer never waits for a reader.
    /// </summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="afterRevision">The revision the caller has seen.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>Batches of changes, none empty; a batch holds all that was available.</returns>
    /// <exception cref="RevisionExpiredException">The place in the history was compacted, now or while watching.</exception>
    IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken);

    /// <summary>Drops the history up to <paramref name="revision"/>; the newest value of each key stays.</summary>
    /// <param name="revision">The revision; beyond the newest it is taken as the newest.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>When it is done.</returns>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken);
}
