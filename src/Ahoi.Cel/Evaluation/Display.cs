using System.Globalization;

namespace Ahoi.Cel.Evaluation;

/// <summary>How values look as text: in string(), in format() and in messages.</summary>
internal static class Display
{
    public static readonly object True = true;
    public static readonly object False = false;

    public static object Box(bool value) => value ? True : False;

    public static string Of(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => text,
        double number => Number(number),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // Go's %g with the shortest digits: an exponent below -4 and from 6 on.
    public static string Number(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "+Inf" : "-Inf";
        }

        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : Exponent(shortest.TrimStart('-'));
        if (exponent is >= -4 and < 6)
        {
            return decimal.TryParse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
                ? (value == 0 && double.IsNegative(value) ? "-0" : exact.ToString(CultureInfo.InvariantCulture))
                : shortest;
        }

        var digits = new string([.. shortest.TakeWhile(c => c != 'E').Where(char.IsAsciiDigit)]).Trim('0');
        var sign = value < 0 ? "-" : "";
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }

    // Of the first digit that is not zero.
    private static int Exponent(string number)
    {
        var mark = number.IndexOf('E', StringComparison.Ordinal);
        if (mark >= 0)
        {
            return int.Parse(number.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        var point = number.IndexOf('.', StringComparison.Ordinal);
        return number[0] != '0' ? (point < 0 ? number.Length : point) - 1 : 1 - number.AsSpan().IndexOfAnyInRange('1', '9');
    }
}
