using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>
/// The objects of one informer, with an index by owner. It only ever moves forward: an object replaces the one of its name
/// if its resource version is later, so that late events never overwrite what an own write has answered.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, RawObject> _objects = [];
    private readonly Dictionary<string, HashSet<ObjectKey>> _byOwner = new(StringComparer.Ordinal);

    // Incarnations that an own request has deleted and whose deletion the watch has not reported yet.
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    // The version up to which list and watch have told everything; empty before the first list.
    private string _told = "";
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Gets how many bytes of JSON the objects have.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    public RawObject? Find(ObjectKey key)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    public IReadOnlyList<RawObject> List(string? @namespace, Func<RawObject, bool>? where)
    {
        RawObject[] all;
        lock (_gate)
        {
            all = [.. _objects.Values];
        }

        return
        [
            .. all.Where(o => (@namespace is null || o.Namespace == @namespace) && (where is null || where(o)))
                .OrderBy(o => o.Namespace, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal),
        ];
    }

    public IReadOnlyList<RawObject> OwnedBy(string uid)
    {
        lock (_gate)
        {
            return _byOwner.TryGetValue(uid, out var keys) ? [.. keys.Select(k => _objects[k])] : [];
        }
    }

    /// <summary>Takes an object in that the watch tells of, unless what is known is as late. What was known comes out.</summary>
    public bool TryPut(RawObject value, out RawObject? before)
    {
        lock (_gate)
        {
            AdvanceLocked(value.ResourceVersion);
            return TryPutLocked(value, out before);
        }
    }

    /// <summary>Takes the answer to an own write in, unless what is known is as late. An object that is not there although
    /// the watch is past that version was deleted before the answer came: taken in, it would stay for ever.</summary>
    public bool TryObserve(RawObject written, out RawObject? before)
    {
        lock (_gate)
        {
            if (!_objects.ContainsKey(written.Key) && _told.Length > 0 && !ResourceVersions.IsLater(written.ResourceVersion, _told))
            {
                before = null;
                return false;
            }

            return TryPutLocked(written, out before);
        }
    }

    /// <summary>Notes up to which version the watch has told everything.</summary>
    public void Advance(string resourceVersion)
    {
        lock (_gate)
        {
            AdvanceLocked(resourceVersion);
        }
    }

    /// <summary>Takes a deletion in; what was known comes out. An own write of a later incarnation stays.</summary>
    public bool TryRemove(RawObject last, out RawObject? before)
    {
        lock (_gate)
        {
            _gone.Remove(last.Uid);
            AdvanceLocked(last.ResourceVersion);
            before = _objects.GetValueOrDefault(last.Key);
            if (before is null || (before.Uid != last.Uid && ResourceVersions.IsLater(before.ResourceVersion, last.ResourceVersion)))
            {
                before = null;
                return false;
            }

            RemoveLocked(before);
            return true;
        }
    }

    /// <summary>Forgets an incarnation that an own request has deleted; events that still speak of it are ignored.</summary>
    public bool TryForget(ObjectKey key, string uid, out RawObject? before)
    {
        lock (_gate)
        {
            before = _objects.GetValueOrDefault(key);
            if (before is null || before.Uid != uid)
            {
                before = null;
                return false;
            }

            _gone.Add(uid);
            RemoveLocked(before);
            return true;
        }
    }

    /// <summary>Takes a whole list in. What is not on it is gone, except for what was written after the list was made.</summary>
    public IReadOnlyList<ResourceDelta> Replace(IReadOnlyList<RawObject> list, string resourceVersion)
    {
        var deltas = new List<ResourceDelta>();
        lock (_gate)
        {
            _told = resourceVersion; // Not the later of both: a restored cluster counts from an earlier one.
            var listed = new HashSet<ObjectKey>(list.Count);
            var uids = list.Select(o => o.Uid).ToHashSet(StringComparer.Ordinal);
            _gone.RemoveWhere(uid => !uids.Contains(uid));
            foreach (var value in list)
            {
                listed.Add(value.Key);
                if (TryPutLocked(value, out var before))
                {
                    deltas.Add(new(before, value));
                }
            }

            foreach (var value in _objects.Values.Where(o => !listed.Contains(o.Key) && !ResourceVersions.IsLater(o.ResourceVersion, resourceVersion)).ToArray())
            {
                RemoveLocked(value);
                deltas.Add(new(value, null));
            }
        }

        return deltas;
    }

    /// <summary>Forgets everything; what was known comes out.</summary>
    public IReadOnlyList<ResourceDelta> Clear()
    {
        lock (_gate)
        {
            var deltas = _objects.Values.Select(o => new ResourceDelta(o, null)).ToArray();
            _objects.Clear();
            _bytes = 0;
            _byOwner.Clear();
            _gone.Clear();
            _told = "";
            return deltas;
        }
    }

    private void AdvanceLocked(string resourceVersion)
    {
        if (_told.Length > 0 && ResourceVersions.IsLater(resourceVersion, _told))
        {
            _told = resourceVersion;
        }
    }

    private bool TryPutLocked(RawObject value, out RawObject? before)
    {
        before = _objects.GetValueOrDefault(value.Key);
        if (_gone.Contains(value.Uid) || (before is not null && !ResourceVersions.IsLater(value.ResourceVersion, before.ResourceVersion)))
        {
            return false;
        }

        if (before is not null)
        {
            Unindex(before);
            _bytes -= before.Json.Length;
        }

        _objects[value.Key] = value;
        _bytes += value.Json.Length;
        foreach (var owner in value.OwnerReferences)
        {
            if (!_byOwner.TryGetValue(owner.Uid, out var keys))
            {
                _byOwner[owner.Uid] = keys = [];
            }

            keys.Add(value.Key);
        }

        return true;
    }

    private void RemoveLocked(RawObject value)
    {
        Unindex(value);
        _objects.Remove(value.Key);
        _bytes -= value.Json.Length;
    }

    private void Unindex(RawObject value)
    {
        foreach (var owner in value.OwnerReferences)
        {
            if (_byOwner.TryGetValue(owner.Uid, out var keys) && keys.Remove(value.Key) && keys.Count == 0)
            {
                _byOwner.Remove(owner.Uid);
            }
        }
    }
}
