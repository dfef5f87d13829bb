using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>How a type's values are owned and merged.</summary>
internal enum MergeKind
{
    /// <summary>A value that is owned whole: a scalar, or a list or map whose type is atomic.</summary>
    Leaf,

    /// <summary>A map or an object, field by field.</summary>
    Map,

    /// <summary>A list whose items are known by their value.</summary>
    Set,

    /// <summary>A list whose items are known by their key fields.</summary>
    KeyedList,
}

/// <summary>Reads a <see cref="Schema"/> as structured merge needs it. A missing schema means that the value tells its type.</summary>
internal static class FieldTypes
{
    private static readonly Schema Text = new() { Type = "string" };

    /// <summary>Finds how a value of a type is owned and merged.</summary>
    /// <param name="schema">The type, or <see langword="null"/>.</param>
    /// <param name="left">A value, or <see langword="null"/>.</param>
    /// <param name="right">The other value; a value decides only where the type does not.</param>
    /// <returns>The kind.</returns>
    public static MergeKind KindOf(Schema? schema, object? left, object? right)
    {
        switch (schema?.Form ?? SchemaForm.Any)
        {
            case SchemaForm.List:
                return schema!.ListType switch
                {
                    "map" => MergeKind.KeyedList,
                    "set" => MergeKind.Set,
                    _ => MergeKind.Leaf,
                };
            case SchemaForm.Struct or SchemaForm.Map:
                return schema!.MapType == "atomic" ? MergeKind.Leaf : MergeKind.Map;
            case SchemaForm.Any when schema is { Type: "object" }:
                return schema.MapType == "atomic" ? MergeKind.Leaf : MergeKind.Map;
            case SchemaForm.Any:
                return left is JsonMap or null && right is JsonMap or null && !(left is null && right is null) ? MergeKind.Map : MergeKind.Leaf;
            default:
                return MergeKind.Leaf;
        }
    }

    /// <summary>Finds the type of a field or of a map's value.</summary>
    /// <param name="schema">The map's type, or <see langword="null"/>.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="field">The field's type; <see langword="null"/> where the value tells it.</param>
    /// <returns>Whether the type declares the field by name.</returns>
    public static bool IsDeclared(Schema? schema, string name, out Schema? field)
    {
        if (schema is null)
        {
            field = null;
            return false;
        }

        if (schema.EmbeddedResource && name is "apiVersion" or "kind" or "metadata" && schema.EmbeddedResource)
        {
            field = name == "metadata" ? BuiltInSchemas.ObjectMeta : Text;
            return true;
        }

        if (schema.Properties.TryGetValue(name, out var declared))
        {
            field = declared;
            return true;
        }

        field = schema.AdditionalProperties;
        return false;
    }

    /// <summary>Gets whether a map's type has a place for a field.</summary>
    /// <param name="schema">The type.</param>
    /// <param name="name">The field's name.</param>
    /// <returns>Whether it has.</returns>
    public static bool Allows(Schema? schema, string name) =>
        schema is null
        || schema.PreserveUnknownFields
        || schema.Form == SchemaForm.Any
        || IsDeclared(schema, name, out var field)
        || field is not null;

    /// <summary>Names an item of a list.</summary>
    /// <param name="schema">The list's type: a set or a list with keys.</param>
    /// <param name="item">The item.</param>
    /// <param name="element">The name.</param>
    /// <returns>What is wrong with the item, or <see langword="null"/>.</returns>
    public static string? TryName(Schema schema, object? item, out PathElement element)
    {
        element = default;
        if (schema.ListType == "set")
        {
            if (item is JsonMap or JsonList or null)
            {
                return "an item of a set must be a scalar";
            }

            element = PathElement.OfValue(item);
            return null;
        }

        if (item is not JsonMap map)
        {
            return "an item of a list with keys must be an object";
        }

        var names = schema.ListMapKeys;
        if (names.Count == 1)
        {
            var value = KeyOf(schema, map, names[0]);
            if (value is null)
            {
                return $"an item has no {names[0]}, which is its key";
            }

            // The usual case, without a tree in between: names need no escapes.
            element = value is string text && IsPlain(text) && IsPlain(names[0])
                ? new(PathElementKind.Key, $"{{\"{names[0]}\":\"{text}\"}}")
                : PathElement.OfKeys(new JsonMap(1) { [names[0]] = value });
            return null;
        }

        var keys = new JsonMap(names.Count);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (KeyOf(schema, map, name) is { } value)
            {
                keys[name] = value;
            }
        }

        if (keys.Count == 0)
        {
            return $"an item has none of the keys {string.Join(", ", names)}";
        }

        element = PathElement.OfKeys(keys);
        return null;
    }

    private static object? KeyOf(Schema list, JsonMap item, string name)
    {
        if (item[name] is { } given)
        {
            return given;
        }

        return list.Items is { } items && items.Properties.TryGetValue(name, out var field) && field.HasDefault ? field.Default : null;
    }

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '/'))
            {
                return false;
            }
        }

        return true;
    }
}
