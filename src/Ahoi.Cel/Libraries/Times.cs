using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Timestamps and durations, their parts, and time zones.</summary>
internal static class Times
{
    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("timestamp", a => ToTimestamp(a[0]), "(string):timestamp", "(int):timestamp", "(timestamp):timestamp");
        functions.Add("duration", a => ToDuration(a[0]), "(string):duration", "(int):duration", "(duration):duration");
        Part(functions, "getFullYear", t => t.Year);
        Part(functions, "getMonth", t => t.Month - 1);
        Part(functions, "getDayOfMonth", t => t.Day - 1);
        Part(functions, "getDate", t => t.Day);
        Part(functions, "getDayOfWeek", t => (int)t.DayOfWeek);
        Part(functions, "getDayOfYear", t => t.DayOfYear - 1);
        Part(functions, "getHours", t => t.Hour, 3_600_000_000_000);
        Part(functions, "getMinutes", t => t.Minute, 60_000_000_000);
        Part(functions, "getSeconds", t => t.Second, 1_000_000_000);
        functions.Add(
            "getMilliseconds",
            a => a[0] switch
            {
                CelTimestamp moment when a.Length == 1 || LocalTime(moment, a) is not null => (long)(moment.Nanos / 1_000_000),
                CelDuration span => span.Nanos / 1_000_000,
                _ => CelError.NoOverload,
            },
            "timestamp.():int",
            "timestamp.(string):int",
            "duration.():int");
    }

    public static object ToTimestamp(object? value) => value switch
    {
        CelTimestamp => value,
        long seconds => seconds is >= CelTimestamp.MinSeconds and <= CelTimestamp.MaxSeconds ? new CelTimestamp(seconds, 0) : new CelError("timestamp overflow"),
        string text => CelTimestamp.Parse(text) is { } moment ? moment : new CelError($"invalid timestamp: {text}"),
        _ => CelError.NoOverload,
    };

    public static object ToDuration(object? value) => value switch
    {
        CelDuration => value,
        long nanos => new CelDuration(nanos),
        string text => CelDuration.Parse(text) is { } span ? span : new CelError($"time: invalid duration \"{text}\""),
        _ => CelError.NoOverload,
    };

    private static void Part(FunctionRegistry functions, string name, Func<DateTime, int> part, long unit = 0)
    {
        string[] signatures = ["timestamp.():int", "timestamp.(string):int"];
        functions.Add(
            name,
            a => a[0] switch
            {
                CelTimestamp moment => LocalTime(moment, a) is { } local ? (long)part(local) : new CelError($"unknown time zone {Display.Of(a[1])}"),
                CelDuration span when unit > 0 => span.Nanos / unit,
                _ => CelError.NoOverload,
            },
            unit > 0 ? [.. signatures, "duration.():int"] : signatures);
    }

    private static DateTime? LocalTime(CelTimestamp moment, ReadOnlySpan<object?> a)
    {
        var utc = moment.ToDateTime();
        if (a.Length == 1)
        {
            return utc;
        }

        if (a[1] is not string zone)
        {
            return null;
        }

        var offset = FixedOffset(zone) ?? (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known.GetUtcOffset(utc) : null);
        return offset is { } shift && utc.Ticks + shift.Ticks is >= 0 and <= 3155378975999999999 ? utc + shift : null;
    }

    private static TimeSpan? FixedOffset(string zone)
    {
        if (zone is "UTC" or "")
        {
            return TimeSpan.Zero;
        }

        var at = zone[0] is '+' or '-' ? 1 : 0;
        return zone.Length == at + 5 && zone[at + 2] == ':' && int.TryParse(zone.AsSpan(at, 2), out var hours) && int.TryParse(zone.AsSpan(at + 3), out var minutes)
            ? new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1)
            : null;
    }
}
