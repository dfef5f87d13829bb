using System.Runtime.CompilerServices;
using Ahoi.ControlPlane.ApiServer.CustomResources;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>A store whose watches of definitions break off when told to, as a compaction makes them.</summary>
internal sealed class BreakingStore : IRevisionStore
{
    private readonly MemoryRevisionStore _inner = new();
    private CancellationTokenSource _break = new();

    public long Revision => _inner.Revision;

    public long CompactedRevision => _inner.CompactedRevision;

    public int Watches { get; private set; }

    public void Break() => Interlocked.Exchange(ref _break, new()).Cancel();

    public ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => _inner.CreateAsync(key, value, cancellationToken);

    public ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken) =>
        _inner.UpdateAsync(key, value, expectedRevision, cancellationToken);

    public ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken) => _inner.DeleteAsync(key, expectedRevision, cancellationToken);

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => _inner.GetAsync(key, cancellationToken);

    public ValueTask<RangePage> ListAsync(string prefix, RangeOptions range, CancellationToken cancellationToken) => _inner.ListAsync(prefix, range, cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (prefix != DefinitionController.Prefix)
        {
            await foreach (var batch in _inner.WatchAsync(prefix, afterRevision, cancellationToken))
            {
                yield return batch;
            }

            yield break;
        }

        Watches++;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _break.Token);
        await using var changes = _inner.WatchAsync(prefix, afterRevision, ends.Token).GetAsyncEnumerator(ends.Token);
        while (true)
        {
            try
            {
                if (!await changes.MoveNextAsync())
                {
                    break;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException("the watch broke off");
            }

            yield return changes.Current;
        }
    }

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) => _inner.CompactAsync(revision, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _break.Dispose();
        return _inner.DisposeAsync();
    }
}
