using System.Globalization;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>Durations as in <c>1h30m</c>.</summary>
internal static class CronDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a duration in whole seconds, one at least.</summary>
    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan Parse(string text)
    {
        var (seconds, at) = (0.0, 0);
        while (at < text.Length)
        {
            var digits = at;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            {
                digits++;
            }

            var end = digits;
            while (end < text.Length && !char.IsAsciiDigit(text[end]) && text[end] != '.')
            {
                end++;
            }

            var unit = Array.Find(Units, u => u.Unit == text[digits..end]);
            if (unit.Unit is null || !double.TryParse(text[at..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                throw new FormatException($"failed to parse duration {text}");
            }

            (seconds, at) = (seconds + (number * unit.Seconds), end);
        }

        return text.Length == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2
            ? throw new FormatException($"failed to parse duration {text}")
            : TimeSpan.FromSeconds(Math.Max(1, Math.Floor(seconds)));
    }
}
