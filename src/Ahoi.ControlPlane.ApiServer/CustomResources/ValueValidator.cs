using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Validates values against schemas as Kubernetes does: the same causes in the same places. On an update, what was
/// invalid before and did not change is tolerated.
/// </summary>
internal static class ValueValidator
{
    /// <summary>Validates a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where the value stands.</param>
    /// <param name="errors">Collects the faults.</param>
    /// <param name="correlation">The value beside what it was before an update, or <see langword="null"/>.</param>
    public static void Validate(object? value, ValueSchema schema, FieldPath path, FieldErrors errors, Correlation? correlation = null)
    {
        foreach (var error in Validate(value, schema, FieldPath.Root, correlation).Errors)
        {
            errors.Add(error with { Field = path.Below(error.Field).ToString() });
        }
    }

    private static ValueFaults Validate(object? value, ValueSchema schema, FieldPath path, Correlation? correlation)
    {
        var faults = new ValueFaults();
        CheckType(value, schema, path, faults);
        if (value is not null)
        {
            SchemaJunctors.Check(value, schema, path, faults, (v, s, p) => ValidateUnratcheted(v, s, p, correlation));
            switch (value)
            {
                case string text:
                    CheckString(text, schema, path, faults);
                    break;
                case long or double:
                    NumberLimits.Check(value, schema, path, faults);
                    break;
                case JsonList list:
                    CheckList(list, schema, path, faults, correlation);
                    break;
            }
        }

        CheckEnum(value, schema, path, faults);
        if (value is JsonMap map)
        {
            CheckMap(map, schema, path, faults, correlation);
        }

        faults.Matches += 2;
        if (!faults.IsValid && correlation is { IsUnchanged: true })
        {
            return new() { Matches = faults.Matches };
        }

        return faults;
    }

    // The alternatives of a junctor see the same value: their fields may be tolerated, they themselves are not.
    private static ValueFaults ValidateUnratcheted(object? value, ValueSchema schema, FieldPath path, Correlation? correlation)
    {
        if (correlation is null || value is not (JsonMap or JsonList))
        {
            return Validate(value, schema, path, null);
        }

        var faults = new ValueFaults();
        CheckType(value, schema, path, faults);
        SchemaJunctors.Check(value, schema, path, faults, (v, s, p) => ValidateUnratcheted(v, s, p, correlation));
        if (value is JsonList list)
        {
            CheckList(list, schema, path, faults, correlation);
        }

        CheckEnum(value, schema, path, faults);
        if (value is JsonMap map)
        {
            CheckMap(map, schema, path, faults, correlation);
        }

        faults.Matches += 2;
        return faults;
    }

    private static void CheckType(object? value, ValueSchema schema, FieldPath path, ValueFaults faults)
    {
        if (schema.Types.Count == 0)
        {
            return;
        }

        if (value is null)
        {
            if (!schema.Nullable)
            {
                faults.Add(FieldErrorReason.TypeInvalid, path, null, $"must be of type {string.Join(" or ", schema.Types)}, not null");
            }

            return;
        }

        var type = value switch
        {
            string => "string",
            bool => "boolean",
            long => "integer",
            double number when IsIntegral(number) && schema.Types.Contains("integer") => "integer",
            double => "number",
            JsonList => "array",
            _ => "object",
        };
        if (!schema.Types.Contains(type) && !(type == "integer" && schema.Types.Contains("number")))
        {
            faults.Add(FieldErrorReason.TypeInvalid, path, value, $"must be of type {string.Join(" or ", schema.Types)}, not {type}");
            return;
        }

        faults.Matches++;
    }

    private static void CheckString(string text, ValueSchema schema, FieldPath path, ValueFaults faults)
    {
        if (schema.MaxLength is { } max && LengthOf(text) > max)
        {
            faults.Add(FieldErrorReason.TooLong, path, text, $"takes at most {max.ToString(CultureInfo.InvariantCulture)} characters");
        }
        else if (schema.MinLength is { } min && LengthOf(text) < min)
        {
            faults.Add(FieldErrorReason.Invalid, path, text, $"needs at least {min.ToString(CultureInfo.InvariantCulture)} characters");
        }
        else if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            faults.Add(FieldErrorReason.Invalid, path, text, $"does not match the pattern {schema.PatternText}");
        }

        if (schema.CheckFormat is { } check && !check(text))
        {
            faults.Add(FieldErrorReason.TypeInvalid, path, text, $"is not in the format {schema.Format}");
        }
    }

    private static void CheckList(JsonList list, ValueSchema schema, FieldPath path, ValueFaults faults, Correlation? correlation)
    {
        if (schema.Items is { } items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                faults.Merge(Validate(list[i], items, path.Index(i), correlation?.Index(i)));
            }
        }

        if (schema.MinItems is { } min && list.Count < min)
        {
            faults.Add(FieldErrorReason.Invalid, path, (long)list.Count, $"needs at least {min.ToString(CultureInfo.InvariantCulture)} items");
        }

        if (schema.MaxItems is { } max && list.Count > max)
        {
            faults.Add(FieldErrorReason.TooMany, path, (long)list.Count, $"takes at most {max.ToString(CultureInfo.InvariantCulture)} items");
        }

        faults.Matches++;
    }

    private static void CheckEnum(object? value, ValueSchema schema, FieldPath path, ValueFaults faults)
    {
        if (schema.Enum is not { } allowed)
        {
            return;
        }

        // Null never counts as one of the values, not even where it is listed.
        if (value is not null && allowed.Any(a => a is not null && JsonTree.Equals(a, value)))
        {
            return;
        }

        var known = string.Join(", ", allowed.Select(JsonTree.ToText));
        faults.Add(FieldErrorReason.NotSupported, path, value, $"supported values: {known}");
    }

    private static void CheckMap(JsonMap map, ValueSchema schema, FieldPath path, ValueFaults faults, Correlation? correlation)
    {
        if (schema.MinProperties is { } min && map.Count < min)
        {
            faults.Add(FieldErrorReason.Invalid, path, (long)map.Count, $"needs at least {min.ToString(CultureInfo.InvariantCulture)} properties");
            return;
        }

        if (schema.MaxProperties is { } max && map.Count > max)
        {
            faults.Add(FieldErrorReason.TooMany, path, (long)map.Count, $"takes at most {max.ToString(CultureInfo.InvariantCulture)} properties");
            return;
        }

        foreach (var (key, item) in map)
        {
            if (schema.Properties.ContainsKey(key))
            {
                continue;
            }

            if (schema.AdditionalProperties is { } additional)
            {
                faults.Merge(Validate(item, additional, path.Child(key), correlation?.Key(key)));
            }
            else if (!schema.AllowsAnyProperty)
            {
                faults.Add(FieldErrorReason.Invalid, path, key, $"the schema has no property {key}");
            }
        }

        foreach (var (name, property) in schema.Properties)
        {
            if (map.TryGetValue(name, out var item))
            {
                faults.Merge(Validate(item, property, path.Child(name), correlation?.Key(name)));
            }
        }

        foreach (var name in schema.Required)
        {
            if (!map.ContainsKey(name))
            {
                faults.Add(FieldErrorReason.Required, path.Child(name), null, "");
            }
        }
    }

    private static bool IsIntegral(double number) => number == Math.Floor(number) && Math.Abs(number) < 1L << 53;

    private static int LengthOf(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
