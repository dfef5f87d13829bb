using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Queues;

/// <summary>
/// The keys that wait for a reconcile. A key waits once, however often it is added, and never has two workers: what is added
/// while it is worked on comes back once after. Changes go before sweeps, but a sweep that waited long goes first; namespaces
/// take turns. Each key has at most one timer.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    /// <summary>How many causes are kept of one key; more would tell nobody anything.</summary>
    public const int CauseLimit = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly KeyRing _changes = new();
    private readonly KeyRing _sweeps = new();
    private readonly PriorityQueue<(ObjectKey Key, long Due), long> _due = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly TimeProvider _time;
    private readonly TimeSpan _sweepPatience;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _completed;

    public WorkQueue(TimeProvider time, TimeSpan? sweepPatience = null)
    {
        _time = time;
        _sweepPatience = sweepPatience ?? TimeSpan.FromSeconds(2);
        _timer = time.CreateTimer(static queue => ((WorkQueue)queue!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets a task that ends when the queue is completed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Gets how many keys wait for a worker.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _changes.Count + _sweeps.Count;
            }
        }
    }

    /// <summary>Gets how long the key waits that waits longest.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
            {
                var since = Math.Min(_changes.OldestSince, _sweeps.OldestSince);
                return since == long.MaxValue ? TimeSpan.Zero : _time.GetElapsedTime(since);
            }
        }
    }

    /// <summary>Adds a key, with the reason why.</summary>
    public void Add(ObjectKey key, ReconcileCause cause, QueuePriority priority = QueuePriority.Change)
    {
        bool released;
        lock (_gate)
        {
            released = AddLocked(key, cause, priority);
        }

        if (released)
        {
            _ready.Release();
        }
    }

    /// <summary>Sets the key's timer; the timer it had is gone. Null leaves it without one.</summary>
    public void Schedule(ObjectKey key, TimeSpan? delay, ReconcileCause cause)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            var entry = EntryLocked(key);
            if (delay is not { } after)
            {
                entry.Due = null;
                DropLocked(key, entry);
                return;
            }

            var due = _time.GetUtcNow().UtcTicks + Math.Max(0, after.Ticks);
            (entry.Due, entry.DueCause) = (due, cause);
            _due.Enqueue((key, due), due);
            ArmLocked();
        }
    }

    /// <summary>Takes the next key; null when the queue is completed.</summary>
    public async ValueTask<WorkItem?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _ready.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                if (_completed)
                {
                    _ready.Release();
                    return null;
                }

                if (_changes.Count + _sweeps.Count == 0)
                {
                    continue;
                }

                var sweep = _changes.Count == 0
                    || (_sweeps.Count > 0 && _time.GetElapsedTime(_sweeps.NextSince) >= _sweepPatience);
                var key = (sweep ? _sweeps : _changes).Take();
                var entry = _entries[key];
                (entry.Waiting, entry.Active) = (false, true);
                var item = new WorkItem(key, entry.Causes, entry.OmittedCauses, _time.GetElapsedTime(entry.Since));
                (entry.Causes, entry.OmittedCauses) = ([], 0);
                return item;
            }
        }
    }

    /// <summary>Gives a key back; if it was added meanwhile it waits again.</summary>
    public void Done(ObjectKey key)
    {
        var again = false;
        lock (_gate)
        {
            var entry = _entries[key];
            entry.Active = false;
            if (entry.Causes.Count > 0 && !_completed)
            {
                again = EnqueueLocked(key, entry, entry.Priority);
            }
            else
            {
                DropLocked(key, entry);
            }
        }

        if (again)
        {
            _ready.Release();
        }
    }

    /// <summary>Hands nothing out any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _completion.TrySetResult();
        _ready.Release();
    }

    public void Dispose()
    {
        Complete();
        _timer.Dispose();
        _ready.Dispose();
    }

    private bool AddLocked(ObjectKey key, ReconcileCause cause, QueuePriority priority)
    {
        if (_completed)
        {
            return false;
        }

        var entry = EntryLocked(key);
        if (entry.Causes.Count < CauseLimit)
        {
            entry.Causes.Add(cause);
        }
        else
        {
            entry.OmittedCauses++;
        }

        if (entry.Active)
        {
            entry.Priority = entry.Causes.Count == 1 ? priority : Min(entry.Priority, priority);
            return false;
        }

        if (!entry.Waiting)
        {
            return EnqueueLocked(key, entry, priority);
        }

        if (priority < entry.Priority)
        {
            _sweeps.Remove(key);
            _changes.Add(key, entry.Since);
            entry.Priority = priority;
        }

        return false;
    }

    private bool EnqueueLocked(ObjectKey key, Entry entry, QueuePriority priority)
    {
        (entry.Waiting, entry.Priority, entry.Since) = (true, priority, _time.GetTimestamp());
        (priority == QueuePriority.Change ? _changes : _sweeps).Add(key, entry.Since);
        return true;
    }

    private Entry EntryLocked(ObjectKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries.Add(key, entry = new());
        }

        return entry;
    }

    private void DropLocked(ObjectKey key, Entry entry)
    {
        if (entry is { Waiting: false, Active: false, Due: null })
        {
            _entries.Remove(key);
        }
    }

    private void Fire()
    {
        var released = 0;
        lock (_gate)
        {
            var now = _time.GetUtcNow().UtcTicks;
            while (!_completed && _due.TryPeek(out var next, out var due) && due <= now)
            {
                _due.Dequeue();
                if (_entries.TryGetValue(next.Key, out var entry) && entry.Due == next.Due)
                {
                    entry.Due = null;
                    var cause = entry.DueCause!; // Set with every due time.
                    released += AddLocked(next.Key, cause, cause.Kind == CauseKind.Resync ? QueuePriority.Sweep : QueuePriority.Change) ? 1 : 0;
                }
            }

            ArmLocked();
        }

        if (released > 0)
        {
            _ready.Release(released);
        }
    }

    private void ArmLocked()
    {
        while (_due.TryPeek(out var next, out var due))
        {
            // Timers that were replaced stay in the heap until they come up; they are not worth waking for.
            if (!_entries.TryGetValue(next.Key, out var entry) || entry.Due != next.Due)
            {
                _due.Dequeue();
                continue;
            }

            var delay = TimeSpan.FromTicks(Math.Max(0, due - _time.GetUtcNow().UtcTicks));
            _timer.Change(delay < TimeSpan.FromDays(20) ? delay : TimeSpan.FromDays(20), Timeout.InfiniteTimeSpan);
            return;
        }
    }

    private static QueuePriority Min(QueuePriority left, QueuePriority right) => left < right ? left : right;

    private sealed class Entry
    {
        public bool Waiting { get; set; }

        public bool Active { get; set; }

        public QueuePriority Priority { get; set; }

        public long Since { get; set; }

        public List<ReconcileCause> Causes { get; set; } = [];

        public int OmittedCauses { get; set; }

        public long? Due { get; set; }

        public ReconcileCause? DueCause { get; set; }
    }
}
