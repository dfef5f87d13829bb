using System.Globalization;

namespace Ahoi.Previews.Planning;

/// <summary>Reads durations as <c>168h</c> or <c>1h30m</c>.</summary>
internal static class Durations
{
    public static TimeSpan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var total = TimeSpan.Zero;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            var count = long.Parse(text.AsSpan(start, i - start), CultureInfo.InvariantCulture);
            total += text[i] switch { 'h' => TimeSpan.FromHours(count), 'm' => TimeSpan.FromMinutes(count), _ => TimeSpan.FromSeconds(count) };
            start = i + 1;
        }

        return total;
    }
}
