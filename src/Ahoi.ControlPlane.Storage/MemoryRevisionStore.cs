using Ahoi.ControlPlane.Storage.State;

namespace Ahoi.ControlPlane.Storage;

/// <summary>A store that keeps everything in memory and is gone with the process.</summary>
public sealed class MemoryRevisionStore : IRevisionStore
{
    private readonly RevisionState _state = new(Snapshot.Initial, compacted: 0);
    private readonly Lock _writing = new();

    /// <inheritdoc/>
    public long Revision => _state.Newest.Revision;

    /// <inheritdoc/>
    public long CompactedRevision => _state.CompactedRevision;

    /// <inheritdoc/>
    public ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Write(new WriteRequest(key, value, 0), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedRevision);
        return Write(new WriteRequest(key, value, expectedRevision), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedRevision);
        return Write(new WriteRequest(key, null, expectedRevision), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(SnapshotTree.Find(_state.Newest.Tree, key));

    /// <inheritdoc/>
    public ValueTask<RangePage> ListAsync(string prefix, RangeOptions range, CancellationToken cancellationToken) =>
        new(_state.List(prefix, range));

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken) =>
        _state.WatchAsync(prefix, afterRevision, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        _state.Compact(revision);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends all watches.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        _state.Close();
        return ValueTask.CompletedTask;
    }

    private ValueTask<WriteOutcome> Write(WriteRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            var (outcome, change, next) = _state.Newest.Write(request);
            if (change is not null)
            {
                _state.Publish([change], next);
            }

            return new(outcome);
        }
    }
}
