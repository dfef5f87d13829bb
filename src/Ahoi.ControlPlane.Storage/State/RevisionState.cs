using System.Runtime.CompilerServices;

namespace Ahoi.ControlPlane.Storage.State;

/// <summary>
/// What both stores keep in memory: the newest snapshot, the changes since the last compaction, and who waits for more.
/// The log is dense: each write is one revision more than the one before.
/// </summary>
internal sealed class RevisionState
{
    private const int BatchLimit = 1000;

    private readonly Lock _gate = new();
    private readonly List<StoreChange> _log = [];
    private readonly Dictionary<string, WatchGroup> _groups = new(StringComparer.Ordinal);
    private Snapshot _newest;
    private long _compacted;
    private bool _closed;

    /// <summary>Starts from a snapshot whose history before it is gone.</summary>
    public RevisionState(Snapshot start, long compacted)
    {
        _newest = start;
        _compacted = compacted;
    }

    public Snapshot Newest => Volatile.Read(ref _newest);

    public long CompactedRevision => Interlocked.Read(ref _compacted);

    /// <summary>Makes changes visible, all at once.</summary>
    /// <param name="changes">The changes, with consecutive revisions that follow the newest one.</param>
    /// <param name="next">The snapshot after the last of them.</param>
    public void Publish(ReadOnlySpan<StoreChange> changes, Snapshot next)
    {
        List<TaskCompletionSource>? signals = null;
        lock (_gate)
        {
            _log.AddRange(changes);
            Volatile.Write(ref _newest, next);
            foreach (var group in _groups.Values)
            {
                if (group.IsAwaited && Touches(changes, group.Prefix))
                {
                    (signals ??= []).Add(group.TakeSignal()!);
                }
            }
        }

        Wake(signals);
    }

    public RangePage List(string prefix, RangeOptions range)
    {
        var snapshot = At(range.AtRevision);
        var items = new List<StoredValue>();
        var remaining = 0L;
        foreach (var value in SnapshotTree.Range(snapshot.Tree, prefix, range.AfterKey))
        {
            if (range.Limit > 0 && items.Count >= range.Limit)
            {
                remaining++;
            }
            else
            {
                items.Add(value);
            }
        }

        return new RangePage(snapshot.Revision, items, remaining);
    }

    public async IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = new Watcher { Seen = afterRevision };
        Register(prefix, watcher);
        try
        {
            while (true)
            {
                var (batch, more) = Read(prefix, watcher);
                if (batch.Count > 0)
                {
                    yield return batch;
                }
                else if (more is null)
                {
                    yield break;
                }
                else
                {
                    await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Unregister(prefix, watcher);
        }
    }

    /// <summary>Drops the changes up to a revision.</summary>
    /// <returns>The revision history now starts after.</returns>
    public long Compact(long revision)
    {
        lock (_gate)
        {
            revision = Math.Min(revision, _newest.Revision);
            if (revision <= _compacted)
            {
                return _compacted;
            }

            foreach (var group in _groups.Values)
            {
                SkipQuietTimeLocked(group, revision);
            }

            _log.RemoveRange(0, IndexAfterLocked(revision));
            Interlocked.Exchange(ref _compacted, revision);
            return revision;
        }
    }

    /// <summary>Ends all watches.</summary>
    public void Close()
    {
        List<TaskCompletionSource> signals;
        lock (_gate)
        {
            _closed = true;
            signals = [.. _groups.Values.Select(g => g.TakeSignal()).OfType<TaskCompletionSource>()];
        }

        Wake(signals);
    }

    /// <summary>Completes signals on the pool: queueing what waits for them takes time in proportion to the watchers, and the writer must not pay for it.</summary>
    private static void Wake(List<TaskCompletionSource>? signals)
    {
        foreach (var signal in signals ?? [])
        {
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.TrySetResult(), signal, preferLocal: false);
        }
    }

