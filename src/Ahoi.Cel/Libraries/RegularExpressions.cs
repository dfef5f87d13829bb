using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>matches, find and findAll, in linear time whatever the pattern.</summary>
internal static class RegularExpressions
{
    private const int CacheSize = 1000;
    private static readonly ConcurrentDictionary<string, Regex?> Cache = new(StringComparer.Ordinal);

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add(
            "matches",
            a => (a[0], a[1]) is (string s, string p) ? Find(p) is { } regex ? Display.Box(regex.IsMatch(s)) : Invalid(p) : CelError.NoOverload,
            "string.(string):bool",
            "(string,string):bool");
        functions.Add(
            "find",
            a => (a[0], a[1]) is (string s, string p) ? Find(p) is { } regex ? regex.Match(s).Value : Invalid(p) : CelError.NoOverload,
            "string.(string):string");
        functions.Add("findAll", a => FindAll(a), "string.(string):list(string)", "string.(string,int):list(string)");
    }

    /// <summary>Gets the compiled pattern, or null where it is none.</summary>
    public static Regex? Find(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        return Cache[pattern] = Compile(pattern);
    }

    private static CelError Invalid(string pattern) => new($"error parsing regexp: `{pattern}`");

    private static object FindAll(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, string pattern) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var limit = a.Length == 3 && (long)a[2]! >= 0 ? (int)Math.Min((long)a[2]!, int.MaxValue) : int.MaxValue;
        return Find(pattern) is { } regex ? CelList.Of(regex.Matches(text).Take(limit).Select(m => m.Value)) : Invalid(pattern);
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            return GoPattern.Translate(pattern) is { } own
                ? new Regex(own, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or InsufficientExecutionStackException)
        {
            return null;
        }
    }
}
