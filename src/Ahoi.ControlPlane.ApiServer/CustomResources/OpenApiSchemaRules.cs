using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The rules for single keywords of a definition's schema: what is forbidden, what goes together, what rules say.</summary>
internal static class OpenApiSchemaRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    /// <summary>Checks a schema and everything within.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Its path.</param>
    /// <param name="context">What is known at its place.</param>
    /// <param name="isRoot">Whether it is the schema of a whole version.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(JsonMap schema, FieldPath path, DefinitionContext context, bool isRoot, FieldErrors errors)
    {
        var (schemaErrors, ruleErrors) = (new FieldErrors(), new FieldErrors());
        Check(schema, path, context, isRoot, schemaErrors, ruleErrors);
        foreach (var error in schemaErrors.Concat(ruleErrors))
        {
            errors.Add(error);
        }
    }

    private static void Check(JsonMap schema, FieldPath path, DefinitionContext context, bool isRoot, FieldErrors errors, FieldErrors ruleErrors)
    {
        var before = errors.Count;
        CheckKeywords(schema, path, context, errors);
        if (schema.Flag("uniqueItems") == true)
        {
            errors.Forbidden(path.Child("uniqueItems").ToString(), "may not be true: comparing every item with every other is too slow; use x-kubernetes-list-type: set");
        }

        Descend(schema, path, context, isRoot, errors, ruleErrors);
        ListAndMapRules.Check(schema, path, errors);
        if (schema.List("x-kubernetes-validations") is { Count: > 0 } rules)
        {
            RuleDeclarations.Check(rules, schema, path, errors);

            // Rules over a schema that is wrong itself would be reported in ways nobody can act on.
            if (errors.Count == before && context.Costs is not null)
            {
                RuleDeclarations.Compile(rules, schema, path, context, ruleErrors);
            }
        }
    }

    private static void Descend(JsonMap schema, FieldPath path, DefinitionContext context, bool isRoot, FieldErrors errors, FieldErrors ruleErrors)
    {
        var properties = schema.Map("properties") ?? [];
        if (schema["additionalProperties"] is { } additional)
        {
            if (properties.Count > 0 && additional is not true)
            {
                errors.Forbidden(path.Child("additionalProperties").ToString(), "cannot stand beside properties; keep one of the two");
            }

            if (additional is JsonMap entry)
            {
                var below = context.InsideMeta ? context with { ForbidsDefaults = "inside additionalProperties applying to object metadata" } : context;
                Check(entry, path.Child("additionalProperties"), below.Descend(schema, entry), false, errors, ruleErrors);
            }
        }

        var isResource = isRoot || schema.Flag("x-kubernetes-embedded-resource") == true;
        foreach (var (name, property) in SchemaNodes.Properties(schema))
        {
            var below = schema.Text("x-kubernetes-map-type") is null or "granular" ? context : context.WithoutCorrelation(path);
            if (isResource && name is ("metadata" or "kind" or "apiVersion"))
            {
                below = below with { InsideMeta = true, ForbidsDefaults = isRoot ? $"in top-level {name}" : below.ForbidsDefaults };
            }

            Check(property, path.Child("properties").Key(name), below.Descend(schema, property), false, errors, ruleErrors);
        }

        var nested = context with { Costs = null };
        if (schema.Map("not") is { } not)
        {
            Check(not, path.Child("not"), nested, false, errors, ruleErrors);
        }

        foreach (var junctor in (ReadOnlySpan<string>)["allOf", "oneOf", "anyOf"])
        {
            CheckList(schema.List(junctor), path.Child(junctor), nested, errors, ruleErrors);
        }

        foreach (var keyword in (ReadOnlySpan<string>)["definitions", "dependencies"])
        {
            foreach (var (name, node) in schema.Map(keyword) ?? [])
            {
                if (node is JsonMap map)
                {
                    Check(map, path.Child(keyword).Key(name), nested, false, errors, ruleErrors);
                }
            }
        }

        var items = schema.Text("x-kubernetes-list-type") == "map" ? context : context.WithoutCorrelation(path);
        if (schema["items"] is JsonMap item)
        {
            Check(item, path.Child("items"), items.Descend(schema, item), false, errors, ruleErrors);
        }
        else
        {
            CheckList(schema.List("items"), path.Child("items"), items, errors, ruleErrors);
        }
    }

    private static void CheckList(JsonList? list, FieldPath path, DefinitionContext context, FieldErrors errors, FieldErrors ruleErrors)
    {
        for (var i = 0; i < (list?.Count ?? 0); i++)
        {
            if (list![i] is JsonMap node) // The loop has no turn without a list.
            {
                Check(node, path.Index(i), context, false, errors, ruleErrors);
            }
        }
    }

    private static void CheckKeywords(JsonMap schema, FieldPath path, DefinitionContext context, FieldErrors errors)
    {
        var type = schema.Text("type") ?? "";
        if (type.Length > 0 && !Types.Contains(type))
        {
            errors.NotSupported(path.Child("type").ToString(), type, Types);
        }

        if (context.ForbidsDefaults is { } reason && schema["default"] is not null)
        {
            errors.Forbidden(path.Child("default").ToString(), $"no default is possible {reason}");
        }

        foreach (var keyword in (ReadOnlySpan<string>)["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"])
        {
            if (SchemaNodes.IsSet(schema, keyword))
            {
                errors.Forbidden(path.Child(keyword).ToString(), $"custom resources cannot use {keyword}");
            }
        }

        if (type == "null")
        {
            errors.Forbidden(path.Child("type").ToString(), "null is no type here; set nullable: true instead");
        }

        if (schema["items"] is JsonList { Count: > 0 })
        {
            errors.Forbidden(path.Child("items").ToString(), "give one schema for all items; lists of schemas are not possible");
        }

        if (context.InsideMeta && schema.Flag("x-kubernetes-embedded-resource") == true)
        {
            errors.Forbidden(path.Child("x-kubernetes-embedded-resource").ToString(), "has no place below the metadata of an object");
        }
    }
}
