using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>matches, find and findAll, in linear time whatever the pattern.</summary>
internal static class RegularExpressions
{
    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add(
            "matches",
            a => (a[0], a[1]) is (string s, string p) ? GoRegex.Compile(p) is { } regex ? Display.Box(regex.IsMatch(s)) : Invalid(p) : CelError.NoOverload,
            "string.(string):bool",
            "(string,string):bool");
        functions.Add(
            "find",
            a => (a[0], a[1]) is (string s, string p) ? GoRegex.Compile(p) is { } regex ? regex.Match(s).Value : Invalid(p) : CelError.NoOverload,
            "string.(string):string");
        functions.Add("findAll", a => FindAll(a), "string.(string):list(string)", "string.(string,int):list(string)");
    }

    private static CelError Invalid(string pattern) => new($"error parsing regexp: `{pattern}`");

    private static object FindAll(ReadOnlySpan<object?> a)
    {
        if ((a[0], a[1]) is not (string text, string pattern) || (a.Length == 3 && a[2] is not long))
        {
            return CelError.NoOverload;
        }

        var limit = a.Length == 3 && (long)a[2]! >= 0 ? (int)Math.Min((long)a[2]!, int.MaxValue) : int.MaxValue;
        return GoRegex.Compile(pattern) is { } regex ? CelList.Of(regex.Matches(text).Take(limit).Select(m => m.Value)) : Invalid(pattern);
    }
}
