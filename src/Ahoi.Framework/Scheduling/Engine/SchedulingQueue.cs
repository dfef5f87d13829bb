namespace Ahoi.Framework.Scheduling.Engine;

/// <summary>
/// The pods that wait for a node. Those to be tried come out by priority, then by when they came in; those that failed wait a
/// while first; those that fit nowhere wait until something changes that could help.
/// </summary>
internal sealed class SchedulingQueue : IDisposable
{
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<Entry> _active = new(Entry.ByRank);
    private readonly SemaphoreSlim _ready = new(0);
    private readonly ITimer _timer;
    private long _order;
    private long _armed = long.MaxValue;
    private bool _disposed;

    public SchedulingQueue(SchedulerOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _timer = time.CreateTimer(static queue => ((SchedulingQueue)queue!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private enum Place
    {
        Active,
        Taken,
        Backoff,
        Parked,
    }

    /// <summary>Gets how many pods wait: to be tried, for their time, for a change.</summary>
    public (int Active, int Backoff, int Unschedulable) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_active.Count, _entries.Values.Count(e => e.Place == Place.Backoff), _entries.Values.Count(e => e.Place == Place.Parked));
            }
        }
    }

    /// <summary>Adds a pod, or takes in that it has changed: one that fits nowhere is tried again if it wants something else.</summary>
    public void Put(PodView pod)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(pod.Uid, out var entry))
            {
                _entries.Add(pod.Uid, entry = new(pod, _order++));
                ActivateLocked(entry);
                return;
            }

            var before = entry.Pod;
            switch (entry.Place)
            {
                case Place.Active:
                    _active.Remove(entry);
                    entry.Pod = pod;
                    _active.Add(entry);
                    break;
                case Place.Parked when !pod.WantsTheSameAs(before):
                    entry.Pod = pod;
                    WakeLocked(entry);
                    break;
                case Place.Taken:
                    entry.Woken |= !pod.WantsTheSameAs(before);
                    entry.Pod = pod;
                    break;
                default:
                    entry.Pod = pod;
                    break;
            }
        }
    }

    /// <summary>Forgets a pod: it is gone, or has its node.</summary>
    public void Remove(string uid)
    {
        lock (_gate)
        {
            if (_entries.Remove(uid, out var entry))
            {
                _active.Remove(entry);
            }
        }
    }

    /// <summary>Takes the pod out that is next; its place is kept until it is given back or removed.</summary>
    public async ValueTask<PodView> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_active.Min is { } first)
                {
                    _active.Remove(first);
                    (first.Place, first.Woken) = (Place.Taken, false);
                    return first.Pod;
                }
            }

            await _ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a pod back that fits nowhere: until something changes, or at once if something did meanwhile.</summary>
    public void Park(string uid) => GiveBack(uid, parked: true);

    /// <summary>Gives a pod back whose attempt failed for another reason.</summary>
    public void Retry(string uid) => GiveBack(uid, parked: false);

    /// <summary>Tries pods again that fit nowhere, those that <paramref name="which"/> says could be helped.</summary>
    public void Wake(Func<PodView, bool>? which = null)
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(e => e.Place is Place.Parked or Place.Taken && (which is null || which(e.Pod))).ToArray())
            {
                if (entry.Place == Place.Taken)
                {
                    entry.Woken = true;
                }
                else
                {
                    WakeLocked(entry);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
        _ready.Dispose();
    }

    private void GiveBack(string uid, bool parked)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(uid, out var entry) || entry.Place != Place.Taken)
            {
                return;
            }

            entry.Attempts++;
            var now = _time.GetTimestamp();
            entry.NotBefore = now + Ticks(Delay(entry.Attempts));
            if (parked && !entry.Woken)
            {
                entry.Place = Place.Parked;
                entry.Until = now + Ticks(_options.MaxUnschedulable);
            }
            else
            {
                (entry.Place, entry.Until) = (Place.Backoff, entry.NotBefore);
            }

            ArmLocked(entry.Until);
        }
    }

    private TimeSpan Delay(int attempts)
    {
        var doubled = _options.MinBackoff.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 30));
        return TimeSpan.FromSeconds(Math.Min(doubled, _options.MaxBackoff.TotalSeconds));
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private void WakeLocked(Entry entry)
    {
        if (entry.NotBefore <= _time.GetTimestamp())
        {
            ActivateLocked(entry);
        }
        else
        {
            (entry.Place, entry.Until) = (Place.Backoff, entry.NotBefore);
            ArmLocked(entry.Until);
        }
    }

    private void ActivateLocked(Entry entry)
    {
        entry.Place = Place.Active;
        _active.Add(entry);
        if (!_disposed && _ready.CurrentCount == 0)
        {
            _ready.Release();
        }
    }

    private void Fire()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _armed = long.MaxValue;
            foreach (var entry in _entries.Values.Where(e => e.Place is Place.Backoff or Place.Parked).ToArray())
            {
                if (entry.Until <= now)
                {
                    ActivateLocked(entry);
                }
                else
                {
                    ArmLocked(entry.Until);
                }
            }
        }
    }

    private void ArmLocked(long until)
    {
        if (until < _armed && !_disposed)
        {
            _armed = until;

            // A timer counts whole milliseconds; a part of one too early would find nothing due.
            var wait = Math.Max(0, Math.Ceiling((until - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency));
            _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Entry(PodView pod, long order)
    {
        public static readonly IComparer<Entry> ByRank = Comparer<Entry>.Create((a, b) =>
            b.Pod.Priority.CompareTo(a.Pod.Priority) is not 0 and var byPriority ? byPriority : a.Order.CompareTo(b.Order));

        public PodView Pod { get; set; } = pod;

        public long Order { get; } = order;

        public Place Place { get; set; }

        public int Attempts { get; set; }

        /// <summary>When the pod may be tried again at the earliest.</summary>
        public long NotBefore { get; set; }

        /// <summary>When the pod is tried again if nothing else happens.</summary>
        public long Until { get; set; }

        /// <summary>Whether something changed while the pod was tried.</summary>
        public bool Woken { get; set; }
    }
}
