using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Checks that a configuration fits its type before it is merged: no unknown fields, right kinds of values, no duplicate items.</summary>
internal static class AppliedConfiguration
{
    /// <summary>Checks a configuration.</summary>
    /// <param name="applied">The configuration.</param>
    /// <param name="schema">Its type.</param>
    /// <returns>What is wrong with it first, or <see langword="null"/>.</returns>
    public static string? FindFault(JsonMap applied, Schema? schema) => Check(applied, schema, new FieldTrail());

    private static string? Check(object? value, Schema? schema, FieldTrail trail)
    {
        if (schema is null || value is null)
        {
            return null;
        }

        return schema.Form switch
        {
            SchemaForm.Struct or SchemaForm.Map => value is JsonMap map ? CheckMap(map, schema, trail) : Wrong(trail, "an object"),
            SchemaForm.Any when schema.Type == "object" => value is JsonMap map ? CheckMap(map, schema, trail) : Wrong(trail, "an object"),
            SchemaForm.List => value is JsonList list ? CheckList(list, schema, trail) : Wrong(trail, "a list"),
            SchemaForm.Integer32 or SchemaForm.Integer64 or SchemaForm.Number => value is long or double ? null : Wrong(trail, "a number"),
            SchemaForm.Flag => value is bool ? null : Wrong(trail, "a boolean"),
            SchemaForm.Text or SchemaForm.Bytes or SchemaForm.Time or SchemaForm.MicroTime => value is string ? null : Wrong(trail, "a string"),
            SchemaForm.Quantity or SchemaForm.IntOrString => value is string or long or double ? null : Wrong(trail, "a string or a number"),
            _ => null,
        };
    }

    private static string? CheckMap(JsonMap map, Schema schema, FieldTrail trail)
    {
        foreach (var (name, item) in map)
        {
            if (!FieldTypes.Allows(schema, name))
            {
                return $".{trail.To(name)}: the schema does not declare this field";
            }

            FieldTypes.IsDeclared(schema, name, out var field);
            trail.Push(name);
            if (Check(item, field, trail) is { } fault)
            {
                return fault;
            }

            trail.Pop();
        }

        return null;
    }

    private static string? CheckList(JsonList list, Schema schema, FieldTrail trail)
    {
        HashSet<PathElement>? names = schema.ListType is "set" or "map" ? [] : null;
        for (var i = 0; i < list.Count; i++)
        {
            trail.Push(i);
            if (names is not null)
            {
                if (FieldTypes.TryName(schema, list[i], out var name) is { } problem)
                {
                    return $".{trail}: {problem}";
                }

                if (!names.Add(name))
                {
                    return $".{trail}: there are several items {name}";
                }
            }

            if (Check(list[i], schema.Items, trail) is { } fault)
            {
                return fault;
            }

            trail.Pop();
        }

        return null;
    }

    private static string Wrong(FieldTrail trail, string wanted) => $".{trail}: must be {wanted}";
}
