using System.Text;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Text functions; places count code points.</summary>
internal static class Strings
{
    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("contains", a => (a[0], a[1]) is (string s, string p) ? Display.Box(s.Contains(p, StringComparison.Ordinal)) : CelError.NoOverload, "string.(string):bool");
        functions.Add("startsWith", a => (a[0], a[1]) is (string s, string p) ? Display.Box(s.StartsWith(p, StringComparison.Ordinal)) : CelError.NoOverload, "string.(string):bool");
        functions.Add("endsWith", a => (a[0], a[1]) is (string s, string p) ? Display.Box(s.EndsWith(p, StringComparison.Ordinal)) : CelError.NoOverload, "string.(string):bool");
        functions.Add("charAt", a => CharAt(a), "string.(int):string");
        functions.Add("indexOf", a => IndexOf(a), "string.(string):int", "string.(string,int):int");
        functions.Add("lastIndexOf", a => LastIndexOf(a), "string.(string):int", "string.(string,int):int");
        functions.Add("lowerAscii", a => a[0] is string s ? Map(s, c => char.IsAsciiLetterUpper(c), c => (char)(c + 32)) : CelError.NoOverload, "string.():string");
        functions.Add("upperAscii", a => a[0] is string s ? Map(s, c => char.IsAsciiLetterLower(c), c => (char)(c - 32)) : CelError.NoOverload, "string.():string");
        functions.Add("trim", a => a[0] is string s ? s.Trim() : CelError.NoOverload, "string.():string");
        functions.Add("substring", a => Substring(a), "string.(int):string", "string.(int,int):string");
        functions.Add("replace", a => Replace(a), "string.(string,string):string", "string.(string,string,int):string");
        functions.Add("split", a => Split(a), "string.(string):list(string)", "string.(string,int):list(string)");
        functions.Add("join", a => Join(a), "list(string).():string", "list(string).(string):string");
        functions.Add("strings.quote", a => a[0] is string s ? Quote(s) : CelError.NoOverload, "(string):string");
        functions.Add("format", a => (a[0], a[1]) is (string s, CelList list) ? TextFormat.Apply(s, list) : CelError.NoOverload, "string.(list(dyn)):string");
    }

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            var at = "\a\b\f\n\r\t\v\\\"".IndexOf(c, StringComparison.Ordinal);
            _ = at >= 0 ? quoted.Append('\\').Append("abfnrtv\\\""[at]) : quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    private static string Map(string text, Func<char, bool> changes, Func<char, char> change) =>
        text.Any(changes) ? string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = changes(source[i]) ? change(source[i]) : source[i];
            }
        }) : text;

    // The place in UTF-16 of a code point's index, or -1 beyond the end.
    private static int Place(string text, long index)
    {
        if (index < 0)
        {
            return -1;
        }

        var at = 0;
        for (; index > 0 && at < text.Length; index--)
        {
            at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        }

        return index > 0 ? -1 : at;
    }

    private static object CharAt(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, long index))
        {
            return CelError.NoOverload;
        }

        var at = Place(text, index);
        return at < 0 ? new CelError($"index out of range: {index}")
            : at == text.Length ? ""
            : text.Substring(at, char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1);
    }

    private static object IndexOf(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, string part) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var from = a.Length == 3 ? Place(text, (long)a[2]!) : 0;
        if (from < 0)
        {
            return new CelError($"index out of range: {a[2]}");
        }

        var at = text.IndexOf(part, from, StringComparison.Ordinal);
        return at < 0 ? -1L : Conversions.Length(text[..at]);
    }

    private static object LastIndexOf(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, string part) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var until = a.Length == 3 ? Place(text, (long)a[2]!) : text.Length;
        if (until < 0)
        {
            return new CelError($"index out of range: {a[2]}");
        }

        var end = Math.Min(text.Length, until + part.Length);
        var at = text.AsSpan(0, end).LastIndexOf(part);
        return at < 0 ? -1L : Conversions.Length(text[..at]);
    }

#pragma warning disable CA1859 // The result is a value of any type.
    private static object Substring(ReadOnlySpan<object?> a)
#pragma warning restore CA1859
    {
        if ((a[0], a[1]) is not (string text, long from) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var start = Place(text, from);
        var end = a.Length == 3 ? Place(text, (long)a[2]!) : text.Length;
        return start < 0 ? new CelError($"index out of range: {from}")
            : end < 0 ? new CelError($"index out of range: {a[2]}")
            : end < start ? new CelError($"invalid substring range. start: {from}, end: {a[2]}")
            : text[start..end];
    }

    private static object Replace(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1], a[2]) is not (string text, string old, string replacement) || (a.Length == 4 && a[3] is not long))
        {
            return CelError.NoOverload;
        }

        var left = a.Length == 4 ? (long)a[3]! : -1;
        var result = new StringBuilder();
        var at = 0;
        while (left != 0)
        {
            var next = old.Length == 0 ? at : text.IndexOf(old, at, StringComparison.Ordinal);
            if (next < 0)
            {
                break;
            }

            Effort.SpendOnText(replacement.Length);
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
            left--;
            if (old.Length == 0)
            {
                if (at >= text.Length)
                {
                    break;
                }

                var width = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
                result.Append(text, at, width);
                at += width;
            }
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static object Split(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, string separator) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var limit = a.Length == 3 ? (int)Math.Clamp((long)a[2]!, -1, int.MaxValue) : -1;
        if (limit == 0)
        {
            return CelList.Of([]);
        }

        if (separator.Length > 0)
        {
            return CelList.Of(limit < 0 ? text.Split(separator) : text.Split(separator, limit));
        }

        List<object?> parts = [];
        var at = 0;
        while (at < text.Length && (limit < 0 || parts.Count < limit - 1))
        {
            var width = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            parts.Add(text.Substring(at, width));
            at += width;
        }

        if (at < text.Length)
        {
            parts.Add(text[at..]);
        }

        return CelList.Of(parts);
    }

    private static object Join(ReadOnlySpan<object?> a)
    {
        if (a[0] is not CelList list || (a.Length == 2 && a[1] is not string) || !list.Items.All(i => i is string))
        {
            return CelError.NoOverload;
        }

        var separator = a.Length == 1 ? "" : (string)a[1]!; // Checked above.
        Effort.SpendOnText(list.Items.Cast<string>().Sum(i => (long)i.Length + separator.Length));
        return string.Join(separator, list.Items.Cast<string>());
    }
}
