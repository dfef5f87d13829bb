namespace Ahoi.ControlPlane.Storage.State;

/// <summary>
/// A persistent sorted map from key to value (a treap): every change makes a new tree that shares most nodes with the
/// old one, so a reader keeps a consistent snapshot for the price of a reference and never waits for a writer.
/// </summary>
internal sealed class SnapshotTree
{
    private readonly uint _priority;
    private readonly SnapshotTree? _left;
    private readonly SnapshotTree? _right;
    private readonly StoredValue _value;
    private readonly int _count;

    private SnapshotTree(StoredValue value, uint priority, SnapshotTree? left, SnapshotTree? right)
    {
        _value = value;
        _priority = priority;
        _left = left;
        _right = right;
        _count = 1 + Count(left) + Count(right);
    }

    public static int Count(SnapshotTree? tree) => tree?._count ?? 0;

    public static StoredValue? Find(SnapshotTree? tree, string key)
    {
        while (tree is not null)
        {
            var order = string.CompareOrdinal(key, tree._value.Key);
            if (order == 0)
            {
                return tree._value;
            }

            tree = order < 0 ? tree._left : tree._right;
        }

        return null;
    }

    /// <summary>Adds a value, or replaces the one of its key.</summary>
    /// <param name="tree">The tree as it is.</param>
    /// <param name="value">The value.</param>
    /// <param name="priority">A random number, which keeps the tree balanced; ignored when a value is replaced.</param>
    public static SnapshotTree Set(SnapshotTree? tree, StoredValue value, uint priority)
    {
        if (tree is null)
        {
            return new(value, priority, null, null);
        }

        var order = string.CompareOrdinal(value.Key, tree._value.Key);
        if (order == 0)
        {
            return new(value, tree._priority, tree._left, tree._right);
        }

        if (order < 0)
        {
            var left = Set(tree._left, value, priority);
            return left._priority > tree._priority
                ? new(left._value, left._priority, left._left, new(tree._value, tree._priority, left._right, tree._right))
                : new(tree._value, tree._priority, left, tree._right);
        }

        var right = Set(tree._right, value, priority);
        return right._priority > tree._priority
            ? new(right._value, right._priority, new(tree._value, tree._priority, tree._left, right._left), right._right)
            : new(tree._value, tree._priority, tree._left, right);
    }

    public static SnapshotTree? Remove(SnapshotTree? tree, string key)
    {
        if (tree is null)
        {
            return null;
        }

        var order = string.CompareOrdinal(key, tree._value.Key);
        return order switch
        {
            0 => Merge(tree._left, tree._right),
            < 0 => new(tree._value, tree._priority, Remove(tree._left, key), tree._right),
            _ => new(tree._value, tree._priority, tree._left, Remove(tree._right, key)),
        };
    }

    /// <summary>Reads the values of keys greater than <paramref name="afterKey"/> that start with <paramref name="prefix"/>, in order.</summary>
    public static IEnumerable<StoredValue> Range(SnapshotTree? tree, string prefix, string? afterKey)
    {
        var path = new Stack<SnapshotTree>();
        while (tree is not null)
        {
            if (IsBefore(tree._value.Key))
            {
                tree = tree._right;
            }
            else
            {
                path.Push(tree);
                tree = tree._left;
            }
        }

        while (path.TryPop(out var next))
        {
            if (!next._value.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield break;
            }

            yield return next._value;
            for (var down = next._right; down is not null; down = down._left)
            {
                path.Push(down);
            }
        }

        bool IsBefore(string key) =>
            string.CompareOrdinal(key, prefix) < 0 || (afterKey is not null && string.CompareOrdinal(key, afterKey) <= 0);
    }

    private static SnapshotTree? Merge(SnapshotTree? left, SnapshotTree? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        return left._priority > right._priority
            ? new(left._value, left._priority, left._left, Merge(left._right, right))
            : new(right._value, right._priority, Merge(left, right._left), right._right);
    }
}
