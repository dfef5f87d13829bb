using System.Text;
using System.Text.Json;

namespace Ahoi.Api.Json;

/// <summary>
/// Shares one string for each common property name. A small table of the last names seen: a lookup compares bytes with
/// what stands in its slot, a miss replaces it. Races only cost an allocation.
/// </summary>
internal static class PropertyNames
{
    private const int Slots = 2048;
    private const int MaxLength = 48;

    private static readonly string?[] Names = new string?[Slots];

    public static string Get(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.HasValueSequence || reader.ValueSpan.Length > MaxLength)
        {
            return reader.GetString()!;
        }

        var bytes = reader.ValueSpan;
        var hash = (uint)bytes.Length;
        foreach (var b in bytes)
        {
            hash = (hash * 31) + b;
        }

        ref var slot = ref Names[hash % Slots];
        if (slot is { } name && name.Length == bytes.Length && Ascii.Equals(bytes, name))
        {
            return name;
        }

        return slot = reader.GetString()!;
    }
}
