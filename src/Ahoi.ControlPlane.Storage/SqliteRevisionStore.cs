using System.Threading.Channels;
using Ahoi.ControlPlane.Storage.Sqlite;
using Ahoi.ControlPlane.Storage.State;

namespace Ahoi.ControlPlane.Storage;

/// <summary>
/// A store on one SQLite file: an acknowledged write survives the process and, as far as the disk keeps its word, a power
/// failure. Reads and watches are served from memory and see nothing before it is on the disk. Writes that arrive together
/// share one transaction, so that durability costs one sync for all of them.
/// </summary>
public sealed class SqliteRevisionStore : IRevisionStore
{
    private const int MaxTogether = 512;

    private readonly Channel<Pending> _inbox = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly StoreLock _lock;
    private readonly StoreFile _file;
    private readonly RevisionState _state;
    private readonly Task _writer;

    private SqliteRevisionStore(StoreLock @lock, StoreFile file, RevisionState state)
    {
        _lock = @lock;
        _file = file;
        _state = state;
        _writer = Task.Factory.StartNew(
            WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public long Revision => _state.Newest.Revision;

    /// <inheritdoc/>
    public long CompactedRevision => _state.CompactedRevision;

    internal StoreFile File => _file;

    /// <summary>Opens a store, making its file where there is none. Only one process may have it open.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <returns>The store, with all of its history since the last compaction.</returns>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="StoreDamagedException">The file is damaged, another program's, or newer than this program; it was not touched.</exception>
    public static SqliteRevisionStore Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var taken = StoreLock.Take(path);
        StoreFile? file = null;
        try
        {
            file = StoreFile.Open(path);
            return new SqliteRevisionStore(taken, file, file.Load());
        }
        catch
        {
            file?.Dispose();
            taken.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreWriteException">The disk is full or failed; nothing was written.</exception>
    public ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(new WriteRequest(key, value, 0), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="StoreWriteException">The disk is full or failed; nothing was written.</exception>
    public ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedRevision);
        return WriteAsync(new WriteRequest(key, value, expectedRevision), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreWriteException">The disk is full or failed; nothing was written.</exception>
    public ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedRevision);
        return WriteAsync(new WriteRequest(key, null, expectedRevision), cancellationToken);
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
    /// <exception cref="StoreWriteException">The disk is full or failed; the history is still there.</exception>
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        var pending = new Pending(null, revision);
        Enqueue(pending);
        await pending.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finishes the writes that were accepted, ends all watches and closes the file.</summary>
    /// <returns>When the file is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_inbox.Writer.TryComplete())
        {
            await _writer.ConfigureAwait(false);
            _state.Close();
            _file.Dispose();
            _lock.Dispose();
        }
    }

    private async ValueTask<WriteOutcome> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new Pending(request, 0);
        Enqueue(pending);
        return await pending.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Enqueue(Pending pending) =>
        ObjectDisposedException.ThrowIf(!_inbox.Writer.TryWrite(pending), this);

    private void WriteAll()
    {
        var batch = new List<Pending>(MaxTogether);
        // A thread of its own, because SQLite blocks; it sleeps here while there is nothing to write.
        while (_inbox.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MaxTogether && _inbox.Reader.TryRead(out var pending))
            {
                if (pending.Request is not null)
                {
                    batch.Add(pending);
                    continue;
                }

                WriteTogether(batch);
                batch.Clear();
                Compact(pending);
            }

            WriteTogether(batch);
        }
    }

    private void WriteTogether(List<Pending> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var next = _state.Newest;
        var changes = new List<StoreChange>(batch.Count);
        var outcomes = new WriteOutcome[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            (outcomes[i], var change, next) = next.Write(batch[i].Request!.Value);
            if (change is not null)
            {
                changes.Add(change);
            }
        }

        try
        {
            if (changes.Count > 0)
            {
                _file.Append(changes);
                _state.Publish([.. changes], next);
            }
        }
#pragma warning disable CA1031 // Loop boundary: whatever keeps the batch off the disk is the answer to its writers.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            batch.ForEach(p => p.Answer.SetException(exception));
            return;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Answer.SetResult(outcomes[i]);
        }
    }

    private void Compact(Pending pending)
    {
        try
        {
            var revision = Math.Min(pending.CompactTo, Revision);
            if (revision > CompactedRevision)
            {
                _file.Compact(revision);
                _state.Compact(revision);
            }

            pending.Answer.SetResult(default);
        }
#pragma warning disable CA1031 // Loop boundary: the failure is the answer to whoever asked for the compaction.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            pending.Answer.SetException(exception);
        }
    }

    private sealed record Pending(WriteRequest? Request, long CompactTo)
    {
        public TaskCompletionSource<WriteOutcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
