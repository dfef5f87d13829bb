using System.Globalization;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>
/// Reads objects of built-in kinds from <c>application/vnd.kubernetes.protobuf</c>: four magic bytes, then a message that
/// says the kind and carries the object. What comes out is the JSON that a client would have sent; zero values that Go
/// writes although they were never set are taken for what they are when the object is decoded into its type.
/// </summary>
internal static class ProtobufDecoder
{
    // JSON may be as deep; see JsonTree.
    private const int MaxDepth = 400;

    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /// <summary>Gets the magic bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Reads an object.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="ProtobufFormatException">It is none, or of a kind without field numbers.</exception>
    public static JsonMap Decode(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new ProtobufFormatException("it does not begin with the bytes that every Kubernetes protobuf message begins with");
        }

        string apiVersion = "", kind = "", encoding = "";
        ReadOnlySpan<byte> raw = default;
        var reader = new WireReader(body[Magic.Length..]);
        while (reader.Read())
        {
            switch (reader.Number)
            {
                case 1 when reader.IsBytes:
                    (apiVersion, kind) = TypeOf(reader.Bytes);
                    break;
                case 2 when reader.IsBytes:
                    raw = reader.Bytes;
                    break;
                case 3 when reader.IsBytes:
                    encoding = Text(reader.Bytes);
                    break;
            }
        }

        if (encoding.Length > 0)
        {
            throw new ProtobufFormatException($"the content encoding {encoding} is not supported");
        }

        var name = SchemaData.NameOf(GroupVersionKind.Of(apiVersion, kind));
        var fields = name is null ? null : MessageFields.Find(name);
        if (fields is null)
        {
            throw new ProtobufFormatException($"objects of {apiVersion}, Kind={kind} cannot be read from protobuf here; send JSON");
        }

        var value = new JsonMap { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(raw, name!, fields, value, 0);
        return value;
    }

