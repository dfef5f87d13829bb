using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ahoi.Api.Json;

/// <summary>
/// Reads, writes, compares and copies JSON as plain .NET values (see <see cref="JsonMap"/>). Integers that fit are
/// <see cref="long"/>, all other numbers <see cref="double"/>, as Kubernetes decodes unstructured content.
/// </summary>
public static class JsonTree
{
    /// <summary>How deeply objects and arrays may nest in what is parsed.</summary>
    public const int MaxDepth = 500;

    /// <summary>How many repeated keys are told of: a client needs a few, and each costs a path.</summary>
    internal const int MaxDuplicates = 100;

    private const int KeptBuffer = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _output;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth + 64,
        SkipValidation = true,
    };

    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object[] SmallIntegers = [.. Enumerable.Range(-1, 258).Select(i => (object)(long)i)];

    /// <summary>Parses one JSON value. Of a key given twice, the last value counts.</summary>
    /// <param name="utf8">The JSON text in UTF-8, and nothing else.</param>
    /// <param name="duplicates">Collects the path of each key that an object gives more than once
    /// (<c>spec.replicas</c>), up to 100, where given.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">The text is not one valid JSON value, is nested too deeply, has invalid
    /// UTF-8, or a number beyond <see cref="double"/>.</exception>
    public static object? Parse(ReadOnlySpan<byte> utf8, ICollection<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var value = new TreeReader(duplicates).ReadValue(ref reader);
            if (reader.Read())
            {
                throw new JsonException("There is more than one JSON value.");
            }

            return value;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string is not valid UTF-8.", exception);
        }
    }

    /// <summary>Parses one JSON object.</summary>
    /// <param name="utf8">The JSON text in UTF-8.</param>
    /// <returns>The object.</returns>
    /// <exception cref="JsonException">The text is not one valid JSON object.</exception>
    public static JsonMap ParseMap(ReadOnlySpan<byte> utf8) =>
        Parse(utf8) as JsonMap ?? throw new JsonException("The JSON value is not an object.");

    /// <summary>Parses one JSON object.</summary>
    /// <param name="json">The JSON text.</param>
    /// <returns>The object.</returns>
    /// <exception cref="JsonException">The text is not one valid JSON object.</exception>
    public static JsonMap ParseMap(string json) => ParseMap(Encoding.UTF8.GetBytes(json));

    /// <summary>Writes <paramref name="value"/> as compact JSON.</summary>
    /// <param name="output">Where the UTF-8 bytes go.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value holds a type JSON has no place for.</exception>
    public static void Write(IBufferWriter<byte> output, object? value)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        Write(writer, value);
    }

    /// <summary>Writes <paramref name="value"/> to <paramref name="writer"/>.</summary>
    /// <param name="writer">The writer, at a place where a value may stand.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value holds a type JSON has no place for.</exception>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case long integer:
                writer.WriteNumberValue(integer);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double number:
                writer.WriteRawValue(JsonNumber.Format(number), skipInputValidation: true);
                break;
            case JsonMap map:
                writer.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    writer.WritePropertyName(key);
                    Write(writer, item);
                }

                writer.WriteEndObject();
                break;
            case JsonList list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} has no place in a JSON tree.", nameof(value));
        }
    }

    /// <summary>Gets <paramref name="value"/> as compact JSON in UTF-8.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] ToUtf8(object? value)
    {
        // Kept from one use to the next, as most objects are a few kilobytes; taken while it is used, so that a failure
        // leaves nothing behind.
        var (output, writer) = (_output ?? new(4096), _writer);
        (_output, _writer) = (null, null);
        output.ResetWrittenCount();
        if (writer is null)
        {
            writer = new(output, WriterOptions);
        }
        else
        {
            writer.Reset(output);
        }

        Write(writer, value);
        writer.Flush();
        if (output.Capacity <= KeptBuffer)
        {
            (_output, _writer) = (output, writer);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Gets <paramref name="value"/> as compact JSON.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public static string ToText(object? value) => Encoding.UTF8.GetString(ToUtf8(value));

    /// <summary>Makes a copy of <paramref name="value"/> that shares nothing mutable with it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The copy.</returns>
    public static object? DeepClone(object? value) => value switch
    {
        JsonMap map => map.DeepClone(),
        JsonList list => list.DeepClone(),
        _ => value,
    };

    /// <summary>
    /// Gets whether two values are the same JSON: maps by their entries in any order, lists item by item, numbers by
    /// value (<c>1</c> equals <c>1.0</c>).
    /// </summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public static new bool Equals(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (string a, string b):
                return string.Equals(a, b, StringComparison.Ordinal);
            case (long a, long b):
                return a == b;
            case (bool a, bool b):
                return a == b;
            case (double a, double b):
                return a.Equals(b);
            case (long a, double b):
                return a == b;
            case (double a, long b):
                return a == b;
            case (JsonMap a, JsonMap b):
                if (a.Count != b.Count)
                {
                    return false;
                }

                foreach (var (key, item) in a)
                {
                    if (!b.TryGetValue(key, out var other) || !Equals(item, other))
                    {
                        return false;
                    }
                }

                return true;
            case (JsonList a, JsonList b):
                if (a.Count != b.Count)
                {
                    return false;
                }

                for (var i = 0; i < a.Count; i++)
                {
                    if (!Equals(a[i], b[i]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }

    internal static object Box(bool value) => value ? True : False;

    internal static object Box(long value) =>
        value is >= -1 and <= 256 ? SmallIntegers[value + 1] : value;

    internal static object? Normalize(object? value) => value switch
    {
        null or string or JsonMap or JsonList or double => value,
        long integer => Box(integer),
        bool flag => Box(flag),
        int integer => Box(integer),
        short integer => Box(integer),
        byte integer => Box(integer),
        uint integer => Box(integer),
        float number => (double)number,
        _ => throw new ArgumentException($"A {value.GetType()} has no place in a JSON tree.", nameof(value)),
    };

    private readonly struct TreeReader(ICollection<string>? duplicates)
    {
        private readonly List<object>? _path = duplicates is null ? null : [];

        public object? ReadValue(ref Utf8JsonReader reader)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    return ReadMap(ref reader);
                case JsonTokenType.StartArray:
                    return ReadList(ref reader);
                case JsonTokenType.String:
                    return reader.GetString();
                case JsonTokenType.Number:
                    return JsonNumber.Read(ref reader);
                case JsonTokenType.True:
                    return True;
                case JsonTokenType.False:
                    return False;
                default:
                    return null;
            }
        }

        private JsonMap ReadMap(ref Utf8JsonReader reader)
        {
            var map = new JsonMap(4);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var key = PropertyNames.Get(ref reader);
                reader.Read();
                if (_path is null)
                {
                    map[key] = ReadValue(ref reader);
                    continue;
                }

                _path.Add(key);
                if (map.ContainsKey(key) && duplicates!.Count < MaxDuplicates)
                {
                    duplicates.Add(PathText());
                }

                map[key] = ReadValue(ref reader);
                _path.RemoveAt(_path.Count - 1);
            }

            return map;
        }

        private JsonList ReadList(ref Utf8JsonReader reader)
        {
            var list = new JsonList();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                _path?.Add(list.Count);
                list.Add(ReadValue(ref reader));
                _path?.RemoveAt(_path.Count - 1);
            }

            return list;
        }

        // Text is made only of a place that is told of, as it may be as long as the whole document.
        private string PathText()
        {
            var text = new StringBuilder();
            foreach (var segment in _path!)
            {
                JsonPathText.Append(text, segment);
            }

            return text.ToString();
        }
    }
}
