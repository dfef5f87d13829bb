using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Ahoi.Api.Json;

namespace Ahoi.Framework.Definitions.Schemas;

/// <summary>Puts what attributes say into schemas.</summary>
internal static class SchemaRules
{
    /// <summary>What the attributes of a type say.</summary>
    public static void OfType(JsonMap schema, Type type, string where, List<string> faults)
    {
        if (type.GetCustomAttribute<DescriptionAttribute>() is { Description.Length: > 0 } description && !schema.ContainsKey("description"))
        {
            schema["description"] = description.Description;
        }

        AddRules(schema, type.GetCustomAttributes<CelRuleAttribute>());
        if (type.GetCustomAttribute<ImmutableAttribute>() is not null)
        {
            AddImmutable(schema, where);
        }

        if (type.GetCustomAttribute<PreserveUnknownFieldsAttribute>() is not null)
        {
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }

        if (schema.Text("type") is not "object" and not null)
        {
            faults.Add($"{where} is no object");
        }
    }

    /// <summary>What the attributes of a property say, and the default its constructor has.</summary>
    public static void OfProperty(
        JsonMap schema, IReadOnlyList<object> attributes, string where, object? constructorDefault, List<string> faults)
    {
        var isList = schema.Text("type") == "array";
        foreach (var attribute in attributes)
        {
            switch (attribute)
            {
                case DescriptionAttribute { Description.Length: > 0 } description:
                    schema["description"] = description.Description;
                    break;
                case RangeAttribute range:
                    AddRange(schema, range);
                    break;
                case StringLengthAttribute length:
                    schema["maxLength"] = length.MaximumLength;
                    SetIfPositive(schema, "minLength", length.MinimumLength);
                    break;
                case MinLengthAttribute least:
                    schema[LengthName(schema, "min")] = least.Length;
                    break;
                case MaxLengthAttribute { Length: >= 0 } most:
                    schema[LengthName(schema, "max")] = most.Length;
                    break;
                case LengthAttribute length:
                    schema[LengthName(schema, "min")] = length.MinimumLength;
                    schema[LengthName(schema, "max")] = length.MaximumLength;
                    break;
                case RegularExpressionAttribute expression:
                    schema["pattern"] = Anchored(expression.Pattern);
                    break;
                case AllowedValuesAttribute allowed:
                    schema["enum"] = new JsonList(allowed.Values.Select(Wire));
                    break;
                case DeniedValuesAttribute denied:
                    schema["not"] = new JsonMap { ["enum"] = new JsonList(denied.Values.Select(Wire)) };
                    break;
                case RequiredAttribute { AllowEmptyStrings: false } when schema.Text("type") == "string" && !schema.ContainsKey("enum") && !schema.ContainsKey("format"):
                    schema["minLength"] = Math.Max(1, schema.Integer("minLength") ?? 0);
                    break;
                case FormatAttribute format:
                    schema["format"] = format.Format;
                    break;
                case EmailAddressAttribute:
                    schema["format"] = "email";
                    break;
                case UrlAttribute:
                    schema["format"] = "uri";
                    break;
                case DefaultValueAttribute { Value: { } value }:
                    schema["default"] = Wire(value, schema, where, faults);
                    break;
                case ListMapAttribute map when isList:
                    schema["x-kubernetes-list-type"] = "map";
                    schema["x-kubernetes-list-map-keys"] = new JsonList(map.Keys);
                    RequireKeys(schema, map, where, faults);
                    break;
                case ListSetAttribute when isList:
                    schema["x-kubernetes-list-type"] = "set";
                    break;
                case ListMapAttribute or ListSetAttribute:
                    faults.Add($"{where} has a list type and is no list");
                    break;
                case AtomicAttribute:
                    schema[isList ? "x-kubernetes-list-type" : "x-kubernetes-map-type"] = "atomic";
                    break;
                case PreserveUnknownFieldsAttribute:
                    schema["x-kubernetes-preserve-unknown-fields"] = true;
                    break;
                case NullableFieldAttribute:
                    schema["nullable"] = true;
                    break;
                case ImmutableAttribute:
                    AddImmutable(schema, where);
                    break;
            }
        }

        AddRules(schema, attributes.OfType<CelRuleAttribute>());
        if (constructorDefault is not null && !schema.ContainsKey("default"))
        {
            schema["default"] = Wire(constructorDefault, schema, where, faults);
        }
    }

