namespace Ahoi.Api.Selectors;

/// <summary>What keys and values of labels, names of objects and other words of the API may look like.</summary>
public static class LabelSyntax
{
    /// <summary>Gets whether a text is a label's key (or an annotation's, a finalizer's): a name of at most 63 characters, perhaps after a DNS subdomain and a slash.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsQualifiedName(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            if (!IsSubdomain(text[..slash]))
            {
                return false;
            }

            text = text[(slash + 1)..];
        }

        return text.Length is > 0 and <= 63 && IsName(text);
    }

    /// <summary>Gets whether a text is a label's value: empty, or a name of at most 63 characters.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsValue(ReadOnlySpan<char> text) => text.IsEmpty || (text.Length <= 63 && IsName(text));

    /// <summary>Gets whether a text is a DNS subdomain of RFC 1123: lower-case labels with dots, at most 253 characters.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
        {
            return false;
        }

        foreach (var range in text.Split('.'))
        {
            if (!IsLabelText(text[range]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gets whether a text is a DNS label of RFC 1123: at most 63 lower-case letters, digits and inner hyphens.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsDnsLabel(ReadOnlySpan<char> text) => text.Length <= 63 && IsLabelText(text);

    /// <summary>Gets whether a text is a DNS label of RFC 1035: like <see cref="IsDnsLabel"/>, beginning with a letter.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsServiceName(ReadOnlySpan<char> text) => IsDnsLabel(text) && char.IsAsciiLetterLower(text[0]);

    private static bool IsLabelText(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
