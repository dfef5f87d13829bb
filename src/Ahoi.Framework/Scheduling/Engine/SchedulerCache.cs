using Ahoi.Api.Objects;

namespace Ahoi.Framework.Scheduling.Engine;

/// <summary>
/// Nodes, with the pods that are on them and those that were promised to them: a promise counts from the moment it was made,
/// whatever the watch still says, so that no node is promised twice.
/// </summary>
internal sealed class SchedulerCache(Func<string, IReadOnlyDictionary<string, string>?> namespaceLabels)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, NodeView> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Seat> _seats = new(StringComparer.Ordinal);

    // Pods whose node is not known, or not known any more.
    private readonly Dictionary<string, HashSet<PodView>> _stranded = new(StringComparer.Ordinal);
    private NodeView[]? _list;

    public ClusterView View
    {
        get
        {
            lock (_gate)
            {
                return new(_list ??= [.. _nodes.Values], namespaceLabels);
            }
        }
    }

    /// <summary>Takes a node in.</summary>
    /// <returns>Whether it offers something else than before.</returns>
    public bool PutNode(RawObject node)
    {
        var view = new NodeView(node);
        lock (_gate)
        {
            _list = null;
            if (_nodes.TryGetValue(node.Name, out var before))
            {
                _nodes[node.Name] = view.WithPodsOf(before);
                return !view.OffersTheSameAs(before);
            }

            if (_stranded.Remove(node.Name, out var pods))
            {
                view = pods.Aggregate(view, (n, p) => n.With(p));
            }

            _nodes.Add(node.Name, view);
            return true;
        }
    }

    /// <summary>Forgets a node; the pods on it are remembered, should it come back.</summary>
    public void RemoveNode(string name)
    {
        lock (_gate)
        {
            if (_nodes.Remove(name, out var node))
            {
                _list = null;
                if (node.Pods.Count > 0)
                {
                    _stranded[name] = [.. node.Pods];
                }
            }
        }
    }

    /// <summary>Takes in that a pod is on a node.</summary>
    /// <returns>Whether it was not known there.</returns>
    public bool PutPod(PodView pod, string node)
    {
        lock (_gate)
        {
            var known = _seats.TryGetValue(pod.Uid, out var seat);
            if (known)
            {
                LeaveLocked(seat);
            }

            SitLocked(new(pod, node, Promised: false));
            return !known;
        }
    }

    /// <summary>Promises a node to a pod.</summary>
    public void Promise(PodView pod, string node)
    {
        lock (_gate)
        {
            if (!_seats.ContainsKey(pod.Uid))
            {
                SitLocked(new(pod, node, Promised: true));
            }
        }
    }

    /// <summary>Takes a promise back that could not be kept. What the watch has confirmed stays.</summary>
    public void TakeBack(string uid)
    {
        lock (_gate)
        {
            if (_seats.TryGetValue(uid, out var seat) && seat.Promised)
            {
                _seats.Remove(uid);
                LeaveLocked(seat);
            }
        }
    }

    /// <summary>Gets whether a pod has a node or the promise of one.</summary>
    public bool HasSeat(string uid)
    {
        lock (_gate)
        {
            return _seats.ContainsKey(uid);
        }
    }

    /// <summary>Forgets a pod that is gone or has ended.</summary>
    /// <returns>Whether a node has more room now.</returns>
    public bool RemovePod(string uid)
    {
        lock (_gate)
        {
            if (!_seats.Remove(uid, out var seat))
            {
                return false;
            }

            LeaveLocked(seat);
            return true;
        }
    }

    private void SitLocked(Seat seat)
    {
        _seats[seat.Pod.Uid] = seat;
        if (_nodes.TryGetValue(seat.Node, out var node))
        {
            _nodes[seat.Node] = node.With(seat.Pod);
            _list = null;
            return;
        }

        if (!_stranded.TryGetValue(seat.Node, out var pods))
        {
            _stranded[seat.Node] = pods = [];
        }

        pods.Add(seat.Pod);
    }

    private void LeaveLocked(Seat seat)
    {
        if (_nodes.TryGetValue(seat.Node, out var node))
        {
            _nodes[seat.Node] = node.Without(seat.Pod);
            _list = null;
        }
        else if (_stranded.TryGetValue(seat.Node, out var pods) && pods.Remove(seat.Pod) && pods.Count == 0)
        {
            _stranded.Remove(seat.Node);
        }
    }

    private readonly record struct Seat(PodView Pod, string Node, bool Promised);
}
