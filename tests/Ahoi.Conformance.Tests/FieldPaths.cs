using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.Conformance.Tests;

/// <summary>Reads and drops fields by dotted path, where <c>*</c> stands for every item or key.</summary>
internal static class FieldPaths
{
    public static object? Get(object? value, string path)
    {
        foreach (var part in path.Split('.'))
        {
            value = value switch
            {
                JsonMap map => map[part],
                JsonList list when int.TryParse(part, CultureInfo.InvariantCulture, out var at) && at < list.Count => list[at],
                _ => null,
            };
        }

        return value;
    }

    public static void Drop(object? value, ReadOnlySpan<string> parts)
    {
        if (parts.IsEmpty)
        {
            return;
        }

        var part = parts[0];
        var rest = parts[1..];
        switch (value)
        {
            case JsonList list:
                foreach (var item in list)
                {
                    Drop(item, part == "*" ? rest : parts);
                }

                break;
            case JsonMap map when part == "*":
                foreach (var (_, item) in map)
                {
                    Drop(item, rest);
                }

                break;
            case JsonMap map when map.ContainsKey(part):
                if (rest.IsEmpty)
                {
                    map.Remove(part);
                }
                else
                {
                    Drop(map[part], rest);
                }

                break;
        }
    }
}
