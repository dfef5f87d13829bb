using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>
/// Who owns whom, as the watches show it. The graph only says what is worth a look: every decision is made on what the API
/// server says of the object and its owners at that moment, so that a graph that lags deletes nothing.
/// </summary>
internal sealed class GarbageGraph(Action<string> lookAt)
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, GarbageNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>Takes in an object as a watch shows it.</summary>
    public void Put(GroupVersionKind type, RawObject value)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(value.Uid, out var node))
            {
                node = _nodes[value.Uid] = new(value.Uid);
            }

            var first = !node.WasSeen;
            (node.Type, node.Key, node.WasSeen) = (type, value.Key, true);
            PutOwners(node, value.OwnerReferences);
            if (first)
            {
                foreach (var dependent in node.Dependents.Where(d => d.Owners.Any(o => o.Uid == node.Uid && !node.IsMeantBy(o, d.Key.Namespace))))
                {
                    lookAt(dependent.Uid); // It has named somebody else's uid.
                }
            }

            PutDeletion(node, value);
        }
    }

    /// <summary>Takes in that an object is gone.</summary>
    public void Remove(string uid)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(uid, out var node))
            {
                Remove(node);
            }
        }
    }

    /// <summary>Takes in that the API server does not have an object that was looked at.</summary>
    public void NoteAbsent(string uid)
    {
        lock (_gate)
        {
            // One that was seen is taken out by its watch, which may yet have more to say of it.
            if (_nodes.TryGetValue(uid, out var node) && !node.WasSeen)
            {
                Remove(node);
            }
        }
    }

    /// <summary>Gets what is known of an object, as of now.</summary>
    public GarbageView? Find(string uid)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(uid, out var node)
                ? new(
                    node.Uid, node.Type, node.Key, node.WasSeen, node.IsBeingDeleted, node.AwaitsDependents, node.Orphans,
                    [.. node.Dependents.Select(d => new GarbageDependent(
                        d.Uid, d.Type, d.Key, d.AwaitsDependents, d.Owners.Any(o => o.Uid == node.Uid && o.BlockOwnerDeletion)))])
                : null;
        }
    }

    /// <summary>Gets whether an object is, by way of others, among its own dependents.</summary>
    public bool OwnsItself(string uid)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(uid, out var node))
            {
                return false;
            }

            var (seen, left) = (new HashSet<GarbageNode>(), new Stack<GarbageNode>(node.Dependents));
            while (left.TryPop(out var next))
            {
                if (next == node)
                {
                    return true;
                }

                if (seen.Add(next))
                {
                    foreach (var dependent in next.Dependents)
                    {
                        left.Push(dependent);
                    }
                }
            }

            return false;
        }
    }

    private void PutOwners(GarbageNode node, IReadOnlyList<OwnerReference> owners)
    {
        var before = node.Owners;
        node.Owners = owners;
        foreach (var gone in before.Where(b => !owners.Any(o => o.Uid == b.Uid)))
        {
            if (_nodes.TryGetValue(gone.Uid, out var owner))
            {
                owner.Dependents.Remove(node);
                LookAtWaiting(owner);
            }
        }

        foreach (var reference in owners)
        {
            var known = before.FirstOrDefault(b => b.Uid == reference.Uid);
            if (known is not null)
            {
                if (known.BlockOwnerDeletion && !reference.BlockOwnerDeletion && _nodes.TryGetValue(reference.Uid, out var unblocked))
                {
                    LookAtWaiting(unblocked);
                }

                continue;
            }

            if (!_nodes.TryGetValue(reference.Uid, out var owner))
            {
                // Perhaps it is not there at all, perhaps its watch is only later.
                owner = _nodes[reference.Uid] = new(reference.Uid)
                {
                    Type = GroupVersionKind.Of(reference.ApiVersion, reference.Kind),
                    Key = new(node.Key.Namespace, reference.Name),
                };
                lookAt(owner.Uid);
            }
            else if (!owner.IsMeantBy(reference, node.Key.Namespace))
            {
                lookAt(node.Uid);
            }
            else if (owner.AwaitsDependents)
            {
                lookAt(node.Uid);
            }

            owner.Dependents.Add(node);
        }
    }

    private void PutDeletion(GarbageNode node, RawObject value)
    {
        if (!value.IsBeingDeleted)
        {
            return;
        }

        node.IsBeingDeleted = true;
        if (!node.Orphans && value.Finalizers.Contains(Orphan))
        {
            node.Orphans = true;
            lookAt(node.Uid);
        }

        if (!node.AwaitsDependents && value.Finalizers.Contains(Foreground))
        {
            node.AwaitsDependents = true;
            foreach (var dependent in node.Dependents)
            {
                lookAt(dependent.Uid);
            }

            lookAt(node.Uid);
            foreach (var reference in node.Owners)
            {
                if (_nodes.TryGetValue(reference.Uid, out var owner))
                {
                    LookAtWaiting(owner);
                }
            }
        }
    }

    private void Remove(GarbageNode node)
    {
        _nodes.Remove(node.Uid);
        foreach (var reference in node.Owners)
        {
            if (_nodes.TryGetValue(reference.Uid, out var owner))
            {
                owner.Dependents.Remove(node);
                LookAtWaiting(owner);
                if (!owner.WasSeen && owner.Dependents.Count == 0)
                {
                    _nodes.Remove(owner.Uid); // Nobody names it any more.
                }
            }
        }

        foreach (var dependent in node.Dependents)
        {
            lookAt(dependent.Uid);
        }
    }

    private void LookAtWaiting(GarbageNode owner)
    {
        if (owner.AwaitsDependents)
        {
            lookAt(owner.Uid);
        }
    }
}
