using System.Globalization;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What a version says about its objects, or what all versions say alike.</summary>
internal sealed record VersionParts(JsonMap? Schema, JsonMap? Subresources, JsonList? Columns, JsonList? SelectableFields);

/// <summary>The rules for the parts of a definition that each version has: schema, subresources, columns, selectable fields.</summary>
internal static class VersionRules
{
    private const int MaxSelectableFields = 8;

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    private static readonly HashSet<string> AllowedAtRootWithStatus = new(StringComparer.Ordinal)
    {
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    };

    /// <summary>Checks the parts of a version.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="hasStatus">Whether the status subresource is on.</param>
    /// <param name="path">Where the parts stand.</param>
    /// <param name="schemaKey">What the schema is called there.</param>
    /// <param name="isUnchanged">Whether the schema is what it was before an update.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(VersionParts parts, bool hasStatus, FieldPath path, string schemaKey, bool isUnchanged, FieldErrors errors)
    {
        var schema = parts.Schema?.Map("openAPIV3Schema");
        if (schema is not null)
        {
            CheckSchema(schema, hasStatus, path.Child(schemaKey).Child("openAPIV3Schema"), isUnchanged, errors);
        }

        CheckScale(parts.Subresources?.Map("scale"), path.Child("subresources"), errors);
        for (var i = 0; i < (parts.Columns?.Count ?? 0); i++)
        {
            CheckColumn(parts.Columns![i] as JsonMap ?? [], path.Child("additionalPrinterColumns").Index(i), errors); // No turn without columns.
        }

        if (parts.SelectableFields is not { Count: > 0 } selectable)
        {
            return;
        }

        if (schema is null)
        {
            errors.Invalid(path.Child("selectableFields").ToString(), "", "fields can be selected by only where there is a schema");
        }
        else
        {
            CheckSelectableFields(selectable, schema, path.Child("selectableFields"), errors);
        }
    }

