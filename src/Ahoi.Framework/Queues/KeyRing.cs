using Ahoi.Api.Objects;

namespace Ahoi.Framework.Queues;

/// <summary>Keys of one priority: first come first served within a namespace, and one namespace after the other.</summary>
internal sealed class KeyRing
{
    private readonly LinkedList<(string Namespace, LinkedList<(ObjectKey Key, long Since)> Keys)> _turns = [];
    private readonly Dictionary<string, LinkedListNode<(string Namespace, LinkedList<(ObjectKey Key, long Since)> Keys)>> _byNamespace = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    /// <summary>Gets since when the oldest key waits whose turn may come next; only asked where there is one.</summary>
    public long OldestSince
    {
        get
        {
            var oldest = long.MaxValue;
            foreach (var (_, keys) in _turns)
            {
                oldest = Math.Min(oldest, keys.First!.Value.Since); // A namespace without keys has no turn.
            }

            return oldest;
        }
    }

    /// <summary>Gets since when the key waits whose turn is next; only asked where there is one.</summary>
    public long NextSince => _turns.First!.Value.Keys.First!.Value.Since; // A namespace without keys has no turn.

    public void Add(ObjectKey key, long since)
    {
        var name = key.Namespace ?? "";
        if (!_byNamespace.TryGetValue(name, out var turn))
        {
            turn = _turns.AddLast((name, []));
            _byNamespace.Add(name, turn);
        }

        turn.Value.Keys.AddLast((key, since));
        Count++;
    }

    public ObjectKey Take()
    {
        var turn = _turns.First ?? throw new InvalidOperationException("There is no key.");
        var (key, _) = turn.Value.Keys.First!.Value; // A namespace without keys has no turn.
        turn.Value.Keys.RemoveFirst();
        Count--;
        _turns.Remove(turn);
        if (turn.Value.Keys.Count > 0)
        {
            _turns.AddLast(turn);
        }
        else
        {
            _byNamespace.Remove(turn.Value.Namespace);
        }

        return key;
    }

    /// <summary>Takes a certain key out; whether it was there.</summary>
    public bool Remove(ObjectKey key)
    {
        if (!_byNamespace.TryGetValue(key.Namespace ?? "", out var turn))
        {
            return false;
        }

        for (var node = turn.Value.Keys.First; node is not null; node = node.Next)
        {
            if (node.Value.Key == key)
            {
                turn.Value.Keys.Remove(node);
                Count--;
                if (turn.Value.Keys.Count == 0)
                {
                    _turns.Remove(turn);
                    _byNamespace.Remove(turn.Value.Namespace);
                }

                return true;
            }
        }

        return false;
    }
}
