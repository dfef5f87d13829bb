using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Checks that a configuration fits its type before it is merged: no unknown fields, right kinds of values, no duplicate items.</summary>
internal static class AppliedConfiguration
{
    /// <summary>Checks a configuration.</summary>
    /// <param name="applied">The configuration.</param>
    /// <param name="schema">Its type.</param>
    /// <param name="isBuiltIn">Whether the kind is built in: then scalars must decode, else validation looks at them.</param>
    /// <returns>What is wrong with it first, or <see langword="null"/>.</returns>
    public static string? FindFault(JsonMap applied, Schema? schema, bool isBuiltIn) => Check(applied, schema, new(isBuiltIn, new FieldTrail()));

    private static string? Check(object? value, Schema? schema, Walk walk)
    {
        var trail = walk.Trail;
        if (schema is null || value is null)
        {
            return null;
        }

        return schema.Form switch
        {
            SchemaForm.Struct or SchemaForm.Map => value is JsonMap map ? CheckMap(map, schema, walk) : Wrong(trail, "an object"),
            SchemaForm.Any when schema.Type == "object" => value is JsonMap map ? CheckMap(map, schema, walk) : Wrong(trail, "an object"),
            SchemaForm.List => value is JsonList list ? CheckList(list, schema, walk) : Wrong(trail, "a list"),
            SchemaForm.Bytes when walk.IsBuiltIn => value is string text && ScalarText.Base64(text) is not null ? null : Wrong(trail, "base64"),
            SchemaForm.Time when walk.IsBuiltIn => value is string text && ScalarText.Time(text) is not null ? null : Wrong(trail, "a time"),
            SchemaForm.MicroTime when walk.IsBuiltIn => value is string text && ScalarText.MicroTime(text) is not null ? null : Wrong(trail, "a time with six digits of fraction"),
            SchemaForm.Quantity when walk.IsBuiltIn && value is string text => ScalarText.Quantity(text) is not null ? null : Wrong(trail, "a quantity"),
            SchemaForm.Integer32 when walk.IsBuiltIn => value is >= (long)int.MinValue and <= (long)int.MaxValue ? null : Wrong(trail, "a 32-bit integer"),
            SchemaForm.Integer64 when walk.IsBuiltIn => value is long ? null : Wrong(trail, "an integer"),
            SchemaForm.Integer32 or SchemaForm.Integer64 or SchemaForm.Number => value is long or double ? null : Wrong(trail, "a number"),
            SchemaForm.Flag => value is bool ? null : Wrong(trail, "a boolean"),
            SchemaForm.Text or SchemaForm.Bytes or SchemaForm.Time or SchemaForm.MicroTime => value is string ? null : Wrong(trail, "a string"),
            SchemaForm.Quantity or SchemaForm.IntOrString => value is string or long or double ? null : Wrong(trail, "a string or a number"),
            _ => null,
        };
    }

    private static string? CheckMap(JsonMap map, Schema schema, Walk walk)
    {
        var trail = walk.Trail;
        foreach (var (name, item) in map)
        {
            if (!FieldTypes.Allows(schema, name))
            {
                return $".{trail.To(name)}: the schema does not declare this field";
            }

            FieldTypes.IsDeclared(schema, name, out var field);
            trail.Push(name);
            if (Check(item, field, walk) is { } fault)
            {
                return fault;
            }

            trail.Pop();
        }

        return null;
    }

    private static string? CheckList(JsonList list, Schema schema, Walk walk)
    {
        var trail = walk.Trail;
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

            if (Check(list[i], schema.Items, walk) is { } fault)
            {
                return fault;
            }

            trail.Pop();
        }

        return null;
    }

    private static string Wrong(FieldTrail trail, string wanted) => $".{trail}: must be {wanted}";

    private readonly record struct Walk(bool IsBuiltIn, FieldTrail Trail);
}