    /// <summary>Checks a version's deprecation warning.</summary>
    /// <param name="version">The version.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void CheckDeprecation(JsonMap version, FieldPath path, FieldErrors errors)
    {
        if (version.Text("deprecationWarning") is not { } text)
        {
            return;
        }

        var field = path.Child("deprecationWarning").ToString();
        if (version.Flag("deprecated") != true)
        {
            errors.Invalid(field, text, "set deprecated: true too, or leave the warning out");
            return;
        }

        if (Encoding.UTF8.GetByteCount(text) > 256)
        {
            errors.Invalid(field, text, "takes 256 characters at most");
        }

        if (text.Length == 0)
        {
            errors.Invalid(field, text, "leave it out, or say something");
        }

        if (text.EnumerateRunes().Any(r => r.Value != ' ' && Rune.GetUnicodeCategory(r) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
        {
            errors.Invalid(field, text, "only printable characters are possible");
        }
    }

    private static void CheckSchema(JsonMap schema, bool hasStatus, FieldPath path, bool isUnchanged, FieldErrors errors)
    {
        if (hasStatus)
        {
            if (schema.Text("type") is { Length: > 0 } type && type != "object")
            {
                errors.Invalid(path.Child("type").ToString(), type, "with the status subresource the root has to be of the type object");
            }
            else if (schema.Keys.Any(k => !AllowedAtRootWithStatus.Contains(k) && SchemaNodes.IsSet(schema, k)))
            {
                errors.Invalid(path.ToString(), null, "the status subresource does not allow this keyword at the root");
            }
        }

        if (schema.Flag("nullable") == true)
        {
            errors.Forbidden(path.Child("nullable").ToString(), "an object as a whole is never null");
        }

        RuleCosts? costs = null;
        var start = errors.Count;
        var isReadable = !StructuralRules.HasUnsupported(schema);
        if (isReadable)
        {
            var before = errors.Count;
            foreach (var error in StructuralRules.Check(schema, path))
            {
                errors.Add(error);
            }

            if (errors.Count == before)
            {
                DefaultValueRules.Check(schema, path, errors);
            }

            // Rules are only compiled over schemas that make sense.
            costs = errors.Count == before ? new RuleCosts(isUnchanged) : null;
        }

        OpenApiSchemaRules.Check(schema, path, new() { Costs = costs, IsResource = true }, isRoot: true, errors);
        costs?.Report(path, errors);
        if (!isReadable && errors.Count == start)
        {
            errors.Invalid(path.ToString(), "", "the schema has keywords that a structural schema cannot have");
        }
    }

    private static void CheckScale(JsonMap? scale, FieldPath path, FieldErrors errors)
    {
        if (scale is null)
        {
            return;
        }

        Check("specReplicasPath", true, ".spec.");
        Check("statusReplicasPath", true, ".status.");
        Check("labelSelectorPath", false, ".status.", ".spec.");

        void Check(string key, bool isRequired, params ReadOnlySpan<string> prefixes)
        {
            var field = path.Child("scale." + key).ToString();
            if (scale.Text(key) is not { Length: > 0 } text)
            {
                if (isRequired)
                {
                    errors.Required(field);
                }

                return;
            }

            var isBelow = false;
            foreach (var prefix in prefixes)
            {
                isBelow |= text.StartsWith(prefix, StringComparison.Ordinal);
            }

            if (text[0] != '.')
            {
                errors.Invalid(field, text, "give a path of plain field names that begins with a dot");
            }
            else if (!isBelow)
            {
                errors.Invalid(field, text, $"the path has to lie below {string.Join(" or ", prefixes.ToArray().Select(p => p.Trim('.')))}");
            }
        }
    }

    private static void CheckColumn(JsonMap column, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(column.Text("name")))
        {
            errors.Required(path.Child("name").ToString());
        }

        if (column.Text("type") is not { Length: > 0 } type)
        {
            errors.Required(path.Child("type").ToString(), $"a column is one of: {string.Join(", ", ColumnTypes)}");
        }
        else if (!ColumnTypes.Contains(type))
        {
            errors.Invalid(path.Child("type").ToString(), type, $"a column is one of: {string.Join(", ", ColumnTypes)}");
        }

        if (column.Text("format") is { Length: > 0 } format && !ColumnFormats.Contains(format))
        {
            errors.Invalid(path.Child("format").ToString(), format, $"known formats are: {string.Join(", ", ColumnFormats)}");
        }

        if (column.Text("jsonPath") is not { Length: > 0 } jsonPath)
        {
            errors.Required(path.Child("JSONPath").ToString());
        }
        else if (jsonPath[0] != '.')
        {
            errors.Invalid(path.Child("JSONPath").ToString(), jsonPath, "give a path of plain field names that begins with a dot");
        }
    }

    private static void CheckSelectableFields(JsonList fields, JsonMap schema, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var field = path.Index(i).Child("jsonPath").ToString();
            if ((fields[i] as JsonMap)?.Text("jsonPath") is not { Length: > 0 } text)
            {
                errors.Required(field);
                continue;
            }

            if (SchemaFieldPath.Find(text, schema, allowBrackets: false) is not { Steps.Count: > 0 } found)
            {
                errors.Invalid(field, text, "no property of the schema is at this path");
                continue;
            }

            if (found.Steps[0] == "metadata")
            {
                errors.Invalid(field, text, "metadata has selectors of its own; choose a field outside of it");
            }

            if (found.Schema.Text("type") is not ("string" or "boolean" or "integer"))
            {
                errors.Invalid(field, text, "only fields of type string, boolean or integer can be selected by");
            }

            if (!seen.Add(found.Path.ToString()))
            {
                errors.Duplicate(field, text);
            }
        }

        if (seen.Count > MaxSelectableFields)
        {
            errors.Add(new(FieldErrorReason.TooMany, path.ToString(), (long)seen.Count, FormattableString.Invariant($"{MaxSelectableFields} fields at most can be selected by")));
        }
    }
}
