using System.Globalization;
using System.Text.RegularExpressions;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Semantic versions.</summary>
internal static partial class Semvers
{
    private const string V = "kubernetes.Semver";

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add(
            "semver",
            a => a[0] is string s && (a.Length == 1 || a[1] is bool) ? (object?)Parse(s, a.Length == 2 && a[1] is true) ?? new CelError($"semver parse error: {s}") : CelError.NoOverload,
            $"(string):{V}",
            $"(string,bool):{V}");
        functions.Add(
            "isSemver",
            a => a[0] is string s && (a.Length == 1 || a[1] is bool) ? Display.Box(Parse(s, a.Length == 2 && a[1] is true) is not null) : CelError.NoOverload,
            "(string):bool",
            "(string,bool):bool");
        functions.Add("major", a => a[0] is Value v ? (long)v.Major : CelError.NoOverload, $"{V}.():int");
        functions.Add("minor", a => a[0] is Value v ? (long)v.Minor : CelError.NoOverload, $"{V}.():int");
        functions.Add("patch", a => a[0] is Value v ? (long)v.Patch : CelError.NoOverload, $"{V}.():int");
        functions.Add("compareTo", a => (a[0], a[1]) is (Value l, Value r) ? (long)Compare(l, r) : CelError.NoOverload, $"{V}.({V}):int");
        functions.Add("isLessThan", a => (a[0], a[1]) is (Value l, Value r) ? Display.Box(Compare(l, r) < 0) : CelError.NoOverload, $"{V}.({V}):bool");
        functions.Add("isGreaterThan", a => (a[0], a[1]) is (Value l, Value r) ? Display.Box(Compare(l, r) > 0) : CelError.NoOverload, $"{V}.({V}):bool");
    }

    private static Value? Parse(string text, bool normalize)
    {
        if (normalize)
        {
            if (Normalize(text) is not { } normal)
            {
                return null;
            }

            text = normal;
        }

        var match = Pattern().Match(text);
        return match.Success && ulong.TryParse(match.Groups[1].ValueSpan, out var major) && ulong.TryParse(match.Groups[2].ValueSpan, out var minor)
            && ulong.TryParse(match.Groups[3].ValueSpan, out var patch)
            ? new(major, minor, patch, match.Groups[4].Value)
            : null;
    }

    // Without a leading v and leading zeros, and with three numbers; a shorter version says nothing beyond its numbers.
    private static string? Normalize(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Length > 1)
            {
                var digits = parts[i].TrimStart('0');
                parts[i] = digits.Length == 0 || !char.IsAsciiDigit(digits[0]) ? "0" + digits : digits;
            }
        }

        if (parts.Count < 3 && parts[^1].AsSpan().ContainsAny('+', '-'))
        {
            return null;
        }

        while (parts.Count < 3)
        {
            parts.Add("0");
        }

        return string.Join('.', parts);
    }

    private static int Compare(Value left, Value right)
    {
        var order = (left.Major, left.Minor, left.Patch).CompareTo((right.Major, right.Minor, right.Patch));
        if (order != 0 || left.Before == right.Before)
        {
            return Math.Sign(order);
        }

        if (left.Before.Length == 0 || right.Before.Length == 0)
        {
            return left.Before.Length == 0 ? 1 : -1;
        }

        var (a, b) = (left.Before.Split('.'), right.Before.Split('.'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var numbers = (ulong.TryParse(a[i], NumberStyles.None, CultureInfo.InvariantCulture, out var x), ulong.TryParse(b[i], NumberStyles.None, CultureInfo.InvariantCulture, out var y));
            order = numbers switch
            {
                (true, true) => x.CompareTo(y),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(a[i], b[i]),
            };
            if (order != 0)
            {
                return Math.Sign(order);
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    [GeneratedRegex(@"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\z")]
    private static partial Regex Pattern();

    private sealed record Value(ulong Major, ulong Minor, ulong Patch, string Before) : IOpaqueValue
    {
        public string TypeName => V;
    }
}
