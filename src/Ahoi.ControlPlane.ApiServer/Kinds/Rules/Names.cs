using System.Buffers;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>What names look like. Each check answers everything that is wrong with a name.</summary>
internal static class Names
{
    private const string LowerAlphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string Alphanumerics = LowerAlphanumerics + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private const string BadLabel = "must be a DNS label: lower case letters, digits and '-', a letter or digit at both ends";
    private const string BadServiceLabel = "must be a DNS label: lower case letters, digits and '-', first a letter, last a letter or digit";
    private const string BadSubdomain = "must be a DNS subdomain: labels of lower case letters, digits and '-', separated by '.'";
    private const string BadQualified = "the name part must consist of letters, digits, '-', '_' and '.', a letter or digit at both ends";

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create(LowerAlphanumerics + "-");
    private static readonly SearchValues<char> QualifiedCharacters = SearchValues.Create(Alphanumerics + "-_.");

    /// <summary>Checks a name in a kind's format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="name">The name.</param>
    /// <returns>What is wrong with it.</returns>
    public static string[] Check(NameFormat format, string name) => format switch
    {
        NameFormat.Label => Label(name),
        NameFormat.ServiceLabel => ServiceLabel(name),
        NameFormat.PathSegment => PathSegment(name),
        _ => Subdomain(name),
    };

    /// <summary>Checks a DNS label of RFC 1123.</summary>
    public static string[] Label(string name) => Faults(TooLong(name, 63), IsLabel(name) ? null : BadLabel);

    /// <summary>Checks a DNS label of RFC 1035.</summary>
    public static string[] ServiceLabel(string name) =>
        Faults(TooLong(name, 63), IsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null : BadServiceLabel);

    /// <summary>Checks a DNS subdomain of RFC 1123.</summary>
    public static string[] Subdomain(string name) => Faults(TooLong(name, 253), IsSubdomain(name) ? null : BadSubdomain);

    /// <summary>Checks a DNS subdomain that something will be added to, so that it may end with a '-'.</summary>
    public static string[] Prefix(string name) => Subdomain(name.EndsWith('-') ? name[..^1] + "a" : name);

    /// <summary>Checks a DNS subdomain whose first label is '*'.</summary>
    public static string[] WildcardSubdomain(string name) => Faults(
        TooLong(name, 253),
        name.StartsWith("*.", StringComparison.Ordinal) && IsSubdomain(name.AsSpan(2)) ? null : "must be '*.' and a DNS subdomain");

    /// <summary>Checks a DNS subdomain with a dot, and without a trailing one: a fully qualified name.</summary>
    public static string[] FullyQualified(string name) =>
        name.Length == 0 ? ["must not be empty"]
        : Subdomain(name) is { Length: > 0 } faults ? faults
        : Faults(name.Contains('.', StringComparison.Ordinal) ? null : "should be a domain with at least two segments separated by dots");

    /// <summary>Checks a part of a URL's path.</summary>
    public static string[] PathSegment(string name) => Faults(
        name is "." or ".." ? $"may not be '{name}'" : null,
        name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : null,
        name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null);

    /// <summary>Checks a qualified name: an optional DNS subdomain and '/', and a name of at most 63 characters.</summary>
    public static string[] Qualified(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return QualifiedPart(name);
        }

        if (name.AsSpan(slash + 1).Contains('/'))
        {
            return ["must be a name, or a DNS subdomain, '/' and a name"];
        }

        var prefix = slash == 0 ? ["the prefix may not be empty"] : Subdomain(name[..slash]);
        var rest = QualifiedPart(name[(slash + 1)..]);
        return prefix.Length == 0 ? rest : [.. prefix, .. rest];
    }

    /// <summary>Checks a label's value.</summary>
    public static string[] LabelValue(string value) => Faults(
        TooLong(value, 63),
        value.Length == 0 || IsQualifiedPart(value) ? null : "must be empty or consist of letters, digits, '-', '_' and '.', a letter or digit at both ends");

    /// <summary>Checks a key of a ConfigMap or Secret.</summary>
    public static string[] ConfigKey(string key) => Faults(
        TooLong(key, 253),
        key.Length == 0 || key.AsSpan().ContainsAnyExcept(QualifiedCharacters) ? "must consist of letters, digits, '-', '_' and '.'" : null,
        key is "." or ".." ? $"may not be '{key}'" : key.StartsWith("..", StringComparison.Ordinal) ? "may not start with '..'" : null);

    /// <summary>Checks the name of an environment variable: printable ASCII but '='.</summary>
    public static string[] EnvironmentVariable(string name) =>
        Faults(name.Length > 0 && name.All(c => c is >= ' ' and <= '~' and not '=') ? null : "must consist of printable ASCII characters other than '='");

    /// <summary>Checks the name of a port: an IANA service name.</summary>
    public static string[] Port(string name) => Faults(
        TooLong(name, 15),
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(LabelCharacters) ? "must consist of lower case letters, digits and '-'" : null,
        name.Any(char.IsAsciiLetterLower) ? null : "must have a lower case letter",
        name.Contains("--", StringComparison.Ordinal) ? "may not have two '-' in a row" : null,
        name.Length > 0 && (name[0] == '-' || name[^1] == '-') ? "may not start or end with '-'" : null);

    /// <summary>Checks an HTTP header's name.</summary>
    public static string[] HttpHeader(string name) =>
        Faults(name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-') ? null : "must consist of letters, digits and '-'");

    private static string[] QualifiedPart(string name) => Faults(
        name.Length == 0 ? "the name part may not be empty" : TooLong(name, 63),
        IsQualifiedPart(name) ? null : BadQualified);

    private static string? TooLong(string name, int limit) => name.Length > limit ? $"must be no more than {limit} characters" : null;

    private static string[] Faults(params ReadOnlySpan<string?> faults)
    {
        var found = 0;
        foreach (var fault in faults)
        {
            found += fault is null ? 0 : 1;
        }

        return found == 0 ? [] : [.. faults.ToArray().OfType<string>()];
    }

    private static bool IsLabel(ReadOnlySpan<char> name) =>
        name.Length > 0 && !name.ContainsAnyExcept(LabelCharacters) && name[0] != '-' && name[^1] != '-';

    private static bool IsSubdomain(ReadOnlySpan<char> name)
    {
        foreach (var part in name.Split('.'))
        {
            if (!IsLabel(name[part]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsQualifiedPart(ReadOnlySpan<char> name) =>
        name.Length > 0 && !name.ContainsAnyExcept(QualifiedCharacters) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
}
