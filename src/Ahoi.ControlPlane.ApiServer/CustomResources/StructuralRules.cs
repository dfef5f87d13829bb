using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Cel;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The rules that make a schema structural: every field has a type, junctors only restrict, metadata stays free.</summary>
internal static class StructuralRules
{
    private static readonly JsonList IntOrStringAnyOf =
        [new JsonMap { ["type"] = "integer" }, new JsonMap { ["type"] = "string" }];

    private static readonly string[] ForbiddenInJunctors =
    [
        "type", "additionalProperties", "default", "title", "description", "nullable", "externalDocs", "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys", "x-kubernetes-list-type",
        "x-kubernetes-map-type", "x-kubernetes-validations",
    ];

    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <summary>Finds where a schema is not structural.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The faults, ordered by field.</returns>
    public static IReadOnlyList<FieldError> Check(JsonMap schema, FieldPath path)
    {
        var errors = new FieldErrors();
        CheckInvariants(schema, Level.Root, path, errors);
        CheckCompleteness(schema, schema, path, path, errors);
        return [.. errors.OrderBy(e => e.Field, StringComparer.Ordinal).ThenBy(e => e.Detail, StringComparer.Ordinal)];
    }

    /// <summary>Gets whether a schema has constructs that keep it from being read as a structural one at all.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>Whether it has.</returns>
    public static bool HasUnsupported(JsonMap schema) =>
        SchemaNodes.All(schema).Any(node =>
            node["items"] is JsonList
            || node.Flag("x-kubernetes-preserve-unknown-fields") == false
            || node.Flag("uniqueItems") == true
            || SchemaNodes.IsSet(node, "id") || SchemaNodes.IsSet(node, "$schema") || SchemaNodes.IsSet(node, "$ref") || SchemaNodes.IsSet(node, "additionalItems")
            || SchemaNodes.IsSet(node, "patternProperties") || SchemaNodes.IsSet(node, "definitions") || SchemaNodes.IsSet(node, "dependencies"));

    private static void CheckInvariants(JsonMap schema, Level level, FieldPath path, FieldErrors errors)
    {
        var type = schema.Text("type") ?? "";
        if (type == "array" && schema.Map("items") is null)
        {
            errors.Required(path.Child("items").ToString(), "an array needs the schema of its items");
        }

        if (schema.Map("items") is { } items)
        {
            CheckInvariants(items, Level.Item, path.Child("items"), errors);
        }

        foreach (var (name, property) in SchemaNodes.Properties(schema))
        {
            CheckInvariants(property, Level.Field, path.Child("properties").Key(name), errors);
        }

        if (schema["additionalProperties"] is not null)
        {
            if (level == Level.Root)
            {
                errors.Forbidden(path.Child("additionalProperties").ToString(), "the root lists its properties; free keys are possible below it");
            }

            if (schema.Map("additionalProperties") is { } additional)
            {
                CheckInvariants(additional, Level.Field, path.Child("additionalProperties"), errors);
            }
        }

        CheckExtensions(schema, level, type, path, errors);
        CheckValueValidation(
            schema,
            JsonTree.Equals(schema["anyOf"], IntOrStringAnyOf),
            schema.List("allOf") is { Count: > 0 } all && JsonTree.Equals((all[0] as JsonMap)?["anyOf"], IntOrStringAnyOf),
            path,
            errors);
        CheckMetadata(schema, level, path, errors);
    }

    private static void CheckExtensions(JsonMap schema, Level level, string type, FieldPath path, FieldErrors errors)
    {
        var intOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        var preserve = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        var embedded = schema.Flag("x-kubernetes-embedded-resource") == true;
        if (intOrString && preserve)
        {
            errors.Invalid(path.Child("x-kubernetes-preserve-unknown-fields").ToString(), true, "cannot be combined with x-kubernetes-int-or-string");
        }

        if (intOrString && embedded)
        {
            errors.Invalid(path.Child("x-kubernetes-embedded-resource").ToString(), true, "cannot be combined with x-kubernetes-int-or-string");
        }

        var typePath = path.Child("type").ToString();
        if (embedded && type != "object")
        {
            const string Detail = "an embedded resource is always of the type object";
            if (type.Length == 0)
            {
                errors.Required(typePath, Detail);
            }
            else
            {
                errors.Invalid(typePath, type, Detail);
            }
        }
        else if (type.Length == 0 && !intOrString && !preserve)
        {
            errors.Required(typePath, level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            });
        }

        if (embedded && schema["additionalProperties"] is not null)
        {
            errors.Forbidden(path.Child("additionalProperties").ToString(), "an embedded resource has no free keys");
        }

        if (level == Level.Root && type.Length > 0 && type != "object")
        {
            errors.Invalid(typePath, type, "the root is always of the type object");
        }

