using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What rules can see of a schema: fields without a type are not there for them.</summary>
internal static class RuleSchema
{
    private const ulong MaxRequestBytes = 3 * 1024 * 1024;

    /// <summary>Copies a schema without what rules cannot see.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>The copy, or <see langword="null"/> where rules see nothing at all.</returns>
    public static JsonMap? Visible(JsonMap schema)
    {
        if (schema.Flag("x-kubernetes-int-or-string") == true)
        {
            return new() { ["x-kubernetes-int-or-string"] = true };
        }

        var copy = new JsonMap(schema.Count);
        foreach (var (key, value) in schema)
        {
            if (key is not ("items" or "additionalProperties" or "properties" or "x-kubernetes-preserve-unknown-fields" or "x-kubernetes-validations"))
            {
                copy[key] = value;
            }
        }

        switch (schema.Text("type"))
        {
            case "array":
                if (schema.Map("items") is not { } items || Visible(items) is not { } item)
                {
                    return null;
                }

                copy["items"] = item;
                return copy;
            case "object" when schema.Map("additionalProperties") is { } additional:
                if (Visible(additional) is not { } entry)
                {
                    return null;
                }

                copy["additionalProperties"] = entry;
                return copy;
            case "object":
                var properties = new JsonMap();
                foreach (var (name, property) in SchemaNodes.Properties(schema))
                {
                    if (Visible(property) is { } visible)
                    {
                        properties[name] = visible;
                    }
                }

                copy["properties"] = properties;
                return copy;
            case "string" or "boolean" or "integer" or "number":
                return copy;
            default:
                return null;
        }
    }

    /// <summary>Gets how many values of a schema fit into a request at most.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>The number.</returns>
    public static ulong MaxCardinality(JsonMap schema) => MaxRequestBytes / ((ulong)MinBytes(schema) + 1);

    private static long MinBytes(JsonMap schema)
    {
        switch (schema.Text("type"))
        {
            case "boolean":
                return 4;
            case "string":
                return schema.Text("format") switch { "duration" => 3, "date" => 12, "date-time" => 21, _ => 2 };
            case "array":
                return 2;
            case "object":
                var required = schema.List("required")?.Texts.ToHashSet(StringComparer.Ordinal) ?? [];
                return 2 + SchemaNodes.Properties(schema)
                    .Where(p => required.Contains(p.Name) && p.Schema["default"] is null && Visible(p.Schema) is not null)
                    .Sum(p => p.Name.Length + MinBytes(p.Schema) + 4);
            default:
                return 1;
        }
    }
}
