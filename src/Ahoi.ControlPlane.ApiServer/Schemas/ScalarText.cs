using System.Globalization;
using System.Text;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>Brings strings with a format into the form the API writes them in.</summary>
internal static class ScalarText
{
    /// <summary>Makes a quantity canonical.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> if it is not a quantity.</returns>
    public static string? Quantity(string text) => QuantityText.Canonical(text);

    /// <summary>Makes a time canonical: UTC, whole seconds.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> if it is not a time.</returns>
    public static string? Time(string text) =>
        TryParse(text, fractionDigits: null, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null;

    /// <summary>Makes a time with microseconds canonical: UTC, six digits.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> if it is not a time with exactly six digits.</returns>
    public static string? MicroTime(string text) =>
        TryParse(text, fractionDigits: 6, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : null;

    /// <summary>Makes base64 canonical: no line breaks, unused bits zero.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The canonical text, or <see langword="null"/> if it is not padded standard base64.</returns>
    public static string? Base64(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        // The API ignores line breaks; .NET would ignore blanks too.
        if (text.AsSpan().ContainsAny('\r', '\n'))
        {
            text = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        }

        if (text.Length % 4 != 0 || text.AsSpan().ContainsAny(' ', '\t'))
        {
            return null;
        }

        // Only a last group with padding can have unused bits, so that only it has to be written anew.
        if (!System.Buffers.Text.Base64.IsValid(text))
        {
            return LenientBase64(text);
        }

        return text;
    }

    private static string? LenientBase64(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var last = text.Length - 4;
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var (at, mask) = text.EndsWith("==", StringComparison.Ordinal) ? (last + 1, 0x30)
            : text.EndsWith('=') ? (last + 2, 0x3C)
            : (-1, 0);
        if (at < 0 || Alphabet.IndexOf(text[at], StringComparison.Ordinal) is var digit && digit < 0)
        {
            return null;
        }

        bytes[at] = (byte)Alphabet[digit & mask];
        var repaired = Encoding.ASCII.GetString(bytes);
        return System.Buffers.Text.Base64.IsValid(repaired) ? repaired : null;
    }

    private static bool TryParse(string text, int? fractionDigits, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || text[10] != 'T' || text[19] == ',')
        {
            return false;
        }

        var at = 19;
        if (text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            if (at == 20)
            {
                return false;
            }
        }

        var digits = at == 19 ? 0 : at - 20;
        if (fractionDigits is { } wanted && digits != wanted)
        {
            return false;
        }

        var zone = text.AsSpan(at);
        if (!(zone is "Z" || (zone.Length == 6 && zone[0] is '+' or '-' && zone[3] == ':')))
        {
            return false;
        }

        var seconds = text.AsSpan(0, 19);
        var fraction = digits > 7 ? text.AsSpan(19, 8) : text.AsSpan(19, at - 19);
        return DateTimeOffset.TryParse(
            string.Concat(seconds, fraction, zone), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time);
    }
}