    private static void AddRange(JsonMap schema, RangeAttribute range)
    {
        if (range.OperandType != typeof(int) && range.OperandType != typeof(double))
        {
            return; // A range of another type compares what the server cannot.
        }

        // The ends of the type mean that there is no limit on that side.
        if (range.Minimum is not (int.MinValue or double.MinValue or double.NegativeInfinity))
        {
            schema["minimum"] = range.Minimum;
            if (range.MinimumIsExclusive)
            {
                schema["exclusiveMinimum"] = true;
            }
        }

        if (range.Maximum is not (int.MaxValue or double.MaxValue or double.PositiveInfinity))
        {
            schema["maximum"] = range.Maximum;
            if (range.MaximumIsExclusive)
            {
                schema["exclusiveMaximum"] = true;
            }
        }
    }

    private static void AddRules(JsonMap schema, IEnumerable<CelRuleAttribute> rules)
    {
        foreach (var rule in rules)
        {
            var map = new JsonMap { ["rule"] = rule.Rule };
            Set(map, "message", rule.Message);
            Set(map, "messageExpression", rule.MessageExpression);
            Set(map, "reason", rule.Reason);
            Set(map, "fieldPath", rule.FieldPath);
            if (rule.OptionalOldSelf)
            {
                map["optionalOldSelf"] = true;
            }

            schema.EnsureList("x-kubernetes-validations").Add(map);
        }
    }

    private static void AddImmutable(JsonMap schema, string where) => schema.EnsureList("x-kubernetes-validations").Add(new JsonMap
    {
        ["rule"] = "self == oldSelf",
        ["message"] = $"{where[(where.LastIndexOf('.') + 1)..]} cannot be changed",
    });

    private static void RequireKeys(JsonMap schema, ListMapAttribute map, string where, List<string> faults)
    {
        foreach (var key in map.Keys)
        {
            if (schema.At("items", "properties", key) is not JsonMap field)
            {
                faults.Add($"the items of {where} have no field {key}, which is to be their key");
            }
            else if (!field.ContainsKey("default") && schema.Map("items")!.EnsureList("required") is var required && !required.Contains(key))
            {
                required.Add(key);
            }
        }
    }

    private static string LengthName(JsonMap schema, string end) => schema.Text("type") switch
    {
        "array" => end + "Items",
        "object" => end + "Properties",
        _ => end + "Length",
    };

    /// <summary>Data annotations match the whole text, patterns of a schema any part of it.</summary>
    private static string Anchored(string pattern) =>
        pattern.StartsWith('^') && pattern.EndsWith('$') ? pattern : $"^(?:{pattern})$";

    private static object? Wire(object? value) => value switch
    {
        null or string or bool or int or long or double or float or short or byte => value,
        Enum name => name.ToString(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static object? Wire(object value, JsonMap schema, string where, List<string> faults)
    {
        var wire = Wire(value);
        if (wire is string && schema.Text("type") is "integer" or "number" or "boolean" && wire is string)
        {
            faults.Add($"the default of {where} does not fit its type");
        }

        return wire is int or short or byte or long && schema.Text("type") == "number" ? Convert.ToDouble(wire, CultureInfo.InvariantCulture) : wire;
    }

    private static void Set(JsonMap map, string name, string? value)
    {
        if (value is not null)
        {
            map[name] = value;
        }
    }

    private static void SetIfPositive(JsonMap map, string name, int value)
    {
        if (value > 0)
        {
            map[name] = value;
        }
    }
}
