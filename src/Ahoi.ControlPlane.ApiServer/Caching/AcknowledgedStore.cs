using System.Collections.Concurrent;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>
/// The store, with a note of the last acknowledged write of every resource. Who needs to have seen a resource's writes
/// then waits for that resource's alone: a burst of other writes does not hold it up. All writes of a cluster go through
/// one of these.
/// </summary>
internal sealed class AcknowledgedStore(IRevisionStore inner) : IRevisionStore
{
    private readonly ConcurrentDictionary<string, StrongBox> _latest = new(StringComparer.Ordinal);

    public long Revision => inner.Revision;

    public long CompactedRevision => inner.CompactedRevision;

    /// <summary>Gets the "/registry/GROUP/PLURAL/" of a key.</summary>
    public static ReadOnlySpan<char> ResourcePart(string key)
    {
        var slashes = 0;
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] == '/' && ++slashes == 4)
            {
                return key.AsSpan(0, i + 1);
            }
        }

        return key;
    }

    /// <summary>Gets the revision of the last acknowledged write of a resource; 0 where there was none since the start.</summary>
    public long LatestOf(string prefix) => _latest.TryGetValue(prefix, out var latest) ? Volatile.Read(ref latest.Revision) : 0;

    public async ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Note(key, await inner.CreateAsync(key, value, cancellationToken).ConfigureAwait(false));

    public async ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken) =>
        Note(key, await inner.UpdateAsync(key, value, expectedRevision, cancellationToken).ConfigureAwait(false));

    public async ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken) =>
        Note(key, await inner.DeleteAsync(key, expectedRevision, cancellationToken).ConfigureAwait(false));

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public ValueTask<RangePage> ListAsync(string prefix, RangeOptions range, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, range, cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken) =>
        inner.WatchAsync(prefix, afterRevision, cancellationToken);

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) => inner.CompactAsync(revision, cancellationToken);

    /// <summary>Does nothing: the store is its owner's to end.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private WriteOutcome Note(string key, WriteOutcome outcome)
    {
        if (outcome.Succeeded)
        {
            var prefix = ResourcePart(key);
            if (!_latest.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out var latest))
            {
                latest = _latest.GetOrAdd(prefix.ToString(), _ => new());
            }

            for (var seen = Volatile.Read(ref latest.Revision); seen < outcome.Revision;)
            {
                var there = Interlocked.CompareExchange(ref latest.Revision, outcome.Revision, seen);
                if (there == seen)
                {
                    break;
                }

                seen = there;
            }
        }

        return outcome;
    }

    private sealed class StrongBox
    {
        public long Revision;
    }
}
