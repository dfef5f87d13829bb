using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>One decoding of an object into a built-in type; see <see cref="ObjectDecoder.Decode"/>.</summary>
/// <param name="unknownFields">Collects the paths of unknown fields, or <see langword="null"/>.</param>
internal sealed class TypeDecoder(ICollection<string>? unknownFields)
{
    private static readonly object Zero = 0L;
    private static readonly object No = false;

    private FieldTrail Trail { get; init; } = new();

    /// <summary>Makes a decoder that stands somewhere within an object.</summary>
    /// <param name="unknownFields">Collects the paths of unknown fields, or <see langword="null"/>.</param>
    /// <param name="trail">Where it stands.</param>
    /// <returns>The decoder.</returns>
    public static TypeDecoder Within(ICollection<string>? unknownFields, FieldTrail trail) => new(unknownFields) { Trail = trail };

    /// <summary>Decodes an object with declared fields, in place.</summary>
    /// <param name="map">The object.</param>
    /// <param name="schema">Its type.</param>
    public void DecodeStruct(JsonMap map, Schema schema)
    {
        List<string>? gone = null;
        foreach (var (name, given) in map)
        {
            if (!schema.Properties.TryGetValue(name, out var field))
            {
                Trail.Note(unknownFields, name);
                (gone ??= []).Add(name);
                continue;
            }

            if (given is null)
            {
                (gone ??= []).Add(name);
                continue;
            }

            Trail.Push(name);
            var decoded = DecodeValue(given, field);
            Trail.Pop();
            if (!ReferenceEquals(decoded, given))
            {
                map[name] = decoded;
            }

            if (decoded is null
                || (field.Presence == FieldPresence.DropZero && IsZero(decoded))
                || (field.Presence == FieldPresence.AlwaysOrNull && IsEmpty(decoded)))
            {
                (gone ??= []).Add(name);
            }
        }

        if (gone is not null)
        {
            foreach (var name in gone)
            {
                map.Remove(name);
            }
        }

        foreach (var (name, field) in schema.ExpectedFields)
        {
            if (!map.ContainsKey(name))
            {
                map[name] = ZeroOf(field);
            }
        }
    }

    private object? DecodeValue(object given, Schema schema)
    {
        switch (schema.Form)
        {
            case SchemaForm.Text:
                return given is string ? given : throw Mismatch(given, "string");
            case SchemaForm.Struct:
                DecodeStruct(given as JsonMap ?? throw Mismatch(given, "object"), schema);
                return given;
            case SchemaForm.List:
                DecodeList(given as JsonList ?? throw Mismatch(given, "array"), schema);
                return given;
            case SchemaForm.Map:
                DecodeMap(given as JsonMap ?? throw Mismatch(given, "object"), schema);
                return given;
            case SchemaForm.Integer32:
                return given switch
                {
                    >= (long)int.MinValue and <= (long)int.MaxValue => given,
                    _ => throw Mismatch(given, "32-bit integer"),
                };
            case SchemaForm.Integer64:
                return given is long ? given : throw Mismatch(given, "64-bit integer");
            case SchemaForm.Flag:
                return given is bool ? given : throw Mismatch(given, "boolean");
            case SchemaForm.Number:
                return given is long or double ? given : throw Mismatch(given, "number");
            case SchemaForm.IntOrString:
                return given switch
                {
                    string => given,
                    >= (long)int.MinValue and <= (long)int.MaxValue => given,
                    _ => throw Mismatch(given, "32-bit integer or string"),
                };
            case SchemaForm.Any:
                return given;
            default:
                return DecodeText(given, schema.Form);
        }
    }

    private object? DecodeText(object given, SchemaForm form)
    {
        if (form == SchemaForm.Quantity && given is long or double)
        {
            given = JsonTree.ToText(given);
        }

        if (given is not string text)
        {
            throw Mismatch(given, form == SchemaForm.Quantity ? "quantity" : "string");
        }

        var canonical = form switch
        {
            SchemaForm.Quantity => ScalarText.Quantity(text),
            SchemaForm.Time => ScalarText.Time(text),
            SchemaForm.MicroTime => ScalarText.MicroTime(text),
            _ => ScalarText.Base64(text),
        };
        if (canonical is null)
        {
            var problem = form switch
            {
                SchemaForm.Quantity => "is not a quantity such as 500m, 2 or 1Gi",
                SchemaForm.Time => "is not a time of RFC 3339 such as 2026-01-31T12:00:00Z",
                SchemaForm.MicroTime => "is not a time with six digits of fraction such as 2026-01-31T12:00:00.000000Z",
                _ => "is not base64",
            };
            throw new DecodingException(Trail.ToString(), $"\"{text}\" {problem}");
        }

        // The zero time of the API's language means no time.
        if (canonical.StartsWith("0001-01-01T00:00:00", StringComparison.Ordinal) && form is SchemaForm.Time or SchemaForm.MicroTime)
        {
            return null;
        }

        return ReferenceEquals(canonical, text) || canonical == text ? given : canonical;
    }

    private void DecodeList(JsonList list, Schema schema)
    {
        var items = schema.Items;
        if (items is null || items.Form == SchemaForm.Any)
        {
            return;
        }

        for (var i = 0; i < list.Count; i++)
        {
            var given = list[i];
            if (given is null)
            {
                list[i] = ZeroOf(items);
                continue;
            }

            Trail.Push(i);
            var decoded = DecodeValue(given, items);
            Trail.Pop();
            if (!ReferenceEquals(decoded, given))
            {
                list[i] = decoded;
            }
        }
    }

    private void DecodeMap(JsonMap map, Schema schema)
    {
        var values = schema.AdditionalProperties!;
        if (values.Form == SchemaForm.Any)
        {
            return;
        }

        foreach (var (key, given) in map)
        {
            if (given is null)
            {
                map[key] = ZeroOf(values);
                continue;
            }

            Trail.Push(key);
            var decoded = DecodeValue(given, values);
            Trail.Pop();
            if (!ReferenceEquals(decoded, given))
            {
                map[key] = decoded;
            }
        }
    }

    private object? ZeroOf(Schema schema)
    {
        switch (schema.Form)
        {
            case SchemaForm.Text:
                return "";
            case SchemaForm.Integer32 or SchemaForm.Integer64 or SchemaForm.Number or SchemaForm.IntOrString:
                return Zero;
            case SchemaForm.Flag:
                return No;
            case SchemaForm.Quantity:
                return "0";
            case SchemaForm.Struct:
                var map = new JsonMap();
                DecodeStruct(map, schema);
                return map;
            default:
                return null;
        }
    }

    private static bool IsZero(object value) => value switch
    {
        string text => text.Length == 0,
        long number => number == 0,
        bool flag => !flag,
        JsonMap map => map.Count == 0,
        JsonList list => list.Count == 0,
        double number => number == 0,
        _ => false,
    };

    private static bool IsEmpty(object value) => value is JsonMap { Count: 0 } or JsonList { Count: 0 } or "";

    private DecodingException Mismatch(object given, string wanted)
    {
        var found = given switch
        {
            string => "a string",
            bool => "a boolean",
            long number => $"the number {number}",
            double number => $"the number {JsonTree.ToText(number)}",
            JsonMap => "an object",
            _ => "an array",
        };
        return new(Trail.ToString(), $"cannot decode {found} into {(wanted[0] is 'a' or 'o' ? "an" : "a")} {wanted}");
    }
}
