using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Orders versions as Kubernetes prefers them: v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name.</summary>
internal sealed partial class VersionPriority : IComparer<string>
{
    public static readonly VersionPriority Comparer = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (Read(x!), Read(y!));
        if (left is null || right is null)
        {
            return left is null && right is null ? string.CompareOrdinal(x, y) : left is null ? 1 : -1;
        }

        return right.Value.CompareTo(left.Value);
    }

    private static (int Stability, long Major, long Minor)? Read(string version)
    {
        var match = KubeLike().Match(version);
        if (!match.Success
            || !long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var major))
        {
            return null;
        }

        var stability = match.Groups[2].Value switch { "alpha" => 0, "beta" => 1, _ => 2 };
        _ = long.TryParse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out var minor);
        return (stability, major, minor);
    }

    [GeneratedRegex("^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$")]
    private static partial Regex KubeLike();
}
