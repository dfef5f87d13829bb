using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Regular expressions in Go's syntax (RE2), which schemas are written in: linear time, ASCII classes, <c>$</c> only at
/// the very end. Compiled once for each pattern.
/// </summary>
internal static class GoRegex
{
    private const int MaxCached = 4096;

    private static readonly ConcurrentDictionary<string, Regex?> Cache = new(StringComparer.Ordinal);

    /// <summary>Gets the compiled pattern.</summary>
    /// <param name="pattern">The pattern in Go's syntax.</param>
    /// <returns>The regular expression, or <see langword="null"/> if the pattern is none.</returns>
    public static Regex? Compile(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        Regex? made = null;
        try
        {
            made = new Regex(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // Not a regular expression, or one RE2 has no place for either (look-around, back references).
        }

        if (Cache.Count < MaxCached)
        {
            Cache[pattern] = made;
        }

        return made;
    }

    private static string Translate(string pattern)
    {
        var output = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass, output);
            }
            else if (inClass)
            {
                inClass = c != ']';
                i = ClassPart(pattern, i, output);
            }
            else if (c == '[')
            {
                inClass = true;
                output.Append('[');
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                {
                    output.Append('^');
                    i++;
                }

                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    output.Append("\\]");
                    i++;
                }
            }
            else if (c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                output.Append("(?<");
                i += 3;
            }
            else if (c == '$' && !pattern.Contains("(?m", StringComparison.Ordinal))
            {
                output.Append("\\z");
            }
            else
            {
                output.Append(c);
            }
        }

        return output.ToString();
    }

    private static int ClassPart(string pattern, int at, StringBuilder output)
    {
        if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':')
        {
            var end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
            if (end > 0 && PosixClass(pattern[(at + 2)..end]) is { } members)
            {
                output.Append(members);
                return end + 1;
            }
        }

        if (pattern[at] == '[')
        {
            output.Append('\\'); // .NET would begin a subtraction after a dash.
        }

        output.Append(pattern[at]);
        return at;
    }

    private static int Escape(string pattern, int at, bool inClass, StringBuilder output)
    {
        var c = pattern[at];
        switch (c)
        {
            case 'd':
                output.Append(inClass ? "0-9" : "[0-9]");
                return at;
            case 'w':
                output.Append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]");
                return at;
            case 's':
                output.Append(inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
                return at;
            case 'D' when !inClass:
                output.Append("[^0-9]");
                return at;
            case 'W' when !inClass:
                output.Append("[^0-9A-Za-z_]");
                return at;
            case 'S' when !inClass:
                output.Append("[^\\t\\n\\f\\r ]");
                return at;
            case 'p' or 'P' when at + 1 < pattern.Length && pattern[at + 1] != '{':
                output.Append('\\').Append(c).Append('{').Append(pattern[at + 1]).Append('}');
                return at + 1;
            case 'x' when at + 1 < pattern.Length && pattern[at + 1] == '{':
                var end = pattern.IndexOf('}', at);
                if (end > 0 && int.TryParse(pattern.AsSpan(at + 2, end - at - 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var rune) && Rune.IsValid(rune))
                {
                    foreach (var unit in new Rune(rune).ToString())
                    {
                        output.Append("\\u").Append(((int)unit).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
                    }

                    return end;
                }

                break;
            case 'Q':
                var stop = pattern.IndexOf("\\E", at, StringComparison.Ordinal);
                output.Append(Regex.Escape(stop < 0 ? pattern[(at + 1)..] : pattern[(at + 1)..stop]));
                return stop < 0 ? pattern.Length : stop + 1;
            case 'C' or 'G' or 'Z' or 'k':
                throw new ArgumentException("RE2 has no such escape.");
            case >= '1' and <= '9' when !inClass:
                throw new ArgumentException("RE2 has no back references.");
        }

        output.Append('\\').Append(c);
        return at;
    }

    private static string? PosixClass(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => "\\x00-\\x7F",
        "blank" => "\\t ",
        "cntrl" => "\\x00-\\x1F\\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => "!-/:-@\\[-`{-~",
        "space" => "\\t\\n\\v\\f\\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => null,
    };
}
