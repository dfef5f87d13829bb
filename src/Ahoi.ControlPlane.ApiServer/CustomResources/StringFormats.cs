using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The string formats that schemas may ask for, judged as Kubernetes judges them.</summary>
internal static partial class StringFormats
{
    private static readonly Dictionary<string, Func<string, bool>> Known = new(StringComparer.Ordinal)
    {
        ["bsonobjectid"] = s => s.Length == 24 && s.All(char.IsAsciiHexDigit),
        ["uri"] = IsRequestUri,
        ["email"] = IsEmail,
        ["hostname"] = IsHostname,
        ["ipv4"] = s => IsAddress(s, AddressFamily.InterNetwork),
        ["ipv6"] = s => IsAddress(s, AddressFamily.InterNetworkV6),
        ["cidr"] = IsCidr,
        ["mac"] = IsMac,
        ["uuid"] = s => Uuid().IsMatch(s),
        ["uuid3"] = s => Uuid3().IsMatch(s),
        ["uuid4"] = s => Uuid4().IsMatch(s),
        ["uuid5"] = s => Uuid5().IsMatch(s),
        ["isbn"] = s => IsIsbn10(s) || IsIsbn13(s),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["creditcard"] = IsCreditCard,
        ["ssn"] = s => Ssn().IsMatch(s),
        ["hexcolor"] = s => HexColor().IsMatch(s),
        ["rgbcolor"] = s => RgbColor().IsMatch(s),
        ["byte"] = IsBase64,
        ["password"] = _ => true,
        ["date"] = s => s.Length == 10 && DateTime.TryParseExact(s, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["duration"] = IsDuration,
        ["datetime"] = IsDateTime,
        ["k8sshortname"] = s => s.Length <= 63 && ShortName().IsMatch(s),
        ["k8slongname"] = s => s.Length <= 253 && LongName().IsMatch(s),
    };

    /// <summary>Gets whether the format is one that strings are checked against.</summary>
    /// <param name="format">The format; dashes do not count.</param>
    /// <returns>Whether it is known.</returns>
    public static bool IsKnown(string format) => Known.ContainsKey(Normalize(format));

    /// <summary>Finds the check of a format.</summary>
    /// <param name="format">The format; dashes do not count.</param>
    /// <returns>The check, or <see langword="null"/> for a format that is not checked.</returns>
    public static Func<string, bool>? Find(string format) => Known.GetValueOrDefault(Normalize(format));

    private static string Normalize(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static bool IsRequestUri(string text)
    {
        if (text.Length == 0 || text.Any(c => c is < ' ' or '\u007f'))
        {
            return false;
        }

        if (text == "*" || text[0] == '/')
        {
            return HasValidEscapes(text);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !char.IsAsciiLetter(text[0]) || !text.AsSpan(0, colon).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            return false;
        }

        var rest = text[(colon + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            return HasValidEscapes(text);
        }

        var end = rest.AsSpan(2).IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest[2..] : rest.Substring(2, end);
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        if (host.Contains(' ', StringComparison.Ordinal) || host.Any(c => c is '<' or '>' or '"' or '\\' or '^' or '`' or '{' or '|' or '}'))
        {
            return false;
        }

        var port = host.AsSpan()[(host.LastIndexOf(']') + 1)..];
        var portAt = port.LastIndexOf(':');
        return (portAt < 0 || port[(portAt + 1)..].IndexOfAnyExceptInRange('0', '9') < 0) && HasValidEscapes(text);
    }

    private static bool HasValidEscapes(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsEmail(string text) => text.Contains('@', StringComparison.Ordinal) && MailAddress.TryCreate(text, out _);

    private static bool IsHostname(string text)
    {
        if (text.Length is 0 or > 255)
        {
            return false;
        }

        return HostName().IsMatch(text) && text.Split('.').All(label => Encoding.UTF8.GetByteCount(label) <= 63);
    }

    private static bool IsAddress(string text, AddressFamily family)
    {
        if (text.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        var dotted = !text.Contains(':', StringComparison.Ordinal);
        if (dotted)
        {
            // .NET also takes 1, 0x7f.1 and 127.1; Go takes four decimals without leading zeros.
            var parts = text.Split('.');
            if (parts.Length != 4 || !parts.All(p => p.Length is >= 1 and <= 3 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0')))
            {
                return false;
            }
        }
        else if (text[0] == '[')
        {
            return false;
        }

        return address.AddressFamily == family;
    }

    private static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return false;
        }

        var length = text.AsSpan(slash + 1);
        var v4 = IsAddress(text[..slash], AddressFamily.InterNetwork);
        return (v4 || IsAddress(text[..slash], AddressFamily.InterNetworkV6))
            && length.Length is >= 1 and <= 3 && length.IndexOfAnyExceptInRange('0', '9') < 0 && (length.Length == 1 || length[0] != '0')
            && int.Parse(length, CultureInfo.InvariantCulture) <= (v4 ? 32 : 128);
    }

    private static bool IsMac(string text)
    {
        if (text.Length >= 14 && text[4] == '.')
        {
            var words = text.Split('.');
            return words.Length is 3 or 4 or 10 && words.All(w => w.Length == 4 && w.All(char.IsAsciiHexDigit));
        }

        var separator = text.Contains(':', StringComparison.Ordinal) ? ':' : '-';
        var bytes = text.Split(separator);
        return bytes.Length is 6 or 8 or 20 && bytes.All(b => b.Length == 2 && b.All(char.IsAsciiHexDigit));
    }

    private static bool IsIsbn10(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length != 10 || !digits[..9].All(char.IsAsciiDigit) || (digits[9] != 'X' && !char.IsAsciiDigit(digits[9])))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            sum += (i + 1) * (digits[i] == 'X' ? 10 : digits[i] - '0');
        }

        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length != 13 || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 13; i++)
        {
            sum += (i % 2 == 0 ? 1 : 3) * (digits[i] - '0');
        }

        return sum % 10 == 0;
    }

    private static bool IsCreditCard(string text)
    {
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        if (!CreditCard().IsMatch(digits))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }

    private static bool IsBase64(string text) => Base64().IsMatch(text) && text.Length % 4 == 0;

    private static bool IsDuration(string text) =>
        GoDuration().IsMatch(text) || text == "0" || ScalaDuration().IsMatch(text);

    private static bool IsDateTime(string text)
    {
        var match = Rfc3339().Match(text);
        return match.Success
            && DateTime.TryParseExact(match.Groups[1].Value.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?3[0-9a-fA-F]{3}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid3();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?4[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid4();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?5[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid5();

    [GeneratedRegex("^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ssn();

    [GeneratedRegex("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HexColor();

    [GeneratedRegex("^rgb\\(\\s*(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\\s*,\\s*(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\\s*,\\s*(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\\s*\\)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex RgbColor();

    [GeneratedRegex("^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CreditCard();

    [GeneratedRegex("^[A-Za-z0-9+/\\r\\n]*={0,2}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    [GeneratedRegex("^[+-]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex GoDuration();

    [GeneratedRegex("^([0-9]+)\\s*(ns|nano|nanos|nanosecond|nanoseconds|us|µs|micro|micros|microsecond|microseconds|ms|milli|millis|millisecond|milliseconds|s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|hrs|hour|hours|d|day|days|w|week|weeks)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ScalaDuration();

    [GeneratedRegex("^([0-9]{4}-[0-9]{2}-[0-9]{2}[tT][0-9]{2}:[0-9]{2}:[0-9]{2})(\\.[0-9]+)?([zZ]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();

    // As the original has it: a name without dots has at most one hyphen, its second character; the last of several parts
    // has two characters or more; no dot ends a name.
    [GeneratedRegex("^(?:[a-zA-Z0-9\\p{L}\\p{S}](?:-?[a-zA-Z0-9\\p{L}\\p{S}]{0,62})?|(?:[a-zA-Z0-9\\p{L}\\p{S}](?:[-a-zA-Z0-9\\p{L}\\p{S}]{0,61}[a-zA-Z0-9\\p{L}\\p{S}])?\\.)+[a-zA-Z0-9\\p{L}\\p{S}](?:-?[a-zA-Z0-9\\p{L}\\p{S}]){1,62})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShortName();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex LongName();
}
