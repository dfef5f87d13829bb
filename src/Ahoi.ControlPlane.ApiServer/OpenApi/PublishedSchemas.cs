using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Makes of a custom kind's structural schema what clients are told.</summary>
internal static class PublishedSchemas
{
    private static readonly string[] Junctors = ["allOf", "anyOf", "oneOf", "not"];

    /// <summary>Says a schema in OpenAPI 3.0: numbers-or-texts list both, and embedded objects have what every object has.</summary>
    /// <param name="schema">The schema; changed in place.</param>
    /// <param name="metadata">Makes the reference to the type of metadata.</param>
    public static void ForVersion3(JsonMap schema, Func<JsonMap> metadata)
    {
        Forget(schema);
        if (schema.Flag("x-kubernetes-int-or-string") == true && !ListsBoth(schema) && !ListsBoth(schema.List("allOf") is [JsonMap first, ..] ? first : []))
        {
            var both = new JsonList { new JsonMap { ["type"] = "integer" }, new JsonMap { ["type"] = "string" } };
            if (schema["anyOf"] is null)
            {
                schema["anyOf"] = both;
            }
            else
            {
                schema.EnsureList("allOf").Insert(0, new JsonMap { ["anyOf"] = both });
            }
        }

        foreach (var child in Children(schema))
        {
            ForVersion3(child, metadata);
        }

        Embed(schema, metadata);
    }

    /// <summary>Says a schema in OpenAPI 2.0 so that kubectl can live with it: no alternatives, nothing below what may be null or free.</summary>
    /// <param name="schema">The schema; changed in place.</param>
    /// <param name="metadata">Makes the reference to the type of metadata.</param>
    public static void ForVersion2(JsonMap schema, Func<JsonMap> metadata)
    {
        Forget(schema);
        foreach (var junctor in Junctors)
        {
            schema.Remove(junctor);
        }

        var isFree = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        var isNullable = schema.Flag("nullable") == true;
        schema.Remove("nullable");
        if (isNullable)
        {
            schema.Remove("type");
        }

        if (isNullable || isFree)
        {
            schema.Remove("items");
            schema.Remove("properties");
        }

        if ((schema.Text("type") == "array" && schema["items"] is null) || (isFree && schema.Text("type") == "object"))
        {
            schema.Remove("type");
        }

        RelaxRequired(schema);
        foreach (var child in Children(schema))
        {
            ForVersion2(child, metadata);
        }

        if (!isFree)
        {
            Embed(schema, metadata);
        }
    }

    // A structural schema does not keep these.
    private static void Forget(JsonMap schema)
    {
        schema.Remove("example");
        schema.Remove("externalDocs");
    }

    private static void RelaxRequired(JsonMap schema)
    {
        if (schema.List("required") is not { } required)
        {
            return;
        }

        var properties = schema.Map("properties");
        var left = schema.Map("additionalProperties")?.Flag("nullable") == true
            ? []
            : required.Texts.Where(name => properties?.Map(name)?.Flag("nullable") != true).ToList();
        if (left.Count == 0)
        {
            schema.Remove("required");
        }
        else
        {
            schema["required"] = new JsonList(left);
        }
    }

    private static void Embed(JsonMap schema, Func<JsonMap> metadata)
    {
        if (schema.Flag("x-kubernetes-embedded-resource") != true)
        {
            return;
        }

        var properties = schema.EnsureMap("properties");
        properties["apiVersion"] = new JsonMap { ["type"] = "string", ["description"] = "the version of the kind's schema" };
        properties["kind"] = new JsonMap { ["type"] = "string", ["description"] = "the kind" };
        properties["metadata"] = metadata();
        var required = schema.EnsureList("required");
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
        {
            if (!required.Contains(name))
            {
                required.Add(name);
            }
        }
    }

    private static bool ListsBoth(JsonMap schema) =>
        schema.List("anyOf") is [JsonMap number, JsonMap text] && number is { Count: 1 } && text is { Count: 1 }
        && number.Text("type") == "integer" && text.Text("type") == "string";

    private static IEnumerable<JsonMap> Children(JsonMap schema)
    {
        if (schema.Map("items") is { } items)
        {
            yield return items;
        }

        if (schema.Map("additionalProperties") is { } values)
        {
            yield return values;
        }

        foreach (var property in schema.Map("properties")?.Values.OfType<JsonMap>() ?? [])
        {
            yield return property;
        }
    }
}
