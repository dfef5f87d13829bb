using System.Globalization;
using System.Text;

namespace Ahoi.Cel.Syntax;

/// <summary>Reads string and bytes literals: raw, triple-quoted, with escapes.</summary>
internal static class StringLexer
{
    public static bool StartsAt(string text, int at)
    {
        var quote = QuoteAt(text, at);
        return quote >= 0;
    }

    public static object Read(string text, ref int at)
    {
        var start = at;
        var quoteAt = QuoteAt(text, at);
        var prefix = text.AsSpan(at, quoteAt - at);
        var raw = prefix.ContainsAny('r', 'R');
        var bytes = prefix.ContainsAny('b', 'B');
        var quote = text[quoteAt];
        var triple = quoteAt + 2 < text.Length && text[quoteAt + 1] == quote && text[quoteAt + 2] == quote;
        at = quoteAt + (triple ? 3 : 1);
        var builder = new StringBuilder();
        var data = bytes ? new List<byte>() : null;
        while (true)
        {
            if (at >= text.Length || (!triple && text[at] is '\n' or '\r'))
            {
                throw Lexer.Fault(text, start, $"Syntax error: token recognition error at: '{text[start..Math.Min(at, start + 40)]}'");
            }

            if (text[at] == quote && (!triple || (at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote)))
            {
                at += triple ? 3 : 1;
                return data is null ? builder.ToString() : data.ToArray();
            }

            if (text[at] == '\\' && !raw)
            {
                Escape(text, ref at, builder, data);
            }
            else if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                Append(builder, data, char.ConvertToUtf32(text[at], text[at + 1]));
                at += 2;
            }
            else
            {
                Append(builder, data, text[at]);
                at++;
            }
        }
    }

    private static int QuoteAt(string text, int at)
    {
        for (var i = at; i < text.Length && i < at + 3; i++)
        {
            if (text[i] is '"' or '\'')
            {
                return i - at < 2 || (char.ToLowerInvariant(text[at]) != char.ToLowerInvariant(text[at + 1])) ? i : -1;
            }

            if (text[i] is not ('r' or 'R' or 'b' or 'B'))
            {
                return -1;
            }
        }

        return -1;
    }

    private static void Escape(string text, ref int at, StringBuilder builder, List<byte>? data)
    {
        var start = at;
        var kind = at + 1 < text.Length ? text[at + 1] : '\0';
        at += 2;
        var simple = "abfnrtv\\?\"'`".IndexOf(kind, StringComparison.Ordinal);
        if (kind != '\0' && simple >= 0)
        {
            Append(builder, data, "\a\b\f\n\r\t\v\\?\"'`"[simple]);
            return;
        }

        var (digits, style, skip) = kind switch
        {
            'x' or 'X' => (2, NumberStyles.AllowHexSpecifier, 0),
            'u' => (4, NumberStyles.AllowHexSpecifier, 0),
            'U' => (8, NumberStyles.AllowHexSpecifier, 0),
            >= '0' and <= '3' => (3, NumberStyles.None, -1),
            _ => (0, NumberStyles.None, 0),
        };
        var from = at + skip;
        if (digits > 0 && from + digits <= text.Length && (data is null || kind is not ('u' or 'U')))
        {
            var span = text.AsSpan(from, digits);
            int code;
            var valid = style == NumberStyles.None
                ? !span.ContainsAnyExceptInRange('0', '7') & (code = span.ContainsAnyExceptInRange('0', '7') ? 0 : Convert.ToInt32(span.ToString(), 8)) >= 0
                : int.TryParse(span, style, CultureInfo.InvariantCulture, out code);
            if (valid && data is not null)
            {
                data.Add((byte)code);
                at = from + digits;
                return;
            }

            if (valid && Rune.IsValid(code))
            {
                Append(builder, null, code);
                at = from + digits;
                return;
            }
        }

        throw Lexer.Fault(text, start, "Syntax error: invalid escape sequence in a literal");
    }

    private static void Append(StringBuilder builder, List<byte>? data, int code)
    {
        if (data is null)
        {
            builder.Append(code <= char.MaxValue ? ((char)code).ToString() : char.ConvertFromUtf32(code));
        }
        else
        {
            var rune = Rune.IsValid(code) ? new Rune(code) : Rune.ReplacementChar;
            Span<byte> utf8 = stackalloc byte[4];
            data.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }
    }
}
