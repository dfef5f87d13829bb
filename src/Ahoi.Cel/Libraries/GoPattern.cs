using System.Globalization;
using System.Text;

namespace Ahoi.Cel.Libraries;

/// <summary>
/// Rewrites RE2's syntax as .NET's: \d \w \s and \b are ASCII, $ is the very end, (?P&lt;n&gt;) names a group, \z \Q..\E,
/// \x{..} and [[:class:]] exist, look-around and back-references do not.
/// </summary>
internal static class GoPattern
{
    private const int MaxLength = 20_000;
    private const int MaxRepeat = 1000;

    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7F", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9", ["graph"] = "!-~", ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~", ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
    };

    public static string? Translate(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            return null;
        }

        var multiLine = IsMultiLine(pattern);
        var size = new PatternSize();
        var result = new StringBuilder();
        for (var at = 0; at < pattern.Length;)
        {
            var c = pattern[at];
            var from = at;
            var done = c switch
            {
                '\\' => Escape(pattern, ref at, result, inClass: false),
                '[' => Class(pattern, ref at, result),
                '(' => Group(pattern, ref at, result),
                '{' => Repeat(pattern, ref at, result),
                _ => Plain(c, multiLine, ref at, result),
            };
            if (!done || !size.Add(pattern.AsSpan(from, at - from)))
            {
                return null;
            }
        }

        return result.ToString();
    }

    // .NET's $ also matches before a last newline; RE2's does not. Under (?m) both mean line ends.
    private static bool Plain(char c, bool multiLine, ref int at, StringBuilder result)
    {
        at++;
        _ = c == '$' && !multiLine ? result.Append(@"\z") : result.Append(c);
        return true;
    }

    private static bool IsMultiLine(string pattern)
    {
        for (var at = pattern.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = pattern.IndexOf("(?", at + 2, StringComparison.Ordinal))
        {
            for (var i = at + 2; i < pattern.Length && pattern[i] is 'i' or 'm' or 's'; i++)
            {
                if (pattern[i] == 'm')
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Repeat(string pattern, ref int at, StringBuilder result)
    {
        var end = pattern.IndexOf('}', at);
        var body = end < 0 ? default : pattern.AsSpan(at + 1, end - at - 1);
        var comma = body.IndexOf(',');
        var low = comma < 0 ? body : body[..comma];
        var high = comma < 0 ? default : body[(comma + 1)..];
        if (!int.TryParse(low, NumberStyles.None, CultureInfo.InvariantCulture, out var minimum)
            || (high.Length > 0 && !int.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out minimum)))
        {
            result.Append(@"\{");
            at++;
            return true;
        }

        result.Append(pattern, at, end + 1 - at);
        at = end + 1;
        return minimum <= MaxRepeat;
    }

    private static bool Group(string pattern, ref int at, StringBuilder result)
    {
        var rest = pattern.AsSpan(at);
        if (rest.StartsWith("(?P<") || (rest.StartsWith("(?<") && !rest.StartsWith("(?<=") && !rest.StartsWith("(?<!")))
        {
            var named = rest.StartsWith("(?P<") ? 4 : 3;
            var end = rest.IndexOf('>');
            result.Append("(?<").Append(end < 0 ? "" : rest[named..(end + 1)]);
            at += end + 1;
            return end > named;
        }

        if (!rest.StartsWith("(?"))
        {
            result.Append('(');
            at++;
            return true;
        }

        var length = 2;
        while (length < rest.Length && rest[length] is 'i' or 'm' or 's' or '-')
        {
            length++;
        }

        if (length >= rest.Length || rest[length] is not (':' or ')'))
        {
            return false;
        }

        result.Append(rest[..(length + 1)]);
        at += length + 1;
        return true;
    }

    private static bool Class(string pattern, ref int at, StringBuilder result)
    {
        result.Append('[');
        at++;
        if (at < pattern.Length && pattern[at] == '^')
        {
            result.Append('^');
            at++;
        }

        for (var first = true; at < pattern.Length; first = false)
        {
            var c = pattern[at];
            if (c == ']' && !first)
            {
                result.Append(']');
                at++;
                return true;
            }

            if (c == '\\')
            {
                if (!Escape(pattern, ref at, result, inClass: true))
                {
                    return false;
                }
            }
            else if (c == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':' && pattern.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end)
            {
                if (!Classes.TryGetValue(pattern[(at + 2)..end], out var members))
                {
                    return false;
                }

                result.Append(members);
                at = end + 2;
            }
            else
            {
                // An opening bracket would subtract a class in .NET.
                _ = c is '[' or ']' ? result.Append('\\').Append(c) : result.Append(c);
                at++;
            }
        }

        return false;
    }

    private static bool Escape(string pattern, ref int at, StringBuilder result, bool inClass)
    {
        if (at + 1 >= pattern.Length)
        {
            return false;
        }

        var c = pattern[at + 1];
        at += 2;
        switch (c)
        {
            case 'd':
                result.Append(inClass ? "0-9" : "[0-9]");
                return true;
            case 'w':
                result.Append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]");
                return true;
            case 's':
                result.Append(inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]");
                return true;
            case 'D':
                result.Append(inClass ? @"\x00-/:-\uFFFF" : "[^0-9]");
                return true;
            case 'W':
                result.Append(inClass ? @"\x00-/:-@\[-^`{-\uFFFF" : "[^0-9A-Za-z_]");
                return true;
            case 'S':
                result.Append(inClass ? @"\x00-\x08\x0B\x0E-\x1F!-\uFFFF" : @"[^\t\n\f\r ]");
                return true;
            case 'Q' when !inClass:
                var end = pattern.IndexOf(@"\E", at, StringComparison.Ordinal);
                end = end < 0 ? pattern.Length : end;
                result.Append(System.Text.RegularExpressions.Regex.Escape(pattern[at..end]));
                at = Math.Min(pattern.Length, end + 2);
                return true;
            case 'x' when at < pattern.Length && pattern[at] == '{':
                var close = pattern.IndexOf('}', at);
                if (close < 0 || !int.TryParse(pattern.AsSpan(at + 1, close - at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0xFFFF)
                {
                    return false;
                }

                result.Append(@"\u").Append(code.ToString("X4", CultureInfo.InvariantCulture));
                at = close + 1;
                return true;
            case 'p' or 'P' when at < pattern.Length && pattern[at] != '{':
                result.Append('\\').Append(c).Append('{').Append(pattern[at++]).Append('}');
                return true;
            case 'A' or 'z' or 'b' or 'B' when !inClass:
            case 'a' or 'f' or 't' or 'n' or 'r' or 'v' or 'x' or 'p' or 'P':
                result.Append('\\').Append(c);
                return true;
            default:
                result.Append('\\').Append(c);
                return char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c);
        }
    }
}
