using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>Names that controllers make.</summary>
internal static class Names
{
    // No vowels and nothing that looks like one: no words come about by chance.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Gets a hash of a pod template, written as the end of a name. Equal templates have equal hashes, in every
    /// process.</summary>
    /// <param name="template">The template.</param>
    /// <param name="collisions">How many other templates had the same one.</param>
    public static string Hash(JsonMap template, long? collisions)
    {
        // FNV-1a; keys sorted, so that their order does not count.
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(Canonical(template) + (collisions is > 0 ? $"#{collisions}" : "")))
        {
            hash = (hash ^ b) * 16777619;
        }

        var name = new StringBuilder();
        foreach (var digit in hash.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            name.Append(Alphabet[digit % Alphabet.Length]);
        }

        return name.ToString();
    }

    private static string Canonical(object? value) => value switch
    {
        JsonMap map => "{" + string.Join(',', map.Where(e => e.Value is not null).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Key + ":" + Canonical(e.Value))) + "}",
        JsonList list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        _ => JsonTree.ToText(value),
    };
}
