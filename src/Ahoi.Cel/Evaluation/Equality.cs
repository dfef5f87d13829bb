using Ahoi.Cel.Costs;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>When two values are equal: numbers by value, lists and maps by content, anything else within its type.</summary>
internal static class Equality
{
    public static bool AreEqual(object? left, object? right)
    {
        Effort.Spend(1);
        switch (left, right)
        {
            case (null, null):
                return true;
            case (null, _) or (_, null):
                return false;
            case (string a, string b):
                Effort.SpendOnText(Math.Min(a.Length, b.Length) / 4);
                return string.Equals(a, b, StringComparison.Ordinal);
            case (long or ulong or double, long or ulong or double):
                return Compare(left, right) == 0;
            case (byte[] a, byte[] b):
                return a.AsSpan().SequenceEqual(b);
            case (CelList a, CelList b):
                return ListsEqual(a, b);
            case (CelObject, CelMap) or (CelMap, CelObject):
                return left is CelObject made && right is CelObject other && made.Fields.Name == other.Fields.Name && MapsEqual(made, other);
            case (CelMap a, CelMap b):
                return MapsEqual(a, b);
            case (CelOptional a, CelOptional b):
                return a.HasValue == b.HasValue && AreEqual(a.Value, b.Value);
            default:
                return left.Equals(right);
        }
    }

    /// <summary>Compares values of an ordered type; null where they have no order.</summary>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (ulong a, ulong b) => a.CompareTo(b),
        (double a, double b) => Doubles(a, b),
        (long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b),
        (ulong a, long b) => b < 0 ? 1 : a.CompareTo((ulong)b),
        (long a, double b) => WithDouble(a, b),
        (double a, long b) => -WithDouble(b, a),
        (ulong a, double b) => WithDouble(a, b),
        (double a, ulong b) => -WithDouble(b, a),
        (string a, string b) => Strings(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (CelTimestamp a, CelTimestamp b) => a.CompareTo(b),
        (CelDuration a, CelDuration b) => a.CompareTo(b),
        _ => null,
    };

    private static int? Doubles(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);

    private static int? WithDouble(Int128 whole, double number) =>
        double.IsNaN(number) ? null : number >= 1e30 ? -1 : number <= -1e30 ? 1
        : whole.CompareTo((Int128)Math.Floor(number)) is not 0 and var order ? order : number > Math.Floor(number) ? -1 : 0;

    // By code point, which UTF-16 order is not.
    private static int Strings(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (x, y) = (a[at], b[at]);
        return char.IsSurrogate(x) != char.IsSurrogate(y) ? char.IsSurrogate(x).CompareTo(char.IsSurrogate(y)) : x.CompareTo(y);
    }

    private static bool ListsEqual(CelList a, CelList b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        if (a.ListType is { IsSet: true })
        {
            return SameSets(a, b);
        }

        if (a.ListType is { ListKeys.Count: > 0 } keyed)
        {
            return SameEntries(a, b, keyed);
        }

        for (var i = 0; i < a.Count; i++)
        {
            if (!AreEqual(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameSets(CelList a, CelList b)
    {
        var items = new HashSet<object>(KeyEquality.Instance);
        foreach (var item in b.Items)
        {
            if (item is not null)
            {
                items.Add(item);
            }
        }

        return a.Items.All(item => item is not null && (items.Contains(item) || b.Items.Any(other => AreEqual(item, other))));
    }

    private static bool SameEntries(CelList a, CelList b, CelType type)
    {
        var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var item in b.Items)
        {
            entries[Key(item, type)] = item;
        }

        return a.Items.All(item => entries.TryGetValue(Key(item, type), out var other) && AreEqual(item, other));
    }

    public static string Key(object? item, CelType type) => item is CelMap map
        ? string.Join('\0', type.ListKeys.Select(k => map.TryGet(EscapedNames.Escape(k), out var value) ? Display.Of(value) : ""))
        : Display.Of(item);

    private static bool MapsEqual(CelMap a, CelMap b) => a.Count == b.Count
        && a.Keys.All(key => a.TryGet(key, out var left) && b.TryGet(key, out var right) && AreEqual(left, right));
}
