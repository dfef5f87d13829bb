using System.Text;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Writes JSON values as YAML in block style, keys in alphabetical order, as Kubernetes does.</summary>
internal static partial class YamlWriter
{
    /// <summary>Lines are folded at the first space behind this column, as go-yaml does.</summary>
    private const int BestWidth = 80;

    public static byte[] ToUtf8(object? value)
    {
        var text = new StringBuilder();
        WriteBlock(text, value, 0, inList: false);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void WriteBlock(StringBuilder text, object? value, int indent, bool inList)
    {
        switch (value)
        {
            case JsonMap { Count: > 0 } map:
                var first = inList;
                foreach (var key in map.Keys.Order(StringComparer.Ordinal))
                {
                    if (!first)
                    {
                        text.Append(' ', indent);
                    }

                    first = false;
                    text.Append(Scalar(key, indent)).Append(':');
                    WriteNested(text, map[key], indent);
                }

                break;
            case JsonList { Count: > 0 } list:
                foreach (var item in list)
                {
                    text.Append(' ', indent).Append("- ");
                    if (item is JsonMap { Count: > 0 })
                    {
                        WriteBlock(text, item, indent + 2, inList: true);
                    }
                    else if (item is JsonList { Count: > 0 } inner)
                    {
                        // The first inner item follows on the same line.
                        var nested = new StringBuilder();
                        WriteBlock(nested, inner, indent + 2, inList: false);
                        text.Append(nested.ToString().AsSpan(indent + 2));
                    }
                    else
                    {
                        Fold(text, Plain(item, indent + 2), indent + 2);
                        text.Append('\n');
                    }
                }

                break;
            default:
                text.Append(Plain(value, indent)).Append('\n');
                break;
        }
    }

    private static void WriteNested(StringBuilder text, object? value, int indent)
    {
        switch (value)
        {
            case JsonMap { Count: > 0 }:
                text.Append('\n');
                WriteBlock(text, value, indent + 2, inList: false);
                break;
            case JsonList { Count: > 0 }:
                text.Append('\n');
                WriteBlock(text, value, indent, inList: false);
                break;
            default:
                text.Append(' ');
                Fold(text, Plain(value, indent + 2), indent + 2);
                text.Append('\n');
                break;
        }
    }

    /// <summary>Writes a scalar and breaks its line at spaces; a reader puts the space back.</summary>
    private static void Fold(StringBuilder text, string scalar, int indent)
    {
        var column = 0;
        for (var i = text.Length - 1; i >= 0 && text[i] != '\n'; i--)
        {
            column++;
        }

        // Literal blocks keep their lines, and what fits is not looked at closer.
        if (scalar.Contains('\n', StringComparison.Ordinal) || column + scalar.Length <= BestWidth)
        {
            text.Append(scalar);
            return;
        }

        var quoted = scalar[0] is '\'' or '"';
        var (first, last) = quoted ? (2, scalar.Length - 2) : (0, scalar.Length);
        for (var i = 0; i < scalar.Length; i++)
        {
            var breaks = scalar[i] == ' ' && column > BestWidth && i >= first && i < last
                && scalar[i - 1] != ' ' && (scalar[0] == '"' || (i + 1 < scalar.Length && scalar[i + 1] != ' '));
            if (!breaks)
            {
                text.Append(scalar[i]);
                column += char.IsLowSurrogate(scalar[i]) ? 0 : 1;
                continue;
            }

            text.Append('\n').Append(' ', indent);
            column = indent;
            if (scalar[0] == '"' && scalar[i + 1] == ' ')
            {
                text.Append('\\');
                column++;
            }
        }
    }

    private static string Plain(object? value, int indent) => value switch
    {
        null => "null",
        JsonMap => "{}",
        JsonList => "[]",
        string text => Scalar(text, indent),
        _ => JsonTree.ToText(value),
    };

    private static string Scalar(string text, int indent)
    {
        if (text.Contains('\n', StringComparison.Ordinal) && text.All(c => c is '\n' or '\t' or (>= ' ' and not '\u007f' and not '\ufeff'))
            && text[0] is not (' ' or '\n' or '\t'))
        {
            return Literal(text, indent);
        }

        if (text.Any(c => c < ' ' || c is '\u007f' or '\ufeff'))
        {
            return JsonTree.ToText(text);
        }

        if (text.Length == 0 || !IsPlainSafe(text))
        {
            return NeedsDouble(text) ? JsonTree.ToText(text) : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        }

        // What would read as something other than a string is put in double quotes.
        return YamlResolvesToText(text) ? text : $"\"{text}\"";
    }

    private static string Literal(string text, int indent)
    {
        var body = text.TrimEnd('\n');
        var trailing = text.Length - body.Length;
        var mark = trailing switch { 0 => "|-", 1 => "|", _ => "|+" };
        var lines = (trailing > 1 ? text[..^1] : body).Split('\n')
            .Select(line => line.Length == 0 ? "" : new string(' ', indent) + line);
        return $"{mark}\n{string.Join('\n', lines)}";
    }

    private static bool NeedsDouble(string text) => text.Length == 0;

    private static bool IsPlainSafe(string text) =>
        !text.StartsWith(' ') && !text.EndsWith(' ')
        && !Indicators().IsMatch(text)
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && !text.EndsWith(':');

    private static bool YamlResolvesToText(string text)
    {
        try
        {
            return YamlScalar.Resolve(text) is string && !Timestamp().IsMatch(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^([,\[\]{}#&*!|>'""%@`]|[-?:]( |$)|---|\.\.\.|<<|=$)")]
    private static partial Regex Indicators();

    [GeneratedRegex(@"^\d{4}-\d\d?-\d\d?([Tt ].*)?$")]
    private static partial Regex Timestamp();
}
