using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// A storage size as people write it in a Customer: a whole number of gigabytes or terabytes, decimal or binary, in any
/// case and with or without the b (<c>256gb</c>, <c>256Gi</c>, <c>1TB</c>). Smaller units are refused, because a bare
/// <c>m</c> means milli to Kubernetes.
/// </summary>
/// <param name="Quantity">The size as a Kubernetes quantity, as in <c>256G</c>.</param>
/// <param name="Bytes">The size in bytes.</param>
public readonly partial record struct StorageSize(string Quantity, long Bytes)
{
    /// <summary>The pattern the API holds sizes to.</summary>
    public const string Pattern = "^[1-9][0-9]{0,5}[gGtT]i?[bB]?$";

    /// <summary>What makes a size a quantity, in the API server's expression language.</summary>
    public const string AsQuantity = ".lowerAscii().replace('b','').replace('g','G').replace('t','T')";

    /// <summary>The rule that sizes may grow, in the API server's expression language.</summary>
    public const string GrowsRule = "quantity(self" + AsQuantity + ").compareTo(quantity(oldSelf" + AsQuantity + ")) >= 0";

    /// <summary>What that rule says where it does not hold.</summary>
    public const string GrowsMessage = "storage may grow but not shrink; gb and Gi differ: 256Gi is more than 256gb";

    /// <summary>Reads a size.</summary>
    /// <param name="text">The size, as in <c>256gb</c>.</param>
    /// <returns>The size.</returns>
    /// <exception cref="FormatException">The text is not a size; the message says what is.</exception>
    public static StorageSize Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Form().IsMatch(text))
        {
            throw new FormatException($"'{text}' is not a storage size; write a whole number of g or t, as in 256gb or 1Ti.");
        }

        var digits = text.AsSpan(0, text.AsSpan().IndexOfAnyExceptInRange('0', '9'));
        var number = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var tera = text[digits.Length] is 't' or 'T';
        var binary = text.Contains('i', StringComparison.Ordinal);
        var unit = binary
            ? tera ? 1L << 40 : 1L << 30
            : tera ? 1_000_000_000_000 : 1_000_000_000;
        return new($"{number}{(tera ? "T" : "G")}{(binary ? "i" : "")}", number * unit);
    }

    // \z rather than $, which .NET also lets match before a final line break.
    [GeneratedRegex(@"^[1-9][0-9]{0,5}[gGtT]i?[bB]?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
