using System.Globalization;
using System.Text.Json;

namespace Ahoi.Api.Json;

/// <summary>Numbers as Kubernetes reads and writes them in unstructured content.</summary>
internal static class JsonNumber
{
    public static object Read(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
        {
            return JsonTree.Box(integer);
        }

        var number = reader.GetDouble();
        return double.IsFinite(number)
            ? number
            : throw new JsonException($"The number at position {reader.TokenStartIndex} is too large.");
    }

    /// <summary>
    /// Formats like Go's encoding/json, so that an integral float comes back as an integer: plain decimals from 1e-6
    /// up to 1e21, an exponent beyond.
    /// </summary>
    public static string Format(double number)
    {
        if (!double.IsFinite(number))
        {
            throw new ArgumentException($"JSON has no way to write {number}.", nameof(number));
        }

        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        if (exponentAt < 0)
        {
            return text;
        }

        var magnitude = Math.Abs(number);
        if (magnitude is < 1e-6 or >= 1e21)
        {
            return text.Replace("E", "e", StringComparison.Ordinal);
        }

        var exponent = int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var negative = text[0] == '-';
        var digits = text[(negative ? 1 : 0)..exponentAt].Replace(".", "", StringComparison.Ordinal);
        var plain = exponent >= 0
            ? digits.PadRight(exponent + 1, '0')
            : "0." + new string('0', -exponent - 1) + digits;
        return negative ? "-" + plain : plain;
    }
}
