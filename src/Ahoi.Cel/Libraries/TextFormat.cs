using System.Globalization;
using System.Text;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>The verbs of format(): %s %d %f %e %b %o %x %X %%.</summary>
internal static class TextFormat
{
    private const int MaxPrecision = 100;

    public static object Apply(string format, CelList arguments)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            at++;
            var precision = 6;
            if (at < format.Length && format[at] == '.')
            {
                var start = ++at;
                while (at < format.Length && char.IsAsciiDigit(format[at]))
                {
                    at++;
                }

                if (!int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision) || precision > MaxPrecision)
                {
                    return new CelError("could not parse formatting clause: invalid precision");
                }
            }

            if (at >= format.Length)
            {
                return new CelError("could not parse formatting clause: unexpected end of string");
            }

            if (format[at] == '%')
            {
                result.Append('%');
                continue;
            }

            if (next >= arguments.Count)
            {
                return new CelError($"index {next} out of range");
            }

            if (One(format[at], precision, arguments[next++]) is not { } text)
            {
                return new CelError($"could not parse formatting clause: unrecognized formatting clause \"{format[at]}\" or unsuitable argument");
            }

            result.Append(text);
        }

        return result.ToString();
    }

    private static string? One(char verb, int precision, object? value) => (verb, value) switch
    {
        ('s', _) => Text(value, nested: false),
        ('d', long or ulong) => Display.Of(value),
        ('d', double number) when double.IsNaN(number) || double.IsInfinity(number) => Special(number),
        ('f' or 'e', long number) => Float(verb, precision, number),
        ('f' or 'e', ulong number) => Float(verb, precision, number),
        ('f' or 'e', double number) => Float(verb, precision, number),
        ('b', bool flag) => flag ? "1" : "0",
        ('b' or 'o' or 'x' or 'X', long number) => Whole(verb, number < 0, number < 0 ? unchecked((ulong)-number) : (ulong)number),
        ('b' or 'o' or 'x' or 'X', ulong number) => Whole(verb, false, number),
        ('x', string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        ('X', string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        ('x', byte[] bytes) => Convert.ToHexStringLower(bytes),
        ('X', byte[] bytes) => Convert.ToHexString(bytes),
        _ => null,
    };

    private static string Special(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static string Float(char verb, int precision, double number)
    {
        if (double.IsNaN(number) || double.IsInfinity(number))
        {
            return Special(number);
        }

        var digits = precision.ToString(CultureInfo.InvariantCulture);
        return verb == 'f'
            ? number.ToString("F" + digits, CultureInfo.InvariantCulture)
            : number.ToString("0." + new string('0', precision) + "e+00", CultureInfo.InvariantCulture);
    }

    private static string Whole(char verb, bool negative, ulong number)
    {
        var text = verb switch
        {
            'b' => number.ToString("b", CultureInfo.InvariantCulture),
            'x' => number.ToString("x", CultureInfo.InvariantCulture),
            'X' => number.ToString("X", CultureInfo.InvariantCulture),
            _ => number <= long.MaxValue ? Convert.ToString((long)number, 8) : "1" + Convert.ToString((long)(number & long.MaxValue), 8).PadLeft(21, '0'),
        };
        return negative ? "-" + text : text;
    }

    private static string? Text(object? value, bool nested)
    {
        Effort.Spend(1);
        var text = Plain(value, nested);
        Effort.SpendOnText(text?.Length ?? 0);
        return text;
    }

    private static string? Plain(object? value, bool nested) => value switch
    {
        string text => text,
        null => "null",
        bool or long or ulong or CelTimestamp or CelDuration => Display.Of(value),
        double number when double.IsNaN(number) || double.IsInfinity(number) => Special(number),
        double number => nested ? Float('f', 6, number) : Display.Number(number),
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        Types.CelType type => type.Name,
        CelList list => list.Items.Select(i => Text(i, true)).ToList() is var items && !items.Contains(null) ? $"[{string.Join(", ", items)}]" : null,
        CelMap map => Map(map),
        _ => null,
    };

    private static string? Map(CelMap map)
    {
        List<string> entries = [];
        foreach (var key in map.Keys)
        {
            if (!map.TryGet(key, out var value) || Text(key, true) is not { } left || Text(value, true) is not { } right)
            {
                return null;
            }

            entries.Add($"{left}: {right}");
        }

        entries.Sort(StringComparer.Ordinal);
        return $"{{{string.Join(", ", entries)}}}";
    }
}
