using System.Globalization;
using System.Text;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Libraries;

/// <summary>size, type, dyn and the conversions between types.</summary>
internal static class Conversions
{
    private static readonly string[] Sized = ["string", "bytes", "list(A)", "map(A,B)"];
    private static readonly string[] Printable = ["string", "bool", "int", "uint", "double", "bytes", "timestamp", "duration", "net.IP", "net.CIDR"];
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("size", a => Size(a[0]), [.. Sized.SelectMany(t => new[] { $"({t}):int", $"{t}.():int" })]);
        functions.Add("type", a => TypeOf(a[0]), "(A):type(A)");
        functions.Add("dyn", a => a[0], "(A):dyn");
        functions.Add("int", a => ToInt(a[0]), "(int):int", "(uint):int", "(double):int", "(string):int", "(timestamp):int", "(duration):int");
        functions.Add("uint", a => ToUint(a[0]), "(uint):uint", "(int):uint", "(double):uint", "(string):uint");
        functions.Add("double", a => ToDouble(a[0]), "(double):double", "(int):double", "(uint):double", "(string):double");
        functions.Add("bool", a => ToBool(a[0]), "(bool):bool", "(string):bool");
        functions.Add("bytes", a => a[0] is string text ? Encoding.UTF8.GetBytes(text) : a[0] is byte[] ? a[0] : CelError.NoOverload, "(bytes):bytes", "(string):bytes");
        functions.Add(
            "string",
            a => ToText(a[0]),
            [.. Printable.Select(t => $"({t}):string")]);
    }

    public static long Length(string text)
    {
        var pairs = 0;
        foreach (var c in text)
        {
            pairs += char.IsLowSurrogate(c) ? 1 : 0;
        }

        return text.Length - pairs;
    }

    private static object Size(object? value) => value switch
    {
        string text => Length(text),
        byte[] bytes => (long)bytes.Length,
        CelList list => (long)list.Count,
        CelMap map => (long)map.Count,
        _ => CelError.NoOverload,
    };

    private static CelType TypeOf(object? value) => value switch
    {
        null => CelType.Null,
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        byte[] => CelType.Bytes,
        CelTimestamp => CelType.Timestamp,
        CelDuration => CelType.Duration,
        CelList => CelType.List(CelType.Dyn),
        CelObject made => CelType.Object(made.Fields),
        CelMap => CelType.Map(CelType.Dyn, CelType.Dyn),
        CelOptional => CelType.Optional(CelType.Dyn),
        CelType => CelType.TypeOf(CelType.Dyn),
        IOpaqueValue opaque => CelType.Opaque(opaque.TypeName),
        _ => CelType.Dyn,
    };

    private static object ToInt(object? value) => value switch
    {
        long => value,
        ulong number => number <= long.MaxValue ? (long)number : CelError.IntegerOverflow,
        double number => number is > -9223372036854775808.0 and < 9223372036854775808.0 ? (long)number : CelError.IntegerOverflow,
        string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : new CelError($"type conversion error from 'string' to 'int': strconv.ParseInt: parsing \"{text}\": invalid syntax"),
        CelTimestamp moment => moment.Seconds,
        CelDuration span => span.Nanos,
        _ => CelError.NoOverload,
    };

    private static object ToUint(object? value) => value switch
    {
        ulong => value,
        long number => number >= 0 ? (ulong)number : CelError.UintOverflow,
        double number => number is >= 0 and < 18446744073709551616.0 ? (ulong)number : CelError.UintOverflow,
        string text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : new CelError($"type conversion error from 'string' to 'uint': strconv.ParseUint: parsing \"{text}\": invalid syntax"),
        _ => CelError.NoOverload,
    };

    private static object ToDouble(object? value) => value switch
    {
        double => value,
        long number => (double)number,
        ulong number => (double)number,
        string text => ParseDouble(text) is { } number
            ? number : new CelError($"type conversion error from 'string' to 'double': strconv.ParseFloat: parsing \"{text}\": invalid syntax"),
        _ => CelError.NoOverload,
    };

    private static double? ParseDouble(string text) => text.TrimStart('+', '-').ToUpperInvariant() switch
    {
        "INF" or "INFINITY" => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
        "NAN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            ? number : null,
    };

    private static object ToBool(object? value) => value switch
    {
        bool => value,
        "true" or "True" or "TRUE" or "t" or "1" => Display.True,
        "false" or "False" or "FALSE" or "f" or "0" => Display.False,
        string text => new CelError($"type conversion error from 'string' to 'bool': {text}"),
        _ => CelError.NoOverload,
    };

    private static object ToText(object? value)
    {
        switch (value)
        {
            case string:
                return value;
            case byte[] bytes:
                try
                {
                    return StrictUtf8.GetString(bytes);
                }
                catch (DecoderFallbackException)
                {
                    return new CelError("invalid UTF-8 in bytes, cannot convert to string");
                }

            case null or CelList or CelMap or CelOptional or CelType:
                return CelError.NoOverload;
            default:
                return Display.Of(value);
        }
    }
}

/// <summary>A value of a library's own type.</summary>
internal interface IOpaqueValue
{
    string TypeName { get; }
}

/// <summary>A library's value that has a size, by which its use is paid for.</summary>
internal interface ISizedValue
{
    long Size { get; }
}
