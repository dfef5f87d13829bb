using Ahoi.Api.Json;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>Turns JSON into values as its type says, one level at a time.</summary>
internal static class JsonValues
{
    private const int MaxDepth = 1000;
    private const int StepsPerNode = 64; // Characters of text that are as much work.

    public static object? From(object? json, CelType type) => json switch
    {
        null => null,
        string text => type.Kind switch
        {
            CelTypeKind.Timestamp => CelTimestamp.Parse(text) is { } moment ? moment : new CelError($"invalid timestamp '{text}'"),
            CelTypeKind.Duration => CelDuration.Parse(text) is { } span ? span : new CelError($"invalid duration '{text}'"),
            CelTypeKind.Bytes => FromBase64(text),
            _ => text,
        },
        long number when type.Kind == CelTypeKind.Double => (double)number,
        long number when type.Kind == CelTypeKind.Uint && number >= 0 => (ulong)number,
        double number when type.Kind == CelTypeKind.Int && number == Math.Floor(number) && Math.Abs(number) < 9.2e18 => (long)number,
        bool flag => Display.Box(flag),
        JsonMap map => new CelJsonMap(map, type),
        JsonList list => new CelJsonList(list, type),
        int number => (long)number,
        uint number => (ulong)number,
        DateTimeOffset moment => new CelTimestamp(moment.ToUnixTimeSeconds(), (int)(moment.UtcTicks % TimeSpan.TicksPerSecond) * 100),
        TimeSpan span => new CelDuration(span.Ticks * 100),
        _ => json,
    };

    /// <summary>Turns a result back into what callers know.</summary>
    public static object? ToJson(object? value) => ToJson(value, 0);

    private static object? ToJson(object? value, int depth)
    {
        // Everything is made anew here, which takes more than a look.
        Effort.SpendOnText(value is string text ? text.Length : StepsPerNode);
        if (depth > MaxDepth)
        {
            throw new CelException(CelErrorKind.CostExceeded, $"operation cancelled: the result is more than {MaxDepth} levels deep");
        }

        return value switch
        {
            CelList list => new JsonList(list.Items.Select(i => ToJson(i, depth + 1))),
            CelMap map => ToJson(map, depth + 1),
            CelOptional optional => optional.HasValue ? ToJson(optional.Value, depth + 1) : null,
            _ => ScalarToJson(value),
        };
    }

    private static object? ScalarToJson(object? value) => value switch
    {
        ulong number => number <= long.MaxValue ? (long)number : (double)number,
        byte[] bytes => Convert.ToBase64String(bytes),
        null or bool or long or double or string => value,
        _ => Display.Of(value),
    };

    private static JsonMap ToJson(CelMap map, int depth)
    {
        var json = new JsonMap(map.Count);
        foreach (var key in map.Keys)
        {
            json[Display.Of(key)] = map.TryGet(key, out var value) ? ToJson(value, depth) : null;
        }

        return json;
    }

    private static object FromBase64(string text)
    {
        var bytes = new byte[((text.Length + 3) / 4) * 3];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : new CelError("invalid base64 data");
    }
}
