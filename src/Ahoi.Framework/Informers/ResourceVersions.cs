namespace Ahoi.Framework.Informers;

/// <summary>Compares resource versions: as the numbers they are, where they are numbers.</summary>
internal static class ResourceVersions
{
    /// <summary>Whether <paramref name="candidate"/> is later than <paramref name="known"/>. What is not a number cannot be
    /// compared, and then everything that is different counts as later.</summary>
    public static bool IsLater(string candidate, string known)
    {
        if (!IsNumber(candidate) || !IsNumber(known))
        {
            return !string.Equals(candidate, known, StringComparison.Ordinal);
        }

        return candidate.Length != known.Length
            ? candidate.Length > known.Length
            : string.CompareOrdinal(candidate, known) > 0;
    }

    private static bool IsNumber(string version) =>
        version.Length > 0 && version[0] != '0' && !version.AsSpan().ContainsAnyExceptInRange('0', '9');
}
