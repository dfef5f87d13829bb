using System.Diagnostics;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>Which trace wrote what lately: a watch tells of an object's new version, not of who made it.</summary>
internal sealed class WriteTraces
{
    private const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Uid, string Version), ActivityContext> _traces = [];
    private readonly Queue<(string Uid, string Version)> _order = new();

    /// <summary>Remembers a version as written by what runs now; nothing where that is not traced.</summary>
    public void Note(RawObject written)
    {
        if (Activity.Current is not { IsAllDataRequested: true } activity)
        {
            return;
        }

        lock (_gate)
        {
            var key = (written.Uid, written.ResourceVersion);
            if (_traces.TryAdd(key, activity.Context))
            {
                _order.Enqueue(key);
                if (_order.Count > Capacity)
                {
                    _traces.Remove(_order.Dequeue());
                }
            }
        }
    }

    /// <summary>The trace that wrote a version, or none.</summary>
    public ActivityContext Find(RawObject seen)
    {
        lock (_gate)
        {
            return _traces.GetValueOrDefault((seen.Uid, seen.ResourceVersion));
        }
    }
}