        if (embedded && !preserve && schema.Map("properties") is null or { Count: 0 })
        {
            errors.Required(path.Child("properties").ToString(), "declare the properties of the embedded resource, or preserve unknown fields");
        }
    }

    private static void CheckMetadata(JsonMap schema, Level level, FieldPath path, FieldErrors errors)
    {
        var properties = schema.Map("properties") ?? [];
        var isResource = level == Level.Root || schema.Flag("x-kubernetes-embedded-resource") == true;
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
        {
            if (isResource && properties.Map(name) is { } field && field.Text("type") != "string")
            {
                errors.Invalid(path.Child("properties").Key(name).Child("type").ToString(), field.Text("type") ?? "", "always of the type string in an object");
            }
        }

        if (properties.Map("metadata") is not { } metadata)
        {
            return;
        }

        var metadataPath = path.Child("properties").Key("metadata");
        if (isResource && metadata.Text("type") != "object")
        {
            errors.Invalid(metadataPath.Child("type").ToString(), metadata.Text("type") ?? "", "always of the type object");
        }

        if (level != Level.Root)
        {
            return;
        }

        var onlyNames = (metadata.Map("properties") ?? []).Keys.All(k => k is "name" or "generateName");
        var onlyProperties = metadata.Keys.All(k => k is "type" or "default" or "properties" or "example" || !SchemaNodes.IsSet(metadata, k));
        if (!onlyNames || !onlyProperties)
        {
            errors.Forbidden(metadataPath.ToString(), "only name and generateName can be restricted; the rest of metadata is known already");
        }
    }

    private static void CheckValueValidation(JsonMap schema, bool skipAnyOf, bool skipFirstAllOfAnyOf, FieldPath path, FieldErrors errors)
    {
        if (!skipAnyOf)
        {
            CheckNested(schema, "anyOf", false, path, errors);
        }

        CheckNested(schema, "allOf", skipFirstAllOfAnyOf, path, errors);
        CheckNested(schema, "oneOf", false, path, errors);
        if (schema.Map("not") is { } not)
        {
            CheckNestedNode(not, false, path.Child("not"), errors);
        }

        if (schema.Text("pattern") is { Length: > 0 } pattern && GoRegex.Compile(pattern) is null)
        {
            errors.Invalid(path.Child("pattern").ToString(), pattern, "this pattern cannot be read as a regular expression");
        }
    }

    private static void CheckNested(JsonMap schema, string junctor, bool skipFirstAnyOf, FieldPath path, FieldErrors errors)
    {
        var list = schema.List(junctor) ?? [];
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonMap node)
            {
                CheckNestedNode(node, skipFirstAnyOf && i == 0, path.Child(junctor).Index(i), errors);
            }
        }
    }

    private static void CheckNestedNode(JsonMap node, bool skipAnyOf, FieldPath path, FieldErrors errors)
    {
        CheckValueValidation(node, skipAnyOf, false, path, errors);
        if (node.Map("items") is { } items)
        {
            CheckNestedNode(items, false, path.Child("items"), errors);
        }

        foreach (var (name, property) in SchemaNodes.Properties(node))
        {
            CheckNestedNode(property, false, path.Child("properties").Key(name), errors);
        }

        foreach (var key in ForbiddenInJunctors)
        {
            if (SchemaNodes.IsSet(node, key))
            {
                errors.Forbidden(path.Child(key).ToString(), "belongs outside of allOf, anyOf, oneOf and not");
            }
        }

        if (node.Map("properties")?.ContainsKey("metadata") == true)
        {
            errors.Forbidden(path.Child("properties").Key("metadata").ToString(), "restrict metadata at the top, not within allOf, anyOf, oneOf or not");
        }
    }

    // Whatever a junctor restricts must be declared outside of it, too.
    private static void CheckCompleteness(JsonMap validation, JsonMap? schema, FieldPath schemaPath, FieldPath path, FieldErrors errors)
    {
        foreach (var junctor in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            var list = validation.List(junctor) ?? [];
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is JsonMap node)
                {
                    CheckNestedCompleteness(node, schema, schemaPath, path.Child(junctor).Index(i), errors);
                }
            }
        }

        if (validation.Map("not") is { } not)
        {
            CheckNestedCompleteness(not, schema, schemaPath, path.Child("not"), errors);
        }

        if (!ReferenceEquals(validation, schema))
        {
            return;
        }

        if (schema.Map("items") is { } items)
        {
            CheckCompleteness(items, items, schemaPath.Child("items"), path.Child("items"), errors);
        }

        foreach (var (name, property) in SchemaNodes.Properties(schema))
        {
            var at = path.Child("properties").Key(name);
            CheckCompleteness(property, property, at, at, errors);
        }

        if (schema.Map("additionalProperties") is { } additional)
        {
            var at = path.Child("additionalProperties");
            CheckCompleteness(additional, additional, at, at, errors);
        }
    }

    private static void CheckNestedCompleteness(JsonMap node, JsonMap? schema, FieldPath schemaPath, FieldPath path, FieldErrors errors)
    {
        if (schema is null)
        {
            errors.Required(schemaPath.ToString(), $"{path} mentions it, so it has to be declared here too");
            return;
        }

        CheckCompleteness(node, schema, schemaPath, path, errors);
        if (node.Map("items") is { } items)
        {
            CheckNestedCompleteness(items, schema.Map("items"), schemaPath.Child("items"), path.Child("items"), errors);
        }

        foreach (var (name, property) in SchemaNodes.Properties(node))
        {
            CheckNestedCompleteness(
                property, schema.Map("properties")?.Map(name), schemaPath.Child("properties").Key(name), path.Child("properties").Key(name), errors);
        }
    }
}
