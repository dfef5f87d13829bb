using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Writes the one document of OpenAPI 2.0.</summary>
internal sealed class SwaggerWriter : IOpenApiForm
{
    private const string Prefix = "#/definitions/";
    private const string ComponentPrefix = "#/components/schemas/";

    private SwaggerWriter()
    {
    }

    /// <summary>Writes the document.</summary>
    /// <param name="resources">Every resource and subresource.</param>
    /// <returns>The JSON.</returns>
    public static byte[] Write(IReadOnlyList<OpenApiResource> resources)
    {
        var paths = new OpenApiPaths(new SwaggerWriter());
        var described = paths.Describe(resources);
        var custom = CustomDefinitions.Of(resources, ComponentPrefix, forVersion2: true);
        var definitions = new JsonMap();
        foreach (var name in SchemaData.Names)
        {
            definitions[name] = Convert(SchemaData.Definition(name)!, name);
        }

        foreach (var (name, definition) in custom)
        {
            definitions[name] = Convert(definition, name);
        }

        return JsonTree.ToUtf8(new JsonMap
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonMap { ["title"] = "Kubernetes", ["version"] = "v1.36.2" },
            ["paths"] = described,
            ["definitions"] = definitions,
            ["securityDefinitions"] = new JsonMap
            {
                ["BearerToken"] = new JsonMap
                {
                    ["description"] = "Bearer Token authentication",
                    ["in"] = "header",
                    ["name"] = "authorization",
                    ["type"] = "apiKey",
                },
            },
            ["security"] = new JsonList { new JsonMap { ["BearerToken"] = new JsonList() } },
        });
    }

    /// <inheritdoc/>
    public JsonMap Parameter(string name, string place, string type, string description)
    {
        var parameter = new JsonMap
        {
            ["name"] = name,
            ["in"] = place,
            ["description"] = description,
            ["type"] = type,
            ["uniqueItems"] = true,
        };
        if (place == "path")
        {
            parameter["required"] = true;
        }

        return parameter;
    }

    /// <inheritdoc/>
    public void Describe(JsonMap operation, string? body, string? answer, IEnumerable<string> codes, IEnumerable<string>? patchTypes)
    {
        operation["consumes"] = new JsonList(patchTypes ?? ["*/*"]);
        operation["produces"] = new JsonList { "application/json", "application/yaml" };
        operation["schemes"] = new JsonList { "https" };
        if (body is not null)
        {
            var parameter = new JsonMap { ["name"] = "body", ["in"] = "body", ["schema"] = Reference(body) };
            if (body != DefinitionNames.DeleteOptions)
            {
                parameter["required"] = true;
            }

            operation.EnsureList("parameters").Insert(0, parameter);
        }

        var responses = new JsonMap();
        foreach (var code in codes)
        {
            var response = new JsonMap { ["description"] = code switch { "201" => "Created", "202" => "Accepted", _ => "OK" } };
            if (answer is not null)
            {
                response["schema"] = Reference(answer);
            }

            responses[code] = response;
        }

        responses["401"] = new JsonMap { ["description"] = "Unauthorized" };
        operation["responses"] = responses;
    }

    private static JsonMap Reference(string name) => new(1) { ["$ref"] = Prefix + name };

    /// <summary>Says a type of version 3 in version 2, which has no alternatives and no null.</summary>
    private static JsonMap Convert(JsonMap node, string? name = null)
    {
        var last = name?[(name.LastIndexOf('.') + 1)..];
        if (last is "Quantity" or "IntOrString")
        {
            var text = new JsonMap { ["type"] = "string" };
            if (last == "IntOrString")
            {
                text["format"] = "int-or-string";
            }

            return text;
        }

        var converted = new JsonMap(node.Count);
        var nullable = node.Flag("nullable") == true;
        var anyNumberOrText = node.Flag("x-kubernetes-int-or-string") == true;
        foreach (var (key, value) in node)
        {
            switch (key)
            {
                case "$ref" when value is string reference:
                    converted[key] = reference.Replace(ComponentPrefix, Prefix, StringComparison.Ordinal);
                    break;
                case "allOf" when value is JsonList and [JsonMap only] && only.Text("$ref") is { } target:
                    converted["$ref"] = target.Replace(ComponentPrefix, Prefix, StringComparison.Ordinal);
                    break;
                case "allOf" or "anyOf" or "oneOf" or "not" or "nullable":
                case "default" when node.ContainsKey("allOf"):
                case "type" or "items" or "properties" when nullable || anyNumberOrText:
                    break;
                case "properties" when value is JsonMap properties:
                    var fields = new JsonMap(properties.Count);
                    foreach (var (field, type) in properties)
                    {
                        fields[field] = type is JsonMap map ? Convert(map) : type;
                    }

                    converted[key] = fields;
                    break;
                case "items" or "additionalProperties" when value is JsonMap inner:
                    converted[key] = Convert(inner);
                    break;
                default:
                    converted[key] = value;
                    break;
            }
        }

        return converted;
    }
}
