using System.Globalization;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>When a cron job runs: five fields of minutes, hours, days of the month, months and days of the week, a name as
/// in <c>@daily</c>, or <c>@every</c> and a duration.</summary>
internal sealed class CronSchedule
{
    private const int Years = 5;
    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan? _every;
    private readonly CronField[] _fields;

    private CronSchedule(TimeZoneInfo zone, CronField[] fields, TimeSpan? every)
    {
        _zone = zone;
        _fields = fields;
        _every = every;
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo zone)
    {
        var schedule = text.Trim();
        foreach (var prefix in (ReadOnlySpan<string>)["TZ=", "CRON_TZ="])
        {
            if (schedule.StartsWith(prefix, StringComparison.Ordinal) && schedule.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space)
            {
                zone = Zone(schedule[prefix.Length..space]);
                schedule = schedule[space..].Trim();
            }
        }

        if (schedule.StartsWith("@every ", StringComparison.Ordinal))
        {
            return new(zone, [], CronDuration.Parse(schedule["@every ".Length..].Trim()));
        }

        schedule = schedule switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            ['@', ..] => throw new FormatException($"unrecognized descriptor: {schedule}"),
            _ => schedule,
        };
        var parts = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 5
            ? new(zone, [.. parts.Select((part, i) => CronField.Parse(part, CronField.Bounds[i]))], null)
            : throw new FormatException($"expected exactly 5 fields, found {parts.Length}: {schedule}");
    }

    /// <summary>Finds a time zone.</summary>
    /// <exception cref="FormatException">There is none of that name.</exception>
    public static TimeZoneInfo Zone(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new FormatException($"unknown time zone {name}", exception);
        }
    }

    /// <summary>Gets the next time after another, or <see langword="null"/> where none comes within five years. An hour that
    /// a change of clocks leaves out is left out; one that comes twice counts twice.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_every is { } every)
        {
            return Whole(after).Add(every);
        }

        var time = Whole(after);
        time = time.AddSeconds(60 - Local(time).Second);
        var last = Local(time).Year + Years;
        while (true)
        {
            var local = Local(time);
            if (local.Year > last)
            {
                return null;
            }

            if (!_fields[3].Has(local.Month))
            {
                time = Instant(new DateTime(local.Year, local.Month, 1).AddMonths(1));
            }
            else if (!HasDay(local))
            {
                time = Instant(local.Date.AddDays(1));
            }
            else if (!_fields[1].Has(local.Hour))
            {
                time = time.AddMinutes(60 - local.Minute);
            }
            else if (!_fields[0].Has(local.Minute))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                return time;
            }
        }
    }

    /// <summary>Writes a time as it is on the schedule's clock, with the zone's offset.</summary>
    public string Write(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, _zone);
        return local.ToString(local.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    // Where both days are limited, one of both is enough.
    private bool HasDay(DateTime local)
    {
        var (month, week) = (_fields[2].Has(local.Day), _fields[4].Has((int)local.DayOfWeek));
        return _fields[2].IsAny || _fields[4].IsAny ? month && week : month || week;
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private DateTime Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _zone).DateTime;

    private DateTimeOffset Instant(DateTime local)
    {
        while (_zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
