using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Fills in a schema's defaults. A null where null is no value counts as absent, and goes if no default takes its place.</summary>
internal static class SchemaDefaulting
{
    /// <summary>Fills in what is missing from a value.</summary>
    /// <param name="value">The value; changed in place.</param>
    /// <param name="schema">Its schema.</param>
    public static void Apply(object? value, ValueSchema schema)
    {
        SetDefaults(value, schema);
        DropNulls(value, schema);
    }

    /// <summary>Fills in what is missing and keeps nulls that no default replaces, for validation to refuse.</summary>
    /// <param name="value">The value; changed in place.</param>
    /// <param name="schema">Its schema.</param>
    public static void SetDefaults(object? value, ValueSchema schema)
    {
        if (value is JsonList list && schema.Items is { } items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is null && !items.Nullable)
                {
                    list[i] = JsonTree.DeepClone(items.Source["default"]);
                }

                SetDefaults(list[i], items);
            }
        }

        if (value is not JsonMap map)
        {
            return;
        }

        foreach (var (name, property) in schema.Properties)
        {
            if (property.HasDefault && (!map.TryGetValue(name, out var item) || (item is null && !property.Nullable)))
            {
                map[name] = JsonTree.DeepClone(property.Source["default"]);
            }
        }

        if (schema.AdditionalProperties is { HasDefault: true, Nullable: false } additional)
        {
            foreach (var key in map.Keys.Where(k => map[k] is null && !schema.Properties.ContainsKey(k)).ToArray())
            {
                map[key] = JsonTree.DeepClone(additional.Source["default"]);
            }
        }

        foreach (var (key, item) in map)
        {
            if (item is JsonMap or JsonList && schema.Entry(key) is { } entry)
            {
                SetDefaults(item, entry);
            }
        }
    }

    private static void DropNulls(object? value, ValueSchema schema)
    {
        switch (value)
        {
            case JsonMap map:
                List<string>? nulls = null;
                foreach (var (key, item) in map)
                {
                    if (schema.Entry(key) is not { } entry)
                    {
                        continue;
                    }

                    if (item is not null)
                    {
                        DropNulls(item, entry);
                    }
                    else if (!entry.Nullable)
                    {
                        (nulls ??= []).Add(key);
                    }
                }

                nulls?.ForEach(key => map.Remove(key));
                break;
            case JsonList list when schema.Items is { } items:
                foreach (var item in list)
                {
                    DropNulls(item, items);
                }

                break;
        }
    }
}
