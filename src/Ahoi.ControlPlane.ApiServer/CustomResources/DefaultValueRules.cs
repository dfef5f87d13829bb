using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>A default must be valid by its own schema and have no unknown fields.</summary>
internal static class DefaultValueRules
{
    /// <summary>Checks the defaults of a schema.</summary>
    /// <param name="schema">The schema, which must be structural.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(JsonMap schema, FieldPath path, FieldErrors errors) => Check(schema, path, errors, isRoot: true, insideMeta: false);

    private static void Check(JsonMap schema, FieldPath path, FieldErrors errors, bool isRoot, bool insideMeta)
    {
        var isResource = isRoot || schema.Flag("x-kubernetes-embedded-resource") == true;
        insideMeta &= !isResource;
        if (schema["default"] is { } value)
        {
            CheckDefault(value, schema, path.Child("default"), errors, isResource, insideMeta);
        }

        if (schema.Map("items") is { } items)
        {
            Check(items, path.Child("items"), errors, false, insideMeta);
        }

        foreach (var (name, property) in SchemaNodes.Properties(schema))
        {
            var isMeta = isResource && name is ("metadata" or "apiVersion" or "kind");
            Check(property, path.Child("properties").Key(name), errors, false, insideMeta || isMeta);
        }
    }

    private static void CheckDefault(object value, JsonMap schema, FieldPath path, FieldErrors errors, bool isResource, bool insideMeta)
    {
        var compiled = ValueSchema.Compile(schema);
        if (!insideMeta)
        {
            if (SchemaPruning.Prune(JsonTree.DeepClone(value), compiled, isResource))
            {
                errors.Invalid(path.ToString(), value, "must not have unknown fields");
            }

            var found = new FieldErrors();
            EmbeddedResources.Validate(value, compiled, path, found, isResource);
            if (found.Count > 0)
            {
                foreach (var error in found)
                {
                    errors.Add(error);
                }

                return;
            }
        }

        var faults = new FieldErrors();
        ValueValidator.Validate(value, compiled, path, faults);
        foreach (var error in faults)
        {
            errors.Add(error);
        }

        if (faults.Count == 0 && CelRules.Compile(schema, isResource && !insideMeta) is { } rules)
        {
            rules.Validate(value, null, path, errors, null);
        }
    }
}
