using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>
/// The objects of one resource at the newest revision fed, and their latest changes. One writer (the
/// <see cref="ObjectFeed"/>), any number of readers; nothing a reader holds ever changes.
/// </summary>
internal sealed class ResourceCache(string prefix)
{
    private const int SmallestLog = 64;
    private const int LargestLog = 16 * 1024;

    private readonly Lock _gate = new();
    private CachedObject[] _items = [];
    private int _count;
    private bool _itemsShared;
    private CachedEvent[] _log = new CachedEvent[SmallestLog];
    private long _logFrom;
    private long _logTo;
    private long _logStart;
    private long _revision;
    private TaskCompletionSource? _changed;
    private bool _ended;

    public string Prefix { get; } = prefix;

    /// <summary>Gets the revision of the newest change of this resource.</summary>
    public long Revision
    {
        get
        {
            lock (_gate)
            {
                return _revision;
            }
        }
    }

    /// <summary>Takes over what is stored; the changes after <paramref name="revision"/> follow by <see cref="Apply"/>.</summary>
    public void Load(IReadOnlyList<StoredValue> stored, long revision)
    {
        var items = new CachedObject[stored.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = ToObject(stored[i]);
        }

        lock (_gate)
        {
            _items = items;
            _count = items.Length;
            _revision = _logStart = revision;
        }
    }

    /// <summary>Takes a change over. Readers that wait are woken by <see cref="Publish"/>.</summary>
    public void Apply(StoreChange change)
    {
        var after = change.Current is { } current ? ToObject(current) : null;
        lock (_gate)
        {
            var at = FindLocked(change.Key);
            var before = at >= 0 ? _items[at] : null;
            if (after is null && before is null)
            {
                return;
            }

            if (_itemsShared)
            {
                _items = _items.AsSpan(0, _count).ToArray();
                _itemsShared = false;
            }

            if (after is null)
            {
                Array.Copy(_items, at + 1, _items, at, _count - at - 1);
                _items[--_count] = null!;
            }
            else if (before is not null)
            {
                _items[at] = after;
            }
            else
            {
                InsertLocked(~at, after);
            }

            AppendLocked(new(change.Revision, before, after));
            _revision = change.Revision;
        }
    }

    /// <summary>Wakes the readers that wait.</summary>
    public void Publish()
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = null;
        }

        changed?.TrySetResult();
    }

    /// <summary>Ends all watches: the resource is no longer served this way.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
        }

        Publish();
    }

    public CachedObject? Find(string key)
    {
        lock (_gate)
        {
            var at = FindLocked(key);
            return at >= 0 ? _items[at] : null;
        }
    }

    /// <summary>Gets every object whose key starts with <paramref name="keyPrefix"/>, in key order.</summary>
    /// <param name="keyPrefix">The resource's prefix, with or without a namespace and its slash.</param>
    /// <param name="revision">The newest revision of this resource's changes.</param>
    public ArraySegment<CachedObject> Snapshot(string keyPrefix, out long revision)
    {
        lock (_gate)
        {
            revision = _revision;
            _itemsShared = true;
            if (keyPrefix.Length == Prefix.Length)
            {
                return new(_items, 0, _count);
            }

            var from = LowerBoundLocked(keyPrefix);
            var end = keyPrefix[..^1] + (char)(keyPrefix[^1] + 1);
            return new(_items, from, LowerBoundLocked(end) - from);
        }
    }

    /// <summary>Reads changes after a revision, as many as there are.</summary>
    /// <param name="afterRevision">The revision the reader has seen.</param>
    /// <param name="events">Receives the changes.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="changed">Completes with the next change, if there was none to read.</param>
    /// <returns>What came of it.</returns>
    public ReadResult Read(long afterRevision, List<CachedEvent> events, int limit, out Task? changed)
    {
        lock (_gate)
        {
            changed = null;
            if (_ended)
            {
                return ReadResult.Ended;
            }

            if (afterRevision < _logStart)
            {
                return ReadResult.Expired;
            }

            var (low, high) = (_logFrom, _logTo);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (_log[middle & (_log.Length - 1)].Revision > afterRevision)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            for (; low < _logTo && events.Count < limit; low++)
            {
                events.Add(_log[low & (_log.Length - 1)]);
            }

            if (events.Count == 0)
            {
                changed = (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            return ReadResult.Read;
        }
    }

    /// <summary>Gets whether the changes after a revision are all remembered.</summary>
    public bool Remembers(long revision)
    {
        lock (_gate)
        {
            return revision >= _logStart;
        }
    }

    /// <summary>Makes a change of the store's history into what the cache would have remembered.</summary>
    public CachedEvent ToEvent(StoreChange change) => new(
        change.Revision,
        change.Previous is { } previous ? ToObject(previous) : null,
        change.Current is { } current ? ToObject(current) : null);

    private CachedObject ToObject(StoredValue stored) =>
        new(stored.Key, Prefix.Length, stored.Value, stored.Revision);

    private void InsertLocked(int at, CachedObject value)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(8, _count * 2));
        }

        Array.Copy(_items, at, _items, at + 1, _count - at);
        _items[at] = value;
        _count++;
    }

    private void AppendLocked(CachedEvent change)
    {
        if (_logTo - _logFrom == _log.Length)
        {
            if (_log.Length < LargestLog)
            {
                var larger = new CachedEvent[_log.Length * 2];
                for (var i = _logFrom; i < _logTo; i++)
                {
                    larger[i & (larger.Length - 1)] = _log[i & (_log.Length - 1)];
                }

                _log = larger;
            }
            else
            {
                _logStart = _log[_logFrom & (_log.Length - 1)].Revision;
                _logFrom++;
            }
        }

        _log[_logTo++ & (_log.Length - 1)] = change;
    }

    private int FindLocked(string key)
    {
        var at = LowerBoundLocked(key);
        return at < _count && _items[at].Key == key ? at : ~at;
    }

    private int LowerBoundLocked(string key)
    {
        // Generated and numbered names mostly grow.
        var (low, high) = (_count > 0 && string.CompareOrdinal(_items[_count - 1].Key, key) < 0 ? _count : 0, _count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(_items[middle].Key, key) < 0)
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
}

/// <summary>What came of reading a cache's changes.</summary>
internal enum ReadResult
{
    Read,

    /// <summary>The place in the history is gone.</summary>
    Expired,

    /// <summary>The resource is no longer served.</summary>
    Ended,
}
