using System.Collections.Concurrent;
using System.IO.Compression;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>The fields of every message by their numbers: facts of Kubernetes' wire format, which
/// <c>eng/protobuf-fields.py</c> reads out of its programs. Read when they are first asked for.</summary>
internal static class MessageFields
{
    private static readonly Lazy<JsonMap> Data = new(Read);
    private static readonly ConcurrentDictionary<string, Dictionary<int, MessageField>> Known = new(StringComparer.Ordinal);

    /// <summary>Gets the names of all messages.</summary>
    public static IEnumerable<string> Messages => Data.Value.Keys;

    /// <summary>Finds the fields of a message.</summary>
    /// <param name="message">Its name, which is that of the schema.</param>
    /// <returns>The fields by number, or <see langword="null"/> for a message that is not known.</returns>
    public static IReadOnlyDictionary<int, MessageField>? Find(string message)
    {
        if (Known.TryGetValue(message, out var known))
        {
            return known;
        }

        // Names that clients choose never come here: only kinds of the schemas do.
        return Data.Value.List(message) is { } rows ? Known.GetOrAdd(message, Parse(rows)) : null;
    }

    private static Dictionary<int, MessageField> Parse(JsonList rows)
    {
        var fields = new Dictionary<int, MessageField>(rows.Count);
        foreach (var row in rows.OfType<JsonList>())
        {
            var label = (row.Count > 3 ? row[3] as string : null) switch
            {
                "repeated" => FieldLabel.Repeated,
                "map" => FieldLabel.Map,
                "inline" => FieldLabel.Inline,
                _ => FieldLabel.One,
            };
            var number = (int)(long)row[0]!;
            fields[number] = new(number, (string)row[1]!, (string)row[2]!, label);
        }

        return fields;
    }

    private static JsonMap Read()
    {
        using var packed = typeof(MessageFields).Assembly.GetManifestResourceStream("protobuf-fields.json.gz")
            ?? throw new InvalidOperationException("The field numbers are not in the assembly.");
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return JsonTree.ParseMap(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
