using System.Buffers;
using System.Globalization;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>The form of cron schedules: five fields, or a descriptor.</summary>
internal static class CronSchedule
{
    private static readonly SearchValues<char> DurationDigits = SearchValues.Create("0123456789.");
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>Gets whether a schedule can be read.</summary>
    public static bool IsValid(string schedule)
    {
        if (schedule.StartsWith("TZ=", StringComparison.Ordinal) || schedule.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var space = schedule.IndexOf(' ', StringComparison.Ordinal);
            return space >= 0 && IsValid(schedule[space..].Trim());
        }

        if (schedule.StartsWith('@'))
        {
            return schedule is "@yearly" or "@annually" or "@monthly" or "@weekly" or "@daily" or "@midnight" or "@hourly"
                || (schedule.StartsWith("@every ", StringComparison.Ordinal) && IsDuration(schedule[7..]));
        }

        var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 && IsField(fields[0], 0, 59, []) && IsField(fields[1], 0, 23, []) && IsField(fields[2], 1, 31, [])
            && IsField(fields[3], 1, 12, Months) && IsField(fields[4], 0, 6, Days);
    }

    private static bool IsField(string field, int least, int most, string[] names) =>
        field.Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ranges && ranges.All(r => IsRange(r, least, most, names));

    private static bool IsRange(string range, int least, int most, string[] names)
    {
        var steps = range.Split('/');
        if (steps.Length > 2 || (steps.Length == 2 && !(TryNumber(steps[1], out var step) && step > 0)))
        {
            return false;
        }

        var ends = steps[0].Split('-');
        if (ends[0] is "*" or "?")
        {
            return ends.Length == 1;
        }

        if (ends.Length > 2 || !TryValue(ends[0], least, names, out var from))
        {
            return false;
        }

        var to = from;
        return (ends.Length == 1 || TryValue(ends[1], least, names, out to)) && from >= least && to <= most && from <= to;
    }

    private static bool TryValue(string text, int least, string[] names, out int value)
    {
        var name = Array.IndexOf(names, text.ToLowerInvariant());
        value = name + least;
        return name >= 0 || TryNumber(text, out value);
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool IsDuration(string text)
    {
        var rest = text.AsSpan().TrimStart('-').TrimStart('+');
        if (rest is "0")
        {
            return true;
        }

        var parts = 0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(DurationDigits);
            if (digits <= 0)
            {
                return false;
            }

            rest = rest[digits..];
            var unit = rest.IndexOfAny(DurationDigits);
            var name = unit < 0 ? rest : rest[..unit];
            if (name is not ("ns" or "us" or "µs" or "ms" or "s" or "m" or "h"))
            {
                return false;
            }

            rest = rest[name.Length..];
            parts++;
        }

        return parts > 0;
    }
}
