using Ahoi.Cel.Checking;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Arithmetic, comparison, indexing and membership.</summary>
internal static class Operators
{
    private static readonly string[] Ordered = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
    private static readonly string[] Numbers = ["int", "uint", "double"];

    public static void AddTo(FunctionRegistry functions)
    {
        foreach (var logical in new[] { "_&&_", "_||_" })
        {
            functions.Add(logical, _ => CelError.NoOverload, "(bool,bool):bool");
        }

        functions.Add("_?_:_", _ => CelError.NoOverload, "(bool,A,A):A");
        functions.Add("@not_strictly_false", _ => CelError.NoOverload, "(bool):bool");
        functions.Add("_==_", a => Display.Box(Equality.AreEqual(a[0], a[1])), ["(A,A):bool", .. Mixed()]);
        functions.Add("_!=_", a => Display.Box(!Equality.AreEqual(a[0], a[1])), ["(A,A):bool", .. Mixed()]);
        AddOrder(functions, "_<_", order => order < 0);
        AddOrder(functions, "_<=_", order => order <= 0);
        AddOrder(functions, "_>_", order => order > 0);
        AddOrder(functions, "_>=_", order => order >= 0);
        functions.Add("!_", a => a[0] is bool flag ? Display.Box(!flag) : CelError.NoOverload, "(bool):bool");
        functions.Add("-_", a => Negate(a[0]), "(int):int", "(double):double");
        functions.Add(
            "_+_",
            a => Add(a[0], a[1]),
            [.. Numbers.Append("string").Append("bytes").Append("duration").Append("list(A)").Select(t => $"({t},{t}):{t}"), "(timestamp,duration):timestamp", "(duration,timestamp):timestamp"]);
        functions.Add(
            "_-_",
            a => Subtract(a[0], a[1]),
            [.. Numbers.Append("duration").Select(t => $"({t},{t}):{t}"), "(timestamp,timestamp):duration", "(timestamp,duration):timestamp"]);
        functions.Add("_*_", a => Multiply(a[0], a[1]), [.. Numbers.Select(t => $"({t},{t}):{t}")]);
        functions.Add("_/_", a => Divide(a[0], a[1]), [.. Numbers.Select(t => $"({t},{t}):{t}")]);
        functions.Add("_%_", a => Modulo(a[0], a[1]), "(int,int):int", "(uint,uint):uint");
        functions.Add("@in", a => In(a[0], a[1]), "(A,list(A)):bool", "(A,map(A,B)):bool");
        functions.Add("_[_]", a => Index(a[0], a[1]), "(list(A),int):A", "(map(A,B),A):B", "(optional(list(A)),int):optional(A)", "(optional(map(A,B)),A):optional(B)");
        functions.Add(
            "_[?_]",
            a => OptionalIndex(a[0], a[1]),
            "(list(A),int):optional(A)",
            "(map(A,B),A):optional(B)",
            "(optional(list(A)),int):optional(A)",
            "(optional(map(A,B)),A):optional(B)");
        functions.Add("@mapInsert", a => Insert(a), "(map(A,B),A,B):map(A,B)", "(map(A,B),map(A,B)):map(A,B)");
    }

    private static IEnumerable<string> Mixed() =>
        from left in Numbers from right in Numbers where left != right select $"({left},{right}):bool";

    private static void AddOrder(FunctionRegistry functions, string name, Func<int, bool> holds) => functions.Add(
        name,
        a => Equality.Compare(a[0], a[1]) is { } order ? Display.Box(holds(order))
            : a[0] is double or long or ulong && a[1] is double or long or ulong ? Display.False
            : CelError.NoOverload,
        [.. Ordered.Select(t => $"({t},{t}):bool"), .. Mixed()]);

    private static object Negate(object? value) => value switch
    {
        long.MinValue => CelError.IntegerOverflow,
        long number => -number,
        double number => -number,
        _ => CelError.NoOverload,
    };

    private static object Add(object? left, object? right)
    {
        switch (left, right)
        {
            case (long a, long b):
                return Int((Int128)a + b);
            case (ulong a, ulong b):
                return Uint((Int128)a + b);
            case (double a, double b):
                return a + b;
            case (string a, string b):
                return a + b;
            case (byte[] a, byte[] b):
                return (byte[])[.. a, .. b];
            case (CelArray { IsOpen: true } open, CelList b):
                Effort.Spend(b.Count);
                open.Storage.AddRange(b.Items);
                return open;
            case (CelList a, CelList b):
                Effort.Spend((long)a.Count + b.Count);
                return Lists.Concatenate(a, b);
            case (CelTimestamp a, CelDuration b):
                return Moment(a.TotalNanos + b.Nanos);
            case (CelDuration a, CelTimestamp b):
                return Moment(b.TotalNanos + a.Nanos);
            case (CelDuration a, CelDuration b):
                return Span((Int128)a.Nanos + b.Nanos);
            default:
                return CelError.NoOverload;
        }
    }

