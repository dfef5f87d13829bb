using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Framework.Definitions.Schemas;

/// <summary>The schemas of types that are one value on the wire, or nothing in particular.</summary>
internal static class ScalarSchemas
{
    public static JsonMap? Find(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Quantity))
        {
            return new()
            {
                ["x-kubernetes-int-or-string"] = true,
                ["pattern"] = @"^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
            };
        }

        if (type == typeof(JsonMap))
        {
            return new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        if (type == typeof(object) || type == typeof(System.Text.Json.JsonElement))
        {
            return new() { ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        if (type == typeof(JsonList))
        {
            return new() { ["type"] = "array", ["items"] = new JsonMap { ["x-kubernetes-preserve-unknown-fields"] = true } };
        }

        return Scalar(type) is var (name, format, minimum)
            ? Of(name, format, minimum)
            : null;
    }

    private static JsonMap Of(string name, string? format, long? minimum)
    {
        var schema = new JsonMap { ["type"] = name };
        if (format is not null)
        {
            schema["format"] = format;
        }

        if (minimum is { } least)
        {
            schema["minimum"] = least;
        }

        return schema;
    }

    private static (string Name, string? Format, long? Minimum)? Scalar(Type type) =>
        type.IsEnum ? null : Type.GetTypeCode(type) switch
        {
            TypeCode.String or TypeCode.Char => ("string", null, null),
            TypeCode.Boolean => ("boolean", null, null),
            TypeCode.Int32 or TypeCode.Int16 or TypeCode.SByte => ("integer", "int32", null),
            TypeCode.Byte or TypeCode.UInt16 => ("integer", "int32", 0),
            TypeCode.UInt32 or TypeCode.UInt64 => ("integer", "int64", 0),
            TypeCode.Int64 => ("integer", "int64", null),
            TypeCode.Single => ("number", "float", null),
            TypeCode.Double => ("number", "double", null),
            TypeCode.Decimal => ("number", null, null),
            TypeCode.DateTime => ("string", "date-time", null),
            _ when type == typeof(DateTimeOffset) => ("string", "date-time", null),
            _ when type == typeof(DateOnly) => ("string", "date", null),
            _ when type == typeof(Guid) => ("string", "uuid", null),
            _ when type == typeof(Uri) => ("string", "uri", null),
            _ when type == typeof(byte[]) => ("string", "byte", null),
            _ when type == typeof(TimeSpan) || type == typeof(TimeOnly) => ("string", null, null),
            _ => null,
        };
}
