using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Walks through schemas as they were written.</summary>
internal static class SchemaNodes
{
    /// <summary>Gets the schemas of the declared fields.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>The fields in their order.</returns>
    public static IEnumerable<(string Name, JsonMap Schema)> Properties(JsonMap schema)
    {
        foreach (var (name, property) in schema.Map("properties") ?? [])
        {
            yield return (name, property as JsonMap ?? []);
        }
    }

    /// <summary>Gets whether a keyword says anything: it is neither missing nor false, empty or zero.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="key">The keyword.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsSet(JsonMap schema, string key) => schema[key] switch
    {
        null => false,
        _ when key is "default" or "example" or "additionalProperties" or "minimum" or "maximum" or "minLength" or "maxLength" or "minItems"
            or "maxItems" or "minProperties" or "maxProperties" or "multipleOf" or "not" or "items" => true,
        bool flag => flag,
        string text => text.Length > 0,
        long number => number != 0,
        JsonMap map => map.Count > 0 || key is "externalDocs" or "additionalItems",
        JsonList list => list.Count > 0,
        _ => true,
    };

    /// <summary>Gets a schema and every schema within.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>The schemas.</returns>
    public static IEnumerable<JsonMap> All(JsonMap schema)
    {
        yield return schema;
        foreach (var key in (string[])["items", "not", "additionalProperties", "additionalItems"])
        {
            if (schema.Map(key) is { } node)
            {
                foreach (var found in All(node))
                {
                    yield return found;
                }
            }
        }

        foreach (var key in (string[])["allOf", "anyOf", "oneOf", "items"])
        {
            foreach (var found in (schema.List(key)?.Maps ?? []).SelectMany(All))
            {
                yield return found;
            }
        }

        foreach (var key in (string[])["properties", "patternProperties", "definitions", "dependencies"])
        {
            foreach (var found in (schema.Map(key)?.Values ?? []).OfType<JsonMap>().SelectMany(All))
            {
                yield return found;
            }
        }
    }
}