    private static object Subtract(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => Int((Int128)a - b),
        (ulong a, ulong b) => Uint((Int128)a - b),
        (double a, double b) => a - b,
        (CelTimestamp a, CelTimestamp b) => Span(a.TotalNanos - b.TotalNanos),
        (CelTimestamp a, CelDuration b) => Moment(a.TotalNanos - b.Nanos),
        (CelDuration a, CelDuration b) => Span((Int128)a.Nanos - b.Nanos),
        _ => CelError.NoOverload,
    };

    private static object Multiply(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => Int((Int128)a * b),
        (ulong a, ulong b) => (UInt128)a * b is var product && product <= ulong.MaxValue ? (ulong)product : CelError.UintOverflow,
        (double a, double b) => a * b,
        _ => CelError.NoOverload,
    };

    private static object Divide(object? left, object? right) => (left, right) switch
    {
        (long, 0L) or (ulong, 0UL) => new CelError("division by zero"),
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a / b,
        (ulong a, ulong b) => a / b,
        (double a, double b) => a / b,
        _ => CelError.NoOverload,
    };

    private static object Modulo(object? left, object? right) => (left, right) switch
    {
        (long, 0L) or (ulong, 0UL) => new CelError("modulus by zero"),
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a % b,
        (ulong a, ulong b) => a % b,
        _ => CelError.NoOverload,
    };

    private static object In(object? item, object? container)
    {
        switch (container)
        {
            case CelList list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (Equality.AreEqual(item, list[i]))
                    {
                        return Display.True;
                    }
                }

                return Display.False;
            case CelMap map:
                return Display.Box(map.TryGet(item, out _));
            default:
                return CelError.NoOverload;
        }
    }

    private static object? Index(object? container, object? key)
    {
        if (container is CelOptional optional)
        {
            return OptionalIndex(optional, key);
        }

        switch (container)
        {
            case CelList list when Whole(key) is { } at:
                return at >= 0 && at < list.Count ? list[(int)at] : new CelError($"index out of bounds: {Display.Of(key)}");
            case CelMap map:
                return map.TryGet(key, out var value) ? value : CelError.NoKey(key);
            default:
                return CelError.NoOverload;
        }
    }

    private static object OptionalIndex(object? container, object? key)
    {
        if (container is CelOptional optional)
        {
            return optional.HasValue ? OptionalIndex(optional.Value, key) : CelOptional.None;
        }

        return container switch
        {
            CelList list when Whole(key) is { } at => at >= 0 && at < list.Count ? CelOptional.Of(list[(int)at]) : CelOptional.None,
            CelMap map => map.TryGet(key, out var value) ? CelOptional.Of(value) : CelOptional.None,
            _ => CelError.NoOverload,
        };
    }

    private static long? Whole(object? key) => key switch
    {
        long number => number,
        ulong number when number <= long.MaxValue => (long)number,
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => (long)number,
        _ => null,
    };

    private static object Insert(ReadOnlySpan<object?> a)
    {
        if (a[0] is not CelDictionary { IsOpen: true } map)
        {
            return CelError.NoOverload;
        }

        if (a.Length == 3)
        {
            return a[1] is { } key && map.Add(key, a[2]) ? map : new CelError($"insert failed: key '{Display.Of(a[1])}' already exists");
        }

        if (a[1] is not CelMap entries)
        {
            return CelError.NoOverload;
        }

        foreach (var key in entries.Keys)
        {
            if (!entries.TryGet(key, out var value) || !map.Add(key, value))
            {
                return new CelError($"insert failed: key '{Display.Of(key)}' already exists");
            }
        }

        return map;
    }

    private static object Int(Int128 value) => value >= long.MinValue && value <= long.MaxValue ? (long)value : CelError.IntegerOverflow;

    private static object Uint(Int128 value) => value >= 0 && value <= ulong.MaxValue ? (ulong)value : CelError.UintOverflow;

    private static object Span(Int128 nanos) => nanos >= long.MinValue && nanos <= long.MaxValue ? new CelDuration((long)nanos) : CelError.IntegerOverflow;

    private static object Moment(Int128 nanos) => CelTimestamp.At(nanos) is { } moment ? moment : new CelError("timestamp overflow");
}
