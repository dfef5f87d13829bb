using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Definitions.Schemas;

/// <summary>Makes the structural schema of a type from its JSON contract, and collects what the definition says beside it.</summary>
internal sealed class SchemaGenerator(JsonSerializerOptions json, string rootName, List<string> faults)
{
    private readonly Stack<Type> _open = new();

    public List<JsonMap> Columns { get; } = [];

    public List<string> SelectableFields { get; } = [];

    /// <summary>The schema of a whole object.</summary>
    public JsonMap Root(JsonTypeInfo contract)
    {
        var schema = Object(contract, "");
        var declared = schema.EnsureMap("properties");
        var properties = new JsonMap
        {
            ["apiVersion"] = new JsonMap { ["type"] = "string" },
            ["kind"] = new JsonMap { ["type"] = "string" },
            ["metadata"] = new JsonMap { ["type"] = "object" },
        };
        foreach (var (name, property) in declared)
        {
            if (!properties.ContainsKey(name))
            {
                properties[name] = property;
            }
        }

        schema["properties"] = properties;
        if (schema.List("required") is { } required)
        {
            required.Remove("metadata");
            required.Remove("apiVersion");
            required.Remove("kind");
            if (required.Count == 0)
            {
                schema.Remove("required");
            }
        }

        CompleteStatus(properties);
        SchemaRules.OfType(schema, contract.Type, rootName, faults);
        return schema;
    }

    /// <summary>Every status has what the framework writes into it.</summary>
    private static void CompleteStatus(JsonMap properties)
    {
        var status = properties.EnsureMap("status");
        status["type"] = "object";
        status.Remove("required"); // Conditions may come before anything else is known.
        var fields = status.EnsureMap("properties");
        fields["observedGeneration"] = new JsonMap { ["type"] = "integer", ["format"] = "int64", ["description"] = "The generation that was reconciled last." };
        fields["conditions"] = ConditionSchema.Create();
    }

    private JsonMap Schema(JsonTypeInfo contract, IReadOnlyList<object> attributes, string path)
    {
        var type = Nullable.GetUnderlyingType(contract.Type) ?? contract.Type;
        if (attributes.OfType<IntOrStringAttribute>().Any())
        {
            return new() { ["x-kubernetes-int-or-string"] = true };
        }

        if (ScalarSchemas.Find(type) is { } scalar)
        {
            return scalar;
        }

        if (type.IsEnum)
        {
            return Enum(type, contract);
        }

        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Enumerable when contract.ElementType is { } element:
                return new() { ["type"] = "array", ["items"] = Schema(json.GetTypeInfo(element), [], path + "[*]") };
            case JsonTypeInfoKind.Dictionary when contract.ElementType is { } element:
                return new() { ["type"] = "object", ["additionalProperties"] = Schema(json.GetTypeInfo(element), [], path + "[*]") };
            case JsonTypeInfoKind.Object:
                if (_open.Contains(type))
                {
                    return new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
                }

                var schema = Object(contract, path);
                SchemaRules.OfType(schema, type, $"{rootName}{path}", faults);
                return schema;
            default:
                faults.Add($"{rootName}{path} is of type {type.Name}, which has no schema; give it [PreserveUnknownFields] or another type");
                return [];
        }
    }

    private JsonMap Object(JsonTypeInfo contract, string path)
    {
        var schema = new JsonMap { ["type"] = "object" };
        var properties = new JsonMap();
        var required = new JsonList();
        _open.Push(contract.Type);
        foreach (var property in contract.Properties)
        {
            if (property.IsExtensionData)
            {
                schema["x-kubernetes-preserve-unknown-fields"] = true;
                continue;
            }

            if (property.Get is null && property.Set is null && property.AssociatedParameter is null)
            {
                continue;
            }

            properties[property.Name] = Property(property, $"{path}.{property.Name}", out var isRequired);
            if (isRequired)
            {
                required.Add(property.Name);
            }
        }

        _open.Pop();
        if (properties.Count > 0)
        {
            schema["properties"] = properties;
        }

        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private JsonMap Property(JsonPropertyInfo property, string path, out bool isRequired)
    {
        object[] attributes =
        [
            .. property.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [],
            .. property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [],
        ];
        JsonMap schema;
        if (property.PropertyType == typeof(ObjectMeta) && path == ".metadata")
        {
            schema = new() { ["type"] = "object" };
        }
        else if (attributes.OfType<EmbeddedObjectAttribute>().Any())
        {
            schema = new() { ["type"] = "object", ["x-kubernetes-embedded-resource"] = true, ["x-kubernetes-preserve-unknown-fields"] = true };
        }
        else if (attributes.OfType<PreserveUnknownFieldsAttribute>().Any() && ScalarSchemas.Find(property.PropertyType) is null && !IsObject(property))
        {
            schema = new() { ["x-kubernetes-preserve-unknown-fields"] = true };
        }
        else
        {
            schema = Schema(json.GetTypeInfo(property.PropertyType), attributes, path);
        }

        var parameter = property.AssociatedParameter;
        SchemaRules.OfProperty(schema, attributes, $"{rootName}{path}", parameter is { HasDefaultValue: true } ? parameter.DefaultValue : null, faults);
        foreach (var column in attributes.OfType<PrinterColumnAttribute>())
        {
            var type = column.Type ?? (schema.Text("format") == "date-time" ? "date" : schema.Text("type") is "integer" or "number" or "boolean" ? schema.Text("type") : "string");
            Columns.Add(DefinitionGenerator.Column(column, column.JsonPath ?? path, type, property.DeclaringType, faults));
        }

        if (attributes.OfType<SelectableFieldAttribute>().Any())
        {
            SelectableFields.Add(path);
        }

        isRequired = (property.IsRequired || attributes.OfType<System.ComponentModel.DataAnnotations.RequiredAttribute>().Any())
            && !schema.ContainsKey("default");
        return schema;
    }

    private bool IsObject(JsonPropertyInfo property) => json.GetTypeInfo(property.PropertyType).Kind == JsonTypeInfoKind.Object;

    private static JsonMap Enum(Type type, JsonTypeInfo contract)
    {
        var values = new JsonList();
        foreach (var value in System.Enum.GetValuesAsUnderlyingType(type))
        {
            var wire = JsonTree.Parse(JsonSerializer.SerializeToUtf8Bytes(System.Enum.ToObject(type, value), contract));
            if (!values.Any(v => JsonTree.Equals(v, wire)))
            {
                values.Add(wire);
            }
        }

        return values.All(v => v is string)
            ? new() { ["type"] = "string", ["enum"] = values }
            : new() { ["type"] = "integer", ["enum"] = values };
    }
}
