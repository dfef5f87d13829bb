using System.Globalization;

namespace Ahoi.Pools.Api;

/// <summary>Durations as the API has them: whole hours, minutes and seconds, as in <c>1m30s</c>.</summary>
internal static class Durations
{
    public const string Pattern = "^([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?$";

    /// <summary>Reads a duration that the API server has let through.</summary>
    public static TimeSpan Parse(string text)
    {
        var sum = TimeSpan.Zero;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                var number = int.Parse(text.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture);
                sum += text[i] switch { 'h' => TimeSpan.FromHours(number), 'm' => TimeSpan.FromMinutes(number), _ => TimeSpan.FromSeconds(number) };
                start = i + 1;
            }
        }

        return sum;
    }
}
