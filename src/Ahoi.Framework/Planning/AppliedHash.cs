using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.Framework.Planning;

/// <summary>A hash of what was applied, kept in an annotation of the object. Servers put defaults into lists that are replaced
/// as a whole; where the hash is the same, such additions are known to be no differences.</summary>
internal static class AppliedHash
{
    /// <summary>The annotation.</summary>
    public const string Annotation = "ahoi.dev/applied";

    /// <summary>Writes the hash into an object's metadata, if there are lists that need it.</summary>
    /// <returns>Whether there are.</returns>
    public static bool Mark(JsonMap content)
    {
        if (!content.Any(f => f.Key != "metadata" && HasListOfMaps(f.Value)))
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString()));
        content.EnsureMap("metadata").EnsureMap("annotations")[Annotation] = Convert.ToHexStringLower(hash.AsSpan(0, 8));
        return true;
    }

    private static bool HasListOfMaps(object? value) => value switch
    {
        JsonMap map => map.Values.Any(HasListOfMaps),
        JsonList list => list.Any(i => i is JsonMap),
        _ => false,
    };
}
