using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

namespace Ahoi.ControlPlane.ApiServer.Tests.Wire;

/// <summary>Writes objects as Go clients write them, by the same field numbers but other code.</summary>
internal static class ProtobufEncoder
{
    public static byte[] Encode(JsonMap value)
    {
        var kind = Ahoi.Api.Objects.GroupVersionKind.Of(value.Text("apiVersion")!, value.Text("kind")!);
        var raw = Message(value, SchemaData.NameOf(kind)!);
        var type = new List<byte>();
        Field(type, 1, Encoding.UTF8.GetBytes(value.Text("apiVersion")!));
        Field(type, 2, Encoding.UTF8.GetBytes(value.Text("kind")!));
        List<byte> body = [.. ProtobufDecoder.Magic];
        Field(body, 1, [.. type]);
        Field(body, 2, raw);
        Field(body, 3, []);
        Field(body, 4, []);
        return [.. body];
    }

    private static byte[] Message(JsonMap value, string name)
    {
        var output = new List<byte>();
        foreach (var field in MessageFields.Find(name)!.Values.OrderBy(f => f.Number))
        {
            if (field.Label == FieldLabel.Inline)
            {
                Field(output, field.Number, Message(value, field.Type));
            }
            else if (value.TryGetValue(field.Name, out var item) && item is not null)
            {
                Write(output, field, item);
            }
        }

        return [.. output];
    }

    private static void Write(List<byte> output, MessageField field, object item)
    {
        switch (field.Label)
        {
            case FieldLabel.Repeated:
                foreach (var one in (JsonList)item)
                {
                    One(output, field.Number, field.Type, one);
                }

                break;
            case FieldLabel.Map:
                foreach (var (key, one) in (JsonMap)item)
                {
                    var entry = new List<byte>();
                    Field(entry, 1, Encoding.UTF8.GetBytes(key));
                    One(entry, 2, field.Type, one);
                    Field(output, field.Number, [.. entry]);
                }

                break;
            default:
                One(output, field.Number, field.Type, item);
                break;
        }
    }

    private static void One(List<byte> output, int number, string type, object? item)
    {
        switch (type)
        {
            case "int":
                Key(output, number, 0);
                Varint(output, (ulong)(long)item!);
                break;
            case "bool":
                Key(output, number, 0);
                Varint(output, (bool)item! ? 1UL : 0);
                break;
            case "double":
                Key(output, number, 1);
                var bytes = new byte[8];
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, Convert.ToDouble(item, CultureInfo.InvariantCulture));
                output.AddRange(bytes);
                break;
            case "string":
                Field(output, number, Encoding.UTF8.GetBytes((string)item!));
                break;
            case "bytes":
                Field(output, number, Convert.FromBase64String((string)item!));
                break;
            default:
                Field(output, number, Special(type, item) ?? Message(item as JsonMap ?? new() { ["items"] = item }, type));
                break;
        }
    }

    private static byte[]? Special(string type, object? item)
    {
        var output = new List<byte>();
        switch (type[(type.LastIndexOf('.') + 1)..])
        {
            case "Time" or "MicroTime" when item is string text:
                var time = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                Key(output, 1, 0);
                Varint(output, (ulong)time.ToUnixTimeSeconds());
                Key(output, 2, 0);
                Varint(output, (ulong)(time.Ticks % TimeSpan.TicksPerSecond * 100));
                return [.. output];
            case "Quantity":
                Field(output, 1, Encoding.UTF8.GetBytes(item as string ?? JsonTree.ToText(item)));
                return [.. output];
            case "IntOrString":
                Key(output, 1, 0);
                Varint(output, item is string ? 1UL : 0);
                if (item is string word)
                {
                    Field(output, 3, Encoding.UTF8.GetBytes(word));
                }
                else
                {
                    Key(output, 2, 0);
                    Varint(output, (ulong)(long)item!);
                }

                return [.. output];
            case "RawExtension" or "FieldsV1" or "JSON":
                Field(output, 1, JsonTree.ToUtf8(item));
                return [.. output];
            case "JSONSchemaPropsOrBool":
                if (item is JsonMap schema)
                {
                    Field(output, 2, Message(schema, type[..type.IndexOf("OrBool", StringComparison.Ordinal)]));
                }
                else
                {
                    Key(output, 1, 0);
                    Varint(output, (bool)item! ? 1UL : 0);
                }

                return [.. output];
            case "JSONSchemaPropsOrArray" when item is JsonMap single:
                Field(output, 1, Message(single, type[..type.IndexOf("OrArray", StringComparison.Ordinal)]));
                return [.. output];
            default:
                return null;
        }
    }

    private static void Field(List<byte> output, int number, byte[] bytes)
    {
        Key(output, number, 2);
        Varint(output, (ulong)bytes.Length);
        output.AddRange(bytes);
    }

    private static void Key(List<byte> output, int number, int wire) => Varint(output, ((ulong)number << 3) | (uint)wire);

    private static void Varint(List<byte> output, ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            output.Add((byte)(value | 128));
        }

        output.Add((byte)value);
    }
}
