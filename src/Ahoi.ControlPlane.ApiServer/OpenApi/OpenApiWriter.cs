using System.Buffers;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Writes a document of OpenAPI 3.0 for a group's version.</summary>
internal sealed class OpenApiWriter : IOpenApiForm
{
    private const string Prefix = "#/components/schemas/";
    private static readonly byte[] PrefixBytes = Encoding.UTF8.GetBytes($"\"{Prefix}");

    private OpenApiWriter()
    {
    }

    /// <summary>Writes a document.</summary>
    /// <param name="resources">The version's resources and subresources.</param>
    /// <returns>The JSON.</returns>
    public static byte[] Write(IReadOnlyList<OpenApiResource> resources)
    {
        var paths = new OpenApiPaths(new OpenApiWriter());
        var described = paths.Describe(resources);
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            WriteHead(writer, described);
            writer.WriteStartObject("schemas");
            WriteSchemas(writer, resources, paths.Used);
            writer.WriteEndObject();
            WriteTail(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes the document of a path that has no resources of its own.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The JSON.</returns>
    public static byte[] WriteRoot(string path)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            var ok = new JsonMap { ["description"] = "OK" };
            var get = new JsonMap { ["description"] = "what is available here", ["responses"] = new JsonMap { ["200"] = ok } };
            WriteHead(writer, new JsonMap { [path] = new JsonMap { ["get"] = get } });
            writer.WriteStartObject("schemas");
            writer.WriteEndObject();
            WriteTail(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public JsonMap Parameter(string name, string place, string type, string description)
    {
        var parameter = new JsonMap
        {
            ["name"] = name,
            ["in"] = place,
            ["description"] = description,
            ["schema"] = new JsonMap { ["type"] = type, ["uniqueItems"] = true },
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
        if (body is not null)
        {
            var content = new JsonMap();
            foreach (var type in patchTypes ?? ["application/json", "application/yaml"])
            {
                content[type] = new JsonMap { ["schema"] = Reference(body) };
            }

            operation["requestBody"] = new JsonMap { ["content"] = content, ["required"] = body != DefinitionNames.DeleteOptions };
            if (body == DefinitionNames.DeleteOptions)
            {
                operation.Map("requestBody")!.Remove("required");
            }
        }

        var responses = new JsonMap();
        foreach (var code in codes)
        {
            var response = new JsonMap { ["description"] = code switch { "201" => "Created", "202" => "Accepted", _ => "OK" } };
            if (answer is not null)
            {
                response["content"] = new JsonMap
                {
                    ["application/json"] = new JsonMap { ["schema"] = Reference(answer) },
                    ["application/yaml"] = new JsonMap { ["schema"] = Reference(answer) },
                };
            }

            responses[code] = response;
        }

        responses["401"] = new JsonMap { ["description"] = "Unauthorized" };
        operation["responses"] = responses;
    }

    private static JsonMap Reference(string name) => new(1) { ["$ref"] = Prefix + name };

    private static void WriteHead(Utf8JsonWriter writer, JsonMap paths)
    {
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.0.0");
        writer.WriteStartObject("info");
        writer.WriteString("title", "Kubernetes");
        writer.WriteString("version", "v1.36.2");
        writer.WriteEndObject();
        writer.WritePropertyName("paths");
        JsonTree.Write(writer, paths);
        writer.WriteStartObject("components");
    }

    private static void WriteTail(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("securitySchemes");
        writer.WriteStartObject("BearerToken");
        writer.WriteString("type", "apiKey");
        writer.WriteString("description", "Bearer Token authentication");
        writer.WriteString("name", "authorization");
        writer.WriteString("in", "header");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSchemas(Utf8JsonWriter writer, IReadOnlyList<OpenApiResource> resources, IReadOnlyCollection<string> used)
    {
        var custom = CustomDefinitions.Of(resources, Prefix, forVersion2: false);
        var waiting = new Queue<string>(used);
        var done = new HashSet<string>(used, StringComparer.Ordinal);
        while (waiting.TryDequeue(out var name))
        {
            writer.WritePropertyName(name);
            if (custom.TryGetValue(name, out var definition))
            {
                JsonTree.Write(writer, definition);
                FindReferences(Encoding.UTF8.GetBytes(definition.ToString()), waiting, done);
                continue;
            }

            var raw = SchemaData.Raw(name);
            writer.WriteRawValue(raw, skipInputValidation: true);
            FindReferences(raw, waiting, done);
        }
    }

    private static void FindReferences(ReadOnlySpan<byte> json, Queue<string> waiting, HashSet<string> done)
    {
        while (json.IndexOf(PrefixBytes) is >= 0 and var at)
        {
            json = json[(at + PrefixBytes.Length)..];
            var end = json.IndexOf((byte)'"');
            var name = Encoding.UTF8.GetString(json[..end]);
            if (done.Add(name) && SchemaData.Raw(name).Length > 0)
            {
                waiting.Enqueue(name);
            }
        }
    }
}
