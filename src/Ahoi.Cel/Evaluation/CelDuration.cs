using System.Globalization;

namespace Ahoi.Cel.Evaluation;

/// <summary>A span of time in nanoseconds, as Go has it.</summary>
internal readonly record struct CelDuration(long Nanos) : IComparable<CelDuration>
{
    private static readonly (string Unit, long Nanos)[] Units =
        [("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    public int CompareTo(CelDuration other) => Nanos.CompareTo(other.Nanos);

    // As CEL writes it: seconds, never with an exponent.
    public override string ToString() =>
        decimal.Parse((Nanos / 1e9).ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) + "s";

    public static CelDuration? Parse(string text)
    {
        var at = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        if (text.AsSpan(at) is "0")
        {
            return new CelDuration(0);
        }

        if (at == text.Length || text.Length > 200)
        {
            return null;
        }

        decimal total = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            var digits = text.AsSpan(start, at - start);
            var unitStart = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
            {
                at++;
            }

            var unit = Array.Find(Units, u => text.AsSpan(unitStart, at - unitStart).SequenceEqual(u.Unit));
            if (unit.Unit is null || digits.Length > 25
                || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount > long.MaxValue)
            {
                return null;
            }

            try
            {
                total += decimal.Truncate(amount * unit.Nanos);
            }
            catch (OverflowException)
            {
                return null;
            }
        }

        total = text[0] == '-' ? -total : total;
        return total is >= long.MinValue and <= long.MaxValue ? new CelDuration((long)total) : null;
    }
}
