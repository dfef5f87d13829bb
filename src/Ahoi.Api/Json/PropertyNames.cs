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
        // Invalid UTF-8 has to fail as it does elsewhere, so only plain text takes the short way.
        if (reader.ValueIsEscaped || reader.HasValueSequence || !Ascii.IsValid(reader.ValueSpan))
        {
            return reader.GetString()!;
        }

        return Get(reader.ValueSpan);
    }

    public static string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength)
        {
            return Encoding.UTF8.GetString(bytes);
        }

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

        return slot = Encoding.UTF8.GetString(bytes);
    }
}
