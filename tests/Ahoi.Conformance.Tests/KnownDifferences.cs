namespace Ahoi.Conformance.Tests;

/// <summary>The scenarios that are known to differ, with the reasons, as known-differences.txt lists them.</summary>
internal static class KnownDifferences
{
    private static readonly Dictionary<string, string> Reasons = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "known-differences.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(": ", 2))
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    public static bool Has(string name) => Reasons.ContainsKey(name);

    public static string? Find(string name) => Reasons.GetValueOrDefault(name);
}
