using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Finds items that occur twice in lists of type set, and items with the same keys in lists of type map.</summary>
internal static class ListUniqueness
{
    /// <summary>Checks every list of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Validate(object? value, ValueSchema schema, FieldPath path, FieldErrors errors)
    {
        switch (value)
        {
            case JsonList list:
                if (schema.ListType == "set")
                {
                    Check(list, item => JsonTree.ToText(Canonical(item)), path, errors);
                }
                else if (schema.ListType == "map")
                {
                    Check(list, item => item is JsonMap map ? Correlation.KeyOf(map, schema) : null, path, errors);
                }

                if (schema.Items is { } items)
                {
                    for (var i = 0; i < list.Count; i++)
                    {
                        Validate(list[i], items, path.Index(i), errors);
                    }
                }

                break;
            case JsonMap map:
                foreach (var (key, item) in map)
                {
                    if (schema.Properties.TryGetValue(key, out var property))
                    {
                        Validate(item, property, path.Child(key), errors);
                    }
                    else if (schema.AdditionalProperties is { } additional)
                    {
                        Validate(item, additional, path.Key(key), errors);
                    }
                }

                break;
        }
    }

    private static void Check(JsonList list, Func<object?, string?> identity, FieldPath path, FieldErrors errors)
    {
        var seen = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (identity(list[i]) is not { } id)
            {
                continue;
            }

            // A third occurrence is not reported again.
            if (seen.TryGetValue(id, out var reported))
            {
                seen[id] = true;
                if (!reported)
                {
                    errors.Duplicate(path.Index(i).ToString(), list[i]);
                }
            }
            else
            {
                seen[id] = false;
            }
        }
    }

    private static object? Canonical(object? value) => value switch
    {
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => (long)number,
        JsonList list => new JsonList(list.Select(Canonical)),
        JsonMap map => Sorted(map),
        _ => value,
    };

    private static JsonMap Sorted(JsonMap map)
    {
        var sorted = new JsonMap(map.Count);
        foreach (var key in map.Keys.Order(StringComparer.Ordinal))
        {
            sorted[key] = Canonical(map[key]);
        }

        return sorted;
    }
}
