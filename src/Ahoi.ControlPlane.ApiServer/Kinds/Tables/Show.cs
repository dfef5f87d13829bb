using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>How values look in cells.</summary>
internal static class Show
{
    public const string None = "<none>";

    /// <summary>Gets an object's name.</summary>
    public static string Name(JsonMap value) => value.At("metadata", "name") as string ?? "";

    /// <summary>Gets how long ago an object was created.</summary>
    public static string Age(JsonMap value, DateTimeOffset now) => Since(value.At("metadata", "creationTimestamp"), now);

    /// <summary>Gets how long ago a time was.</summary>
    public static string Since(object? time, DateTimeOffset now) => Time(time) is { } then ? Duration(now - then) : "<unknown>";

    /// <summary>Reads a time of the API.</summary>
    public static DateTimeOffset? Time(object? time) =>
        time is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then) ? then : null;

    /// <summary>Gets a duration in at most two units, the second only where the first is small.</summary>
    public static string Duration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            _ when minutes < 10 => Two(minutes, "m", seconds % 60, "s"),
            _ when minutes < 180 => $"{minutes}m",
            _ when hours < 8 => Two(hours, "h", minutes % 60, "m"),
            _ when hours < 48 => $"{hours}h",
            _ when days < 8 => Two(days, "d", hours % 24, "h"),
            _ when days < 730 => $"{days}d",
            _ when days < 2920 => Two(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    /// <summary>Gets a text, or that there is none.</summary>
    public static string Or(object? value, string instead = None) => value switch
    {
        string { Length: > 0 } text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => instead,
    };

    /// <summary>Gets a number; nothing is zero.</summary>
    public static long Number(object? value) => value as long? ?? 0;

    /// <summary>Gets labels as in <c>a=b,c=d</c>.</summary>
    public static string Labels(JsonMap? labels) => labels is null or { Count: 0 }
        ? None
        : string.Join(",", labels.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));

    /// <summary>Gets a label selector as in <c>a=b,c in (d,e)</c>.</summary>
    public static string Selector(JsonMap? selector)
    {
        if (selector is null)
        {
            return None;
        }

        var parts = (selector.Map("matchLabels") ?? []).Select(e => (e.Key, Text: $"{e.Key}={e.Value}"))
            .Concat(selector.Maps("matchExpressions").Select(e => (Key: e.Text("key") ?? "", Text: Expression(e))))
            .OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Text);
        return string.Join(",", parts) is { Length: > 0 } text ? text : None;
    }

    /// <summary>Gets the names of a template's containers.</summary>
    public static string Containers(JsonMap? podSpec) => string.Join(",", (podSpec ?? []).Maps("containers").Select(c => c.Text("name")));

    /// <summary>Gets the images of a template's containers.</summary>
    public static string Images(JsonMap? podSpec) => string.Join(",", (podSpec ?? []).Maps("containers").Select(c => c.Text("image")));

    /// <summary>Gets at most three texts, and how many more there are.</summary>
    public static string Few(IReadOnlyCollection<string> texts, string none, string more = " + {0} more...") => texts.Count switch
    {
        0 => none,
        <= 3 => string.Join(",", texts),
        _ => string.Join(",", texts.Take(3)) + string.Format(CultureInfo.InvariantCulture, more, texts.Count - 3),
    };

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? $"{first}{firstUnit}" : $"{first}{firstUnit}{second}{secondUnit}";

    private static string Expression(JsonMap expression)
    {
        var key = expression.Text("key");
        var values = string.Join(",", (expression.List("values") ?? []).OfType<string>().Order(StringComparer.Ordinal));
        return expression.Text("operator") switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "Exists" => key!,
            _ => $"!{key}",
        };
    }
}
