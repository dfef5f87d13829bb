using System.Security.Cryptography;
using System.Text;

namespace Ahoi.Tenancy.Planning;

/// <summary>Short names for contents: what was made from something else has another one.</summary>
internal static class Fingerprint
{
    public static string Of(params ReadOnlySpan<string?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part?.Length ?? -1).Append(':').Append(part).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..10];
    }

    /// <summary>The fingerprint of a Secret's contents, so that pods are replaced when it changes.</summary>
    public static string Of(IDictionary<string, byte[]>? data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in (data ?? new Dictionary<string, byte[]>()).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}\n{value.Length}\n"));
            hash.AppendData(value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..10];
    }
}
