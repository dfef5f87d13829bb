using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Ahoi.Api.Quantities;

/// <summary>
/// An amount of a resource as Kubernetes writes it: <c>500m</c>, <c>2Gi</c>, <c>1e3</c>. Exact down to a billionth;
/// finer amounts are rounded away from zero. Equality and order look at the amount, not at how it was written.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private const string DecimalSuffixes = "numkMGTPE";
    private static readonly BigInteger One = BigInteger.Pow(10, 9);
    private static readonly BigInteger Largest = long.MaxValue * One;

    private readonly BigInteger _nanos;
    private readonly Notation _notation;

    private Quantity(BigInteger nanos, Notation notation)
    {
        _nanos = nanos;
        _notation = notation;
    }

    /// <summary>Makes a whole quantity in decimal notation.</summary>
    /// <param name="value">The amount.</param>
    public Quantity(long value)
        : this(value * One, Notation.Decimal)
    {
    }

    private enum Notation
    {
        Decimal,
        Binary,
        Exponent,
    }

    /// <summary>Gets -1, 0 or 1 for a negative amount, zero and a positive one.</summary>
    public int Sign => _nanos.Sign;

    /// <summary>Gets whether the amount is a whole number.</summary>
    public bool IsWhole => (_nanos % One).IsZero;

    /// <summary>Gets the amount, rounded away from zero to a whole number and held within the range of a long.</summary>
    public long Value => ToLong(RoundedQuotient(_nanos, One));

    /// <summary>Gets a thousand times the amount, rounded away from zero and held within the range of a long.</summary>
    public long MilliValue => ToLong(RoundedQuotient(_nanos * 1000, One));

    /// <summary>Gets the amount as a floating point number.</summary>
    public double ToDouble() => (double)_nanos / 1e9;

    /// <summary>Reads a quantity.</summary>
    /// <param name="text">The quantity as text.</param>
    /// <param name="quantity">The quantity.</param>
    /// <returns>Whether <paramref name="text"/> is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var at = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref at);
        var fraction = "";
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
        }

        if ((whole.Length == 0 && fraction.Length == 0) || text.Length > 512
            || !TryScale(text.AsSpan(at), out var numerator, out var exponent, out var notation))
        {
            return false;
        }

        var mantissa = (whole + fraction).TrimStart('0');
        var amount = mantissa.Length == 0 ? BigInteger.Zero : BigInteger.Parse(mantissa, NumberStyles.None, CultureInfo.InvariantCulture);
        amount *= numerator;
        exponent += 9 - fraction.Length;
        var nanos = exponent >= 0
            ? amount * BigInteger.Pow(10, exponent)
            : RoundedQuotient(amount, BigInteger.Pow(10, -exponent));
        if (nanos > Largest && (mantissa.Length > 18 || notation == Notation.Binary))
        {
            nanos = Largest;
        }

        quantity = new(text[0] == '-' ? -nanos : nanos, notation);
        return true;
    }

    /// <summary>Reads a quantity.</summary>
    /// <param name="text">The quantity as text.</param>
    /// <returns>The quantity.</returns>
    /// <exception cref="FormatException"><paramref name="text"/> is not a quantity.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity) ? quantity : throw new FormatException($"'{text}' is not a quantity.");

    /// <summary>Gets the canonical text: no fraction, the largest suffix that fits, the notation it was read in.</summary>
    /// <returns>The text, as in <c>1500m</c>.</returns>
    public override string ToString()
    {
        if (_nanos.IsZero)
        {
            return "0";
        }

        var magnitude = BigInteger.Abs(_nanos);
        var sign = _nanos.Sign < 0 ? "-" : "";
        if (_notation == Notation.Binary && magnitude >= 1024 * One)
        {
            var (number, power) = TakeFactors(RoundedQuotient(magnitude, One), 1024);
            return sign + number.ToString(CultureInfo.InvariantCulture) + (power == 0 ? "" : "KMGTPE"[Math.Min(power, 6) - 1] + "i");
        }

        var (digits, thousands) = TakeFactors(magnitude, 1000);
        var exponent = (thousands * 3) - 9;
        if (_notation != Notation.Exponent && exponent > 18)
        {
            digits *= BigInteger.Pow(10, exponent - 18);
            exponent = 18;
        }

        var text = sign + digits.ToString(CultureInfo.InvariantCulture);
        return exponent == 0 ? text
            : _notation == Notation.Exponent ? $"{text}e{exponent.ToString(CultureInfo.InvariantCulture)}"
            : text + DecimalSuffixes[exponent < 0 ? (exponent + 9) / 3 : (exponent / 3) + 2];
    }

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _nanos == other._nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _nanos.GetHashCode();

    /// <summary>Adds two quantities; the result is written as the left one, or as the right one where the left is zero.</summary>
    /// <param name="left">One quantity.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum.</returns>
    public static Quantity operator +(Quantity left, Quantity right) =>
        new(left._nanos + right._nanos, left.Sign == 0 ? right._notation : left._notation);

    /// <summary>Subtracts a quantity from another.</summary>
    /// <param name="left">One quantity.</param>
    /// <param name="right">What to take from it.</param>
    /// <returns>The difference.</returns>
    public static Quantity operator -(Quantity left, Quantity right) =>
        new(left._nanos - right._nanos, left.Sign == 0 ? right._notation : left._notation);

    /// <summary>Adds two quantities.</summary>
    /// <param name="left">One quantity.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum.</returns>
    public static Quantity Add(Quantity left, Quantity right) => left + right;

    /// <summary>Subtracts a quantity from another.</summary>
    /// <param name="left">One quantity.</param>
    /// <param name="right">What to take from it.</param>
    /// <returns>The difference.</returns>
    public static Quantity Subtract(Quantity left, Quantity right) => left - right;

#pragma warning disable CS1591 // Comparisons mean what they look like.
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;
#pragma warning restore CS1591

    private static string Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[start..at];
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out BigInteger numerator, out int exponent, out Notation notation)
    {
        numerator = BigInteger.One;
        exponent = 0;
        notation = Notation.Decimal;
        switch (suffix)
        {
            case "":
                return true;
            case [var unit, 'i'] when "KMGTPE".IndexOf(unit, StringComparison.Ordinal) is >= 0 and var power:
                numerator = BigInteger.Pow(1024, power + 1);
                notation = Notation.Binary;
                return true;
            case [var unit] when DecimalSuffixes.IndexOf(unit, StringComparison.Ordinal) is >= 0 and var place:
                exponent = place < 3 ? (place * 3) - 9 : (place - 2) * 3;
                return true;
            case ['e' or 'E', .. var digits] when digits.Length is > 0 and < 5
                && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent):
                notation = Notation.Exponent;
                return true;
            default:
                return false;
        }
    }

    private static (BigInteger Number, int Count) TakeFactors(BigInteger number, int factor)
    {
        var count = 0;
        while (BigInteger.DivRem(number, factor, out var rest) is var quotient && rest.IsZero)
        {
            number = quotient;
            count++;
        }

        return (number, count);
    }

    private static BigInteger RoundedQuotient(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(dividend, divisor, out var rest);
        return rest.IsZero ? quotient : quotient + dividend.Sign;
    }

    private static long ToLong(BigInteger value) => (long)BigInteger.Clamp(value, long.MinValue, long.MaxValue);
}