    private static bool Touches(ReadOnlySpan<StoreChange> changes, string prefix)
    {
        foreach (var change in changes)
        {
            if (change.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gets the state at a revision by taking back what came after it.</summary>
    private Snapshot At(long revision)
    {
        Snapshot snapshot;
        StoreChange[] after;
        lock (_gate)
        {
            snapshot = _newest;
            if (revision == 0 || revision == snapshot.Revision)
            {
                return snapshot;
            }

            if (revision > snapshot.Revision)
            {
                throw new FutureRevisionException(revision, snapshot.Revision);
            }

            if (revision < _compacted)
            {
                throw new RevisionExpiredException(revision, _compacted);
            }

            var from = IndexAfterLocked(revision);
            after = new StoreChange[_log.Count - from];
            _log.CopyTo(from, after, 0, after.Length);
        }

        // Outside the lock: taking back many changes takes long, and writers must not wait for a reader.
        for (var i = after.Length - 1; i >= 0; i--)
        {
            snapshot = snapshot.Before(after[i]);
        }

        return snapshot with { Revision = revision };
    }

    private (List<StoreChange> Batch, Task? More) Read(string prefix, Watcher watcher)
    {
        lock (_gate)
        {
            if (watcher.Seen < _compacted)
            {
                throw new RevisionExpiredException(watcher.Seen, _compacted);
            }

            var batch = new List<StoreChange>();
            for (var i = IndexAfterLocked(watcher.Seen); i < _log.Count && batch.Count < BatchLimit; i++)
            {
                watcher.Seen = _log[i].Revision;
                if (_log[i].Key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    batch.Add(_log[i]);
                }
            }

            return (batch, _closed || batch.Count > 0 ? null : _groups[prefix].Await());
        }
    }

    /// <summary>Finds the first change after a revision, which need not exist yet.</summary>
    private int IndexAfterLocked(long revision)
    {
        int low = 0, high = _log.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_log[middle].Revision <= revision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>A watcher for whom nothing happened in what is dropped has missed nothing, and moves on.</summary>
    private void SkipQuietTimeLocked(WatchGroup group, long revision)
    {
        var end = IndexAfterLocked(revision);
        var last = 0L;
        for (var i = end - 1; i >= 0 && last == 0; i--)
        {
            if (_log[i].Key.StartsWith(group.Prefix, StringComparison.Ordinal))
            {
                last = _log[i].Revision;
            }
        }

        foreach (var watcher in group.Watchers.Where(w => w.Seen < revision && w.Seen >= last && w.Seen >= _compacted))
        {
            watcher.Seen = revision;
        }
    }

    private void Register(string prefix, Watcher watcher)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(prefix, out var group))
            {
                _groups[prefix] = group = new WatchGroup(prefix);
            }

            group.Watchers.Add(watcher);
        }
    }

    private void Unregister(string prefix, Watcher watcher)
    {
        lock (_gate)
        {
            var group = _groups[prefix];
            group.Watchers.Remove(watcher);
            if (group.Watchers.Count == 0)
            {
                _groups.Remove(prefix);
            }
        }
    }

    private sealed class Watcher
    {
        public long Seen { get; set; }
    }

    /// <summary>The watchers of one prefix, woken together.</summary>
    private sealed class WatchGroup(string prefix)
    {
        private TaskCompletionSource? _signal;

        public string Prefix { get; } = prefix;

        public HashSet<Watcher> Watchers { get; } = [];

        /// <summary>Gets whether anybody waits: watchers that are still busy find the next changes by themselves.</summary>
        public bool IsAwaited => _signal is not null;

        /// <summary>Gets what completes with the next change.</summary>
        public Task Await() => (_signal ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        /// <summary>Takes the signal that is awaited away, to be completed outside the lock.</summary>
        public TaskCompletionSource? TakeSignal()
        {
            var signal = _signal;
            _signal = null;
            return signal;
        }
    }
}
