using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahoi.Api.Objects;

/// <summary>A version of an API as Kubernetes names them: <c>v1</c>, <c>v2beta1</c>. What is preferred is greater.</summary>
/// <param name="Major">The number behind the v.</param>
/// <param name="Stability">What it promises.</param>
/// <param name="Minor">The number behind alpha or beta; 0 for a stable version.</param>
public readonly partial record struct ApiVersion(long Major, ApiStability Stability, long Minor) : IComparable<ApiVersion>
{
    /// <summary>Gets the order in which clients prefer versions by name, the preferred one first: v2, v1, v1beta2, v1beta1,
    /// v1alpha1, then whatever else there is by name.</summary>
    public static IComparer<string> PreferredFirst { get; } = Comparer<string>.Create(static (x, y) => (TryParse(x, out var left), TryParse(y, out var right)) switch
    {
        (true, true) => right.CompareTo(left),
        (false, false) => string.CompareOrdinal(x, y),
        (true, false) => -1,
        _ => 1,
    });

    /// <summary>Reads a version.</summary>
    /// <param name="text">The version's name.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether <paramref name="text"/> is named as Kubernetes names versions; custom resources may be named otherwise.</returns>
    public static bool TryParse(string? text, out ApiVersion version)
    {
        version = default;
        var match = Form().Match(text ?? "");
        if (!match.Success || !long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var major))
        {
            return false;
        }

        _ = long.TryParse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out var minor);
        version = new(major, match.Groups[2].Value switch { "alpha" => ApiStability.Alpha, "beta" => ApiStability.Beta, _ => ApiStability.Stable }, minor);
        return true;
    }

    /// <summary>Reads a version.</summary>
    /// <param name="text">The version's name.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException"><paramref name="text"/> is not one.</exception>
    public static ApiVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is not a version like v1, v1beta1 or v2alpha3.");

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => (Stability, Major, Minor).CompareTo((other.Stability, other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => Stability == ApiStability.Stable
        ? string.Create(CultureInfo.InvariantCulture, $"v{Major}")
        : string.Create(CultureInfo.InvariantCulture, $"v{Major}{(Stability == ApiStability.Beta ? "beta" : "alpha")}{Minor}");

#pragma warning disable CS1591 // Comparisons mean what they look like.
    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;
#pragma warning restore CS1591

    [GeneratedRegex("^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$")]
    private static partial Regex Form();
}
