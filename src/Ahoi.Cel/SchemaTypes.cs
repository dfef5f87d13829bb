using System.Diagnostics.CodeAnalysis;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;

namespace Ahoi.Cel;

/// <summary>Types from OpenAPI v3 schemas, as custom resource definitions have them.</summary>
public static class SchemaTypes
{
    // What a request can carry at most bounds every size that the schema does not bound itself.
    private const long MaxRequest = 3 * 1024 * 1024;
    private const int MaxDepth = 200;

    /// <summary>
    /// Makes the type of a schema node, for <c>self</c> and <c>oldSelf</c> of the rules it carries. Fields without a
    /// schema, and fields whose names cannot be escaped, are not reachable.
    /// </summary>
    /// <param name="schema">The structural schema node as JSON.</param>
    /// <param name="isResource">Whether the node is the whole object (or an embedded one), so that apiVersion, kind and
    /// metadata.name and metadata.generateName are there too.</param>
    /// <returns>The type.</returns>
    public static CelType FromSchema(JsonMap schema, bool isResource = false)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Build(schema, isResource, 0).Type;
    }

    private static (CelType Type, long MinBytes) Build(JsonMap schema, bool isResource, int depth)
    {
        if (depth > MaxDepth || schema["x-kubernetes-int-or-string"] is true)
        {
            return (CelType.Dyn.WithMaxSize(MaxRequest - 2), 1);
        }

        isResource |= schema["x-kubernetes-embedded-resource"] is true;
        switch (schema.Text("type"))
        {
            case "boolean":
                return (CelType.Bool, 4);
            case "integer":
                return (CelType.Int, 1);
            case "number":
                return (CelType.Double, 1);
            case "string":
                return Text(schema);
            case "array" when schema.Map("items") is { } items:
                var item = Build(items, false, depth + 1);
                var list = CelType.List(item.Type).WithMaxSize(schema.Integer("maxItems") ?? ((MaxRequest - 2) / (item.MinBytes + 1)));
                list = schema.Text("x-kubernetes-list-type") switch
                {
                    "set" => list.AsSet(),
                    "map" => list.WithListKeys([.. schema.List("x-kubernetes-list-map-keys")?.Texts ?? []]),
                    _ => list,
                };
                return (list, 2);
            case "object" when schema.Map("additionalProperties") is { } values:
                var value = Build(values, false, depth + 1);
                return (CelType.Map(CelType.String, value.Type).WithMaxSize(schema.Integer("maxProperties") ?? ((MaxRequest - 2) / (value.MinBytes + 6))), 2);
            case "object":
                return Fields(schema, isResource, depth);
            default:
                return (CelType.Dyn.WithMaxSize(MaxRequest - 2), 1);
        }
    }

    private static (CelType Type, long MinBytes) Text(JsonMap schema)
    {
        var length = schema.Integer("maxLength");
        switch (schema.Text("format"))
        {
            case "byte":
                return (CelType.Bytes.WithMaxSize(length ?? MaxRequest - 2), 2);
            case "duration":
                return (CelType.Duration.WithMaxSize(32), 3);
            case "date":
                return (CelType.Timestamp.WithMaxSize(12), 12);
            case "date-time":
                return (CelType.Timestamp.WithMaxSize(32), 21);
            default:
                // maxLength counts code points, and those may have four bytes.
                var size = schema.List("enum") is { } values ? values.Texts.Select(v => (long)v.Length).DefaultIfEmpty(0).Max()
                    : length is { } limit ? Math.Min(Math.Max(0, limit), MaxRequest) * 4
                    : MaxRequest - 2;
                return (CelType.String.WithMaxSize(size), 2);
        }
    }

    private static (CelType Type, long MinBytes) Fields(JsonMap schema, bool isResource, int depth)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var required = schema.List("required")?.Texts.ToHashSet(StringComparer.Ordinal) ?? [];
        var bytes = 2L;
        foreach (var (name, node) in schema.Map("properties") ?? [])
        {
            if (node is not JsonMap child)
            {
                continue;
            }

            var field = Build(child, false, depth + 1);
            fields[name] = field.Type;
            bytes += required.Contains(name) && !child.ContainsKey("default") ? name.Length + field.MinBytes + 4 : 0;
        }

        if (isResource)
        {
            var text = CelType.String.WithMaxSize(MaxRequest - 2);
            fields["apiVersion"] = text;
            fields["kind"] = text;
            var metadata = new Dictionary<string, CelType>(StringComparer.Ordinal) { ["name"] = text, ["generateName"] = text };
            fields["metadata"] = CelType.Object(new FieldTypes("metadata", metadata));
        }

        if (fields.Count == 0 && schema["x-kubernetes-preserve-unknown-fields"] is true)
        {
            return (CelType.Dyn.WithMaxSize(MaxRequest - 2), bytes);
        }

        return (CelType.Object(new FieldTypes("object", fields)), bytes);
    }

    private sealed class FieldTypes(string name, Dictionary<string, CelType> fields) : ICelObjectType
    {
        public string Name => name;

        public IEnumerable<string> FieldNames => fields.Keys;

        public bool TryGetField(string name, [NotNullWhen(true)] out CelType? type) => fields.TryGetValue(name, out type);
    }
}
