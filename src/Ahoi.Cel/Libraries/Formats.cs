using System.Text.RegularExpressions;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Named formats of text, as Kubernetes names things.</summary>
internal static partial class Formats
{
    private const string F = "kubernetes.NamedFormat";

    private static readonly Dictionary<string, Value> Known = new Value[]
    {
        new("dns1123Label", 30, s => s.Length <= 63 && Label().IsMatch(s)),
        new("dns1123Subdomain", 60, s => s.Length <= 253 && Subdomain().IsMatch(s)),
        new("dns1035Label", 30, s => s.Length <= 63 && Label1035().IsMatch(s)),
        new("dns1123LabelPrefix", 30, s => s.Length <= 63 && Label().IsMatch(Prefix(s))),
        new("dns1123SubdomainPrefix", 60, s => s.Length <= 253 && Subdomain().IsMatch(Prefix(s))),
        new("dns1035LabelPrefix", 30, s => s.Length <= 63 && Label1035().IsMatch(Prefix(s))),
        new("qualifiedName", 60, IsQualifiedName),
        new("portName", 20, IsPortName),
        new("labelValue", 40, s => s.Length <= 63 && LabelValue().IsMatch(s)),
        new("uri", 490, s => Uri.TryCreate(s, UriKind.RelativeOrAbsolute, out _) && (s.StartsWith('/') || s.Contains(':', StringComparison.Ordinal))),
        new("uuid", 90, s => Uuid().IsMatch(s)),
        new("byte", 91, s => Convert.TryFromBase64String(s, new byte[((s.Length / 4) + 1) * 3], out _)),
        new("date", 74, s => DateOnly.TryParseExact(s, "yyyy-MM-dd", out _)),
        new("datetime", 74, s => CelTimestamp.Parse(s) is not null),
    }.ToDictionary(v => v.Name, StringComparer.Ordinal);

    public static void AddTo(FunctionRegistry functions)
    {
        foreach (var format in Known.Values)
        {
            functions.Add($"format.{format.Name}", _ => format, $"():{F}");
        }

        functions.Add(
            "format.named",
            a => a[0] is string s ? Known.TryGetValue(s, out var format) ? CelOptional.Of(format) : CelOptional.None : CelError.NoOverload,
            $"(string):optional({F})");
        functions.Add(
            "validate",
            a => (a[0], a[1]) is (Value format, string s) ? format.Holds(s) ? CelOptional.None : CelOptional.Of(CelList.Of([$"a valid {format.Name} is required"])) : CelError.NoOverload,
            $"{F}.(string):optional(list(string))");
    }

    /// <summary>How long the pattern of a format counts when it is used.</summary>
    public static int PatternSize(object? format) => format is Value value ? value.PatternSize : 1;

    private static bool IsPortName(string text) => text.Length is > 0 and <= 15 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && text.Any(char.IsAsciiLetterLower) && !text.Contains("--", StringComparison.Ordinal) && !text.StartsWith('-') && !text.EndsWith('-');

    private static string Prefix(string text) => text.EndsWith('-') ? text[..^1] + "a" : text;

    private static bool IsQualifiedName(string text)
    {
        var parts = text.Split('/');
        return parts.Length <= 2 && parts[^1].Length is > 0 and <= 63 && LabelValue().IsMatch(parts[^1])
            && (parts.Length == 1 || (parts[0].Length <= 253 && Subdomain().IsMatch(parts[0])));
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label1035();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid();

    private sealed record Value(string Name, int PatternSize, Func<string, bool> Holds) : IOpaqueValue
    {
        public string TypeName => F;
    }
}
