using Ahoi.Cel.Checking;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Functions on lists, and lists seen as sets.</summary>
internal static class Lists
{
    private const long MaxRange = 1_000_000;

    private static readonly string[] Comparable = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("isSorted", a => a[0] is CelList list ? IsSorted(list) : CelError.NoOverload, [.. Comparable.Select(t => $"list({t}).():bool")]);
        functions.Add("sum", a => a[0] is CelList list ? Sum(list) : CelError.NoOverload, "list(int).():int", "list(uint).():uint", "list(double).():double", "list(duration).():duration");
        functions.Add("min", a => a[0] is CelList list ? Extreme(list, -1) : CelError.NoOverload, [.. Comparable.Select(t => $"list({t}).():{t}")]);
        functions.Add("max", a => a[0] is CelList list ? Extreme(list, 1) : CelError.NoOverload, [.. Comparable.Select(t => $"list({t}).():{t}")]);
        functions.Add("indexOf", a => a[0] is CelList list ? IndexOf(list, a[1], false) : CelError.NoOverload, "list(A).(A):int");
        functions.Add("lastIndexOf", a => a[0] is CelList list ? IndexOf(list, a[1], true) : CelError.NoOverload, "list(A).(A):int");
        functions.Add("sort", a => a[0] is CelList list ? Sort(list, list) : CelError.NoOverload, [.. Comparable.Select(t => $"list({t}).():list({t})")]);
        functions.Add("@sortByAssociatedKeys", a => (a[0], a[1]) is (CelList list, CelList keys) ? Sort(list, keys) : CelError.NoOverload, [.. Comparable.Select(t => $"list(A).(list({t})):list(A)")]);
        functions.Add("distinct", a => a[0] is CelList list ? Distinct(list) : CelError.NoOverload, "list(A).():list(A)");
        functions.Add("slice", a => Slice(a), "list(A).(int,int):list(A)");
        functions.Add("reverse", a => a[0] is CelList list ? CelList.Of(list.Items.Reverse()) : CelError.NoOverload, "list(A).():list(A)");
        functions.Add("flatten", a => Flatten(a), "list(list(A)).():list(A)", "list(dyn).(int):list(dyn)");
        functions.Add("first", a => a[0] is CelList list ? list.Count > 0 ? CelOptional.Of(list[0]) : CelOptional.None : CelError.NoOverload, "list(A).():optional(A)");
        functions.Add("last", a => a[0] is CelList list ? list.Count > 0 ? CelOptional.Of(list[list.Count - 1]) : CelOptional.None : CelError.NoOverload, "list(A).():optional(A)");
        functions.Add("lists.range", a => Range(a[0]), "(int):list(int)");
        functions.Add("sets.contains", a => (a[0], a[1]) is (CelList l, CelList r) ? Display.Box(Contains(l, r)) : CelError.NoOverload, "(list(A),list(A)):bool");
        functions.Add("sets.equivalent", a => (a[0], a[1]) is (CelList l, CelList r) ? Display.Box(Contains(l, r) && Contains(r, l)) : CelError.NoOverload, "(list(A),list(A)):bool");
        functions.Add("sets.intersects", a => (a[0], a[1]) is (CelList l, CelList r) ? Display.Box(l.Items.Any(i => Has(r, i))) : CelError.NoOverload, "(list(A),list(A)):bool");
    }

    /// <summary>Joins lists: sets take no item twice, associative lists replace the items of equal keys.</summary>
    public static CelList Concatenate(CelList left, CelList right)
    {
        switch (left.ListType)
        {
            case { IsSet: true }:
                List<object?> union = [.. left.Items];
                union.AddRange(right.Items.Where(i => !Has(left, i)));
                return new CelArray(union);
            case { ListKeys.Count: > 0 } type:
                List<object?> merged = [.. left.Items];
                var places = new Dictionary<string, int>(StringComparer.Ordinal);
                for (var i = 0; i < merged.Count; i++)
                {
                    places[Equality.Key(merged[i], type)] = i;
                }

                foreach (var item in right.Items)
                {
                    if (places.TryGetValue(Equality.Key(item, type), out var place))
                    {
                        merged[place] = item;
                    }
                    else
                    {
                        merged.Add(item);
                    }
                }

                return new CelArray(merged);
            default:
                return new CelArray([.. left.Items, .. right.Items]);
        }
    }

    private static bool Has(CelList list, object? item) => list.Items.Any(i => Equality.AreEqual(i, item));

    private static bool Contains(CelList list, CelList part) => part.Items.All(i => Has(list, i));

    private static object IsSorted(CelList list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (Equality.Compare(list[i - 1], list[i]) is not { } order)
            {
                return CelError.NoOverload;
            }

            if (order > 0)
            {
                return Display.False;
            }
        }

        return Display.True;
    }

    private static object Sum(CelList list)
    {
        Int128 whole = 0;
        double number = 0;
        var kind = 'i';
        foreach (var item in list.Items)
        {
            switch (item)
            {
                case long value:
                    whole += value;
                    break;
                case ulong value:
                    (whole, kind) = (whole + value, 'u');
                    break;
                case double value:
                    (number, kind) = (number + value, 'd');
                    break;
                case CelDuration value:
                    (whole, kind) = (whole + value.Nanos, 't');
                    break;
                default:
                    return CelError.NoOverload;
            }
        }

        return kind switch
        {
            'd' => number,
            'u' => whole <= ulong.MaxValue ? (ulong)whole : CelError.UintOverflow,
            _ when whole < long.MinValue || whole > long.MaxValue => CelError.IntegerOverflow,
            't' => new CelDuration((long)whole),
            _ => (long)whole,
        };
    }

    private static object? Extreme(CelList list, int sign)
    {
        if (list.Count == 0)
        {
            return new CelError($"{(sign < 0 ? "min" : "max")} called on empty list");
        }

        var best = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (Equality.Compare(list[i], best) is not { } order)
            {
                return CelError.NoOverload;
            }

            best = order * sign > 0 ? list[i] : best;
        }

        return best;
    }

