using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Gives plain YAML scalars the types of YAML 1.1.</summary>
internal static partial class YamlScalar
{
    public static object? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "true" or "True" or "TRUE":
                return true;
            case "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "false" or "False" or "FALSE":
                return false;
            case ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF":
                throw new System.Text.Json.JsonException($"The number {text} has no place in JSON.");
        }

        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-' or '.'))
        {
            return text;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (ReadInteger(plain) is { } integer)
        {
            return integer;
        }

        if (Float().IsMatch(plain)
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number))
        {
            // A whole number in floating-point notation counts as the integer, as in JSON.
            return number == Math.Floor(number) && Math.Abs(number) < 1L << 53 && !plain.Contains('.', StringComparison.Ordinal)
                ? (long)number
                : number;
        }

        return text;
    }

    #pragma warning disable CA1859 // Whole numbers are long, or double where they are too large.
    private static object? ReadInteger(string text)
    {
        var negative = text[0] == '-';
        var digits = text.AsSpan(negative || text[0] == '+' ? 1 : 0);
        if (digits.IsEmpty)
        {
            return null;
        }

        ulong magnitude;
        if (digits.StartsWith("0x") || digits.StartsWith("0X"))
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude))
            {
                return null;
            }
        }
        else if (digits.StartsWith("0b") || digits.StartsWith("0B"))
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out magnitude))
            {
                return null;
            }
        }
        else if (digits.StartsWith("0o") || (digits.Length > 1 && digits[0] == '0' && digits.IndexOfAnyExceptInRange('0', '7') < 0))
        {
            magnitude = 0;
            foreach (var digit in digits.StartsWith("0o") ? digits[2..] : digits)
            {
                if (digit is < '0' or > '7' || magnitude > ulong.MaxValue / 8)
                {
                    return null;
                }

                magnitude = (magnitude * 8) + (ulong)(digit - '0');
            }
        }
        else if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude))
        {
            return null;
        }

        if (magnitude <= long.MaxValue)
        {
            return negative ? -(long)magnitude : (long)magnitude;
        }

        return negative ? -(double)magnitude : (double)magnitude;
    }
#pragma warning restore CA1859

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Float();
}