    private static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> message)
    {
        string apiVersion = "", kind = "";
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader.IsBytes && reader.Number == 1)
            {
                apiVersion = Text(reader.Bytes);
            }
            else if (reader.IsBytes && reader.Number == 2)
            {
                kind = Text(reader.Bytes);
            }
        }

        return (apiVersion, kind);
    }

    private static void ReadMessage(ReadOnlySpan<byte> message, string name, IReadOnlyDictionary<int, MessageField> fields, JsonMap into, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ProtobufFormatException($"it is nested more than {MaxDepth} levels deep");
        }

        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (!fields.TryGetValue(reader.Number, out var field))
            {
                // Newer clients write zeros for fields they never set.
                if (reader.IsBytes ? reader.Bytes.Length > 0 : reader.Value != 0)
                {
                    throw new ProtobufFormatException(
                        $"field {reader.Number.ToString(CultureInfo.InvariantCulture)} of {name[(name.LastIndexOf('.') + 1)..]} is not known here; send JSON");
                }

                continue;
            }

            switch (field.Label)
            {
                case FieldLabel.Inline:
                    ReadMessage(Bytes(reader, field), field.Type, FieldsOf(field.Type), into, depth + 1);
                    break;
                case FieldLabel.Repeated:
                    into.EnsureList(field.Name).Add(ReadValue(reader, field.Type, field, depth));
                    break;
                case FieldLabel.Map:
                    ReadEntry(Bytes(reader, field), field, into.EnsureMap(field.Name), depth);
                    break;
                default:
                    into[field.Name] = ReadValue(reader, field.Type, field, depth);
                    break;
            }
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> entry, MessageField field, JsonMap into, int depth)
    {
        var key = "";
        object? value = null;
        var reader = new WireReader(entry);
        while (reader.Read())
        {
            if (reader.Number == 1)
            {
                key = Text(Bytes(reader, field));
            }
            else if (reader.Number == 2)
            {
                value = ReadValue(reader, field.Type, field, depth);
            }
        }

        // Zero values may be left out of entries.
        into[key] = value ?? field.Type switch
        {
            "string" or "bytes" => "",
            "int" => 0L,
            "bool" => false,
            _ => ReadSpecial(field.Type, default, depth) ?? new JsonMap(),
        };
    }

    private static object? ReadValue(in WireReader reader, string type, MessageField field, int depth)
    {
        switch (type)
        {
            case "string":
                return Text(Bytes(reader, field));
            case "bytes":
                return Convert.ToBase64String(Bytes(reader, field));
            case "int":
                return (long)Number(reader, field);
            case "bool":
                return Number(reader, field) != 0;
            case "double":
                return reader.IsFixed64 ? BitConverter.UInt64BitsToDouble(reader.Value) : throw Misfit(field);
        }

        var bytes = Bytes(reader, field);
        if (IsSpecial(type))
        {
            return ReadSpecial(type, bytes, depth);
        }

        var fields = FieldsOf(type);
        var value = new JsonMap();
        ReadMessage(bytes, type, fields, value, depth + 1);

        // Lists as values of maps have a message of their own around them.
        return type.EndsWith(".ExtraValue", StringComparison.Ordinal) ? value.List("items") ?? [] : value;
    }

    private static bool IsSpecial(string type) => type is
        Meta + "Time" or Meta + "MicroTime" or Meta + "FieldsV1" or "io.k8s.apimachinery.pkg.api.resource.Quantity" or "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
        or "io.k8s.apimachinery.pkg.runtime.RawExtension" || type.EndsWith(".JSON", StringComparison.Ordinal) || type.Contains(".JSONSchemaPropsOr", StringComparison.Ordinal);

    /// <summary>Reads what is written in JSON otherwise than as a message.</summary>
    private static object? ReadSpecial(string type, ReadOnlySpan<byte> message, int depth) => type[(type.LastIndexOf('.') + 1)..] switch
    {
        "Time" => ReadTime(message, "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        "MicroTime" => ReadTime(message, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
        "Quantity" => FirstText(message) is { Length: > 0 } quantity ? quantity : "0",
        "IntOrString" => ReadIntOrString(message),
        "FieldsV1" or "RawExtension" or "JSON" => ReadJson(message),
        "JSONSchemaPropsOrBool" => ReadEither(message, type, depth, boolean: true),
        "JSONSchemaPropsOrArray" => ReadEither(message, type, depth, boolean: false),
        "JSONSchemaPropsOrStringArray" => ReadEither(message, type, depth, boolean: false),
        _ => null,
    };

    private static string? ReadTime(ReadOnlySpan<byte> message, string format)
    {
        if (message.IsEmpty)
        {
            return null;
        }

        long seconds = 0, nanos = 0;
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader is { IsBytes: false, Number: 1 })
            {
                seconds = (long)reader.Value;
            }
            else if (reader is { IsBytes: false, Number: 2 })
            {
                nanos = (long)reader.Value;
            }
        }

        // Year 1 to 9999, as RFC 3339 can say it.
        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
        {
            throw new ProtobufFormatException("a time is out of range");
        }

        return DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanos / 100).ToString(format, CultureInfo.InvariantCulture);
    }

    private static object ReadIntOrString(ReadOnlySpan<byte> message)
    {
        long kind = 0, number = 0;
        var text = "";
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.Number)
            {
                case 1 when !reader.IsBytes:
                    kind = (long)reader.Value;
                    break;
                case 2 when !reader.IsBytes:
                    number = (int)(long)reader.Value;
                    break;
                case 3 when reader.IsBytes:
                    text = Text(reader.Bytes);
                    break;
            }
        }

        return kind == 0 ? number : text;
    }

    private static object? ReadJson(ReadOnlySpan<byte> message)
    {
        var json = First(message);
        if (json.IsEmpty)
        {
            return null;
        }

        try
        {
            return json.StartsWith(Magic) ? Decode(json) : JsonTree.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new ProtobufFormatException($"an embedded JSON value cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads a schema, or what may stand in its place: a flag, several schemas, texts.</summary>
    private static object? ReadEither(ReadOnlySpan<byte> message, string type, int depth, bool boolean)
    {
        var schemaType = type[..type.IndexOf("Or", type.LastIndexOf('.'), StringComparison.Ordinal)];
        var allows = false;
        JsonMap? schema = null;
        var several = new JsonList();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (!reader.IsBytes)
            {
                allows = reader.Value != 0;
            }
            else if (boolean ? reader.Number == 2 : reader.Number == 1)
            {
                ReadMessage(reader.Bytes, schemaType, FieldsOf(schemaType), schema = [], depth + 1);
            }
            else if (type.EndsWith("StringArray", StringComparison.Ordinal))
            {
                several.Add(Text(reader.Bytes));
            }
            else
            {
                var one = new JsonMap();
                ReadMessage(reader.Bytes, schemaType, FieldsOf(schemaType), one, depth + 1);
                several.Add(one);
            }
        }

        return schema is not null ? schema : boolean ? allows : several;
    }

    private static IReadOnlyDictionary<int, MessageField> FieldsOf(string type) =>
        MessageFields.Find(type) ?? throw new ProtobufFormatException($"{type} cannot be read from protobuf here; send JSON");

    private static ReadOnlySpan<byte> First(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> found = default;
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader is { IsBytes: true, Number: 1 })
            {
                found = reader.Bytes;
            }
        }

        return found;
    }

    private static string FirstText(ReadOnlySpan<byte> message) => Text(First(message));

    private static ReadOnlySpan<byte> Bytes(in WireReader reader, MessageField field) => reader.IsBytes ? reader.Bytes : throw Misfit(field);

    private static ulong Number(in WireReader reader, MessageField field) => reader.IsBytes || reader.IsFixed64 ? throw Misfit(field) : reader.Value;

    // Go takes any bytes for text; in JSON they become replacement characters.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static ProtobufFormatException Misfit(MessageField field) => new($"the field {field.Name} has a value of another type");
}