#pragma warning disable CA1859 // The result is a value of any type.
    private static object IndexOf(CelList list, object? item, bool last)
#pragma warning restore CA1859
    {
        for (var i = 0; i < list.Count; i++)
        {
            var at = last ? list.Count - 1 - i : i;
            if (Equality.AreEqual(list[at], item))
            {
                return (long)at;
            }
        }

        return -1L;
    }

    private static object Sort(CelList list, CelList keys)
    {
        for (var i = 1; i < keys.Count; i++)
        {
            if (Equality.Compare(keys[0], keys[i]) is null || keys[0]?.GetType() != keys[i]?.GetType())
            {
                return new CelError("list elements must have the same type");
            }
        }

        return CelList.Of(Enumerable.Range(0, list.Count)
            .OrderBy(i => keys[i], Comparer<object?>.Create((x, y) => Equality.Compare(x, y) ?? 0))
            .Select(i => list[i]));
    }

    private static CelArray Distinct(CelList list)
    {
        List<object?> seen = [];
        foreach (var item in list.Items)
        {
            if (!seen.Exists(s => Equality.AreEqual(s, item)))
            {
                seen.Add(item);
            }
        }

        return new CelArray(seen);
    }

    private static object Slice(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1], a[2]) is not (CelList list, long from, long to))
        {
            return CelError.NoOverload;
        }

        return from < 0 || to < 0 ? new CelError($"cannot slice({from}, {to}), negative indexes not supported")
            : from > to ? new CelError($"cannot slice({from}, {to}), start index must be less than or equal to end index")
            : to > list.Count ? new CelError($"cannot slice({from}, {to}), list is length {list.Count}")
            : CelList.Of(list.Items.Skip((int)from).Take((int)(to - from)));
    }

    private static object Flatten(ReadOnlySpan<object?> a)
    {
        var depth = a.Length == 1 ? 1 : a[1] is long wanted ? wanted : -1;
        if (a[0] is not CelList list || depth < 0)
        {
            return new CelError("flatten: level must be non-negative");
        }

        List<object?> result = [];
        Fill(list, Math.Min(depth, 250));
        return new CelArray(result);

        void Fill(CelList items, long levels)
        {
            Effort.Spend(items.Count + 1L);
            foreach (var item in items.Items)
            {
                if (levels > 0 && item is CelList inner)
                {
                    Fill(inner, levels - 1);
                }
                else
                {
                    result.Add(item);
                }
            }
        }
    }

    private static object Range(object? count) => count switch
    {
        long and > MaxRange => new CelError("lists.range: size is too large"),
        long size => CelList.Of(Enumerable.Range(0, (int)Math.Max(0, size)).Select(i => (object?)(long)i)),
        _ => CelError.NoOverload,
    };
}
