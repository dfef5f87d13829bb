using System.Globalization;
using System.Numerics;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>
/// Brings the text of a quantity into its canonical form: the mantissa has no fraction and as few digits as the
/// suffixes allow (1000m is 1, 1024Mi is 1Gi, 1.5Gi is 1536Mi); the kind of suffix stays.
/// </summary>
internal static class QuantityText
{
    private const int Nano = 9;
    private const string DecimalSuffixes = "num kMGTPE";

    /// <summary>Makes a quantity canonical.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> if it is not a quantity.</returns>
    public static string? Canonical(string text)
    {
        if (!TrySplit(text, out var negative, out var whole, out var fraction, out var suffix))
        {
            return null;
        }

        if (!TryScale(suffix, out var scale, out var binary, out var exponential))
        {
            return null;
        }

        // Everything is counted in billionths, and what is finer is rounded away from zero.
        var digits = BigInteger.Parse($"0{whole}{fraction}", CultureInfo.InvariantCulture);
        var power = (binary ? 0 : scale) - fraction.Length + Nano;
        if (power > 400)
        {
            return null;
        }

        var nanos = binary ? digits << scale : digits;
        if (power >= 0)
        {
            nanos *= BigInteger.Pow(10, power);
        }
        else
        {
            nanos = BigInteger.DivRem(nanos, BigInteger.Pow(10, Math.Min(-power, 4000)), out var rest);
            nanos += rest.IsZero ? 0 : 1;
        }

        var billion = BigInteger.Pow(10, Nano);
        var limit = long.MaxValue * billion;
        if (nanos > limit)
        {
            nanos = limit;
        }

        if (nanos.IsZero)
        {
            return "0";
        }

        var body = binary && nanos >= 1024 * billion ? Binary(nanos, billion)
            : exponential ? Exponential(nanos)
            : Decimal(nanos);
        return negative ? "-" + body : body;
    }

    private static bool TrySplit(
        string text, out bool negative, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction, out ReadOnlySpan<char> suffix)
    {
        var rest = text.AsSpan();
        negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        var end = rest.IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? rest.Length : end;
        whole = rest[..end];
        rest = rest[end..];
        fraction = [];
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            end = rest.IndexOfAnyExceptInRange('0', '9');
            end = end < 0 ? rest.Length : end;
            fraction = rest[..end];
            rest = rest[end..];
        }

        suffix = rest;
        return whole.Length + fraction.Length is > 0 and < 1000;
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out int scale, out bool binary, out bool exponential)
    {
        (scale, binary, exponential) = (0, false, false);
        switch (suffix)
        {
            case "":
                return true;
            case [var unit, 'i']:
                binary = true;
                scale = ("KMGTPE".IndexOf(unit, StringComparison.Ordinal) + 1) * 10;
                return scale > 0;
            case [var unit and not ' ']  when DecimalSuffixes.IndexOf(unit, StringComparison.Ordinal) is var at and >= 0:
                scale = (at - 3) * 3;
                return true;
            case ['e' or 'E', .. var exponent]:
                exponential = true;
                return int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out scale)
                    && scale is > -4000 and < 4000;
            default:
                return false;
        }
    }

    private static string Binary(BigInteger nanos, BigInteger billion)
    {
        var units = BigInteger.DivRem(nanos, billion, out var rest);
        units += rest.IsZero ? 0 : 1;
        var steps = 0;
        while (steps < 6 && (units & 1023).IsZero)
        {
            units >>= 10;
            steps++;
        }

        return units.ToString(CultureInfo.InvariantCulture) + (steps == 0 ? "" : "KMGTPE"[steps - 1] + "i");
    }

    private static string Decimal(BigInteger nanos)
    {
        var steps = Reduce(ref nanos, 9);
        var suffix = DecimalSuffixes[steps];
        return nanos.ToString(CultureInfo.InvariantCulture) + (suffix == ' ' ? "" : suffix.ToString());
    }

    private static string Exponential(BigInteger nanos)
    {
        var exponent = (Reduce(ref nanos, int.MaxValue) - 3) * 3;
        var digits = nanos.ToString(CultureInfo.InvariantCulture);
        return exponent == 0 ? digits : string.Create(CultureInfo.InvariantCulture, $"{digits}e{exponent}");
    }

    private static int Reduce(ref BigInteger value, int most)
    {
        var steps = 0;
        while (steps < most)
        {
            var quotient = BigInteger.DivRem(value, 1000, out var rest);
            if (!rest.IsZero)
            {
                break;
            }

            value = quotient;
            steps++;
        }

        return steps;
    }
}
