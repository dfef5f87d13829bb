using System.Globalization;

namespace Ahoi.Cel.Evaluation;

/// <summary>A moment to the nanosecond, in UTC, within the years 1 to 9999.</summary>
internal readonly record struct CelTimestamp(long Seconds, int Nanos) : IComparable<CelTimestamp>
{
    public const long MinSeconds = -62135596800;
    public const long MaxSeconds = 253402300799;

    public static CelTimestamp? At(Int128 nanos)
    {
        var rest = nanos % 1_000_000_000;
        rest += rest < 0 ? 1_000_000_000 : 0;
        var seconds = (nanos - rest) / 1_000_000_000;
        return seconds >= MinSeconds && seconds <= MaxSeconds ? new CelTimestamp((long)seconds, (int)rest) : null;
    }

    public Int128 TotalNanos => ((Int128)Seconds * 1_000_000_000) + Nanos;

    public DateTime ToDateTime() => DateTime.UnixEpoch.AddSeconds(Seconds);

    public int CompareTo(CelTimestamp other) => TotalNanos.CompareTo(other.TotalNanos);

    public override string ToString()
    {
        var text = ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = Nanos.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        return text + (fraction.Length == 0 ? "" : "." + fraction) + "Z";
    }

    public static CelTimestamp? Parse(string text)
    {
        // RFC 3339: date and time are fixed, then a fraction of any length, then Z or an offset.
        if (text.Length is < 20 or > 64 || text[10] is not ('T' or 't')
            || !DateTime.TryParseExact(text.AsSpan(0, 19).ToString().ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
        {
            return null;
        }

        var at = 19;
        var nanos = 0;
        if (text[at] is '.' or ',')
        {
            var start = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            if (at == start)
            {
                return null;
            }

            nanos = int.Parse(text[start..at].PadRight(9, '0')[..9], CultureInfo.InvariantCulture);
        }

        var offset = 0;
        var zone = text.AsSpan(at);
        if (zone is not ("Z" or "z"))
        {
            if (zone.Length != 6 || zone[0] is not ('+' or '-') || zone[3] != ':'
                || !int.TryParse(zone[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
                || !int.TryParse(zone[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || hours > 23 || minutes > 59)
            {
                return null;
            }

            offset = ((hours * 60) + minutes) * (zone[0] == '-' ? -60 : 60);
        }

        var seconds = ((moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) - offset;
        return seconds is >= MinSeconds and <= MaxSeconds ? new CelTimestamp(seconds, nanos) : null;
    }
}
