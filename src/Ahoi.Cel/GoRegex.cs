using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Ahoi.Cel.Libraries;

namespace Ahoi.Cel;

/// <summary>
/// Regular expressions in Go's syntax (RE2), which schemas and rules are written in. They match in linear time whatever
/// the pattern, and patterns that would grow large are none, as in Go. Compiled once for each pattern.
/// </summary>
public static class GoRegex
{
    private const int CacheSize = 1000;
    private static readonly ConcurrentDictionary<string, Regex?> Cache = new(StringComparer.Ordinal);

    /// <summary>Gets the compiled pattern.</summary>
    /// <param name="pattern">The pattern in Go's syntax.</param>
    /// <returns>The regular expression, or <see langword="null"/> if the pattern is none.</returns>
    public static Regex? Compile(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        return Cache[pattern] = CompileNew(pattern);
    }

    private static Regex? CompileNew(string pattern)
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
