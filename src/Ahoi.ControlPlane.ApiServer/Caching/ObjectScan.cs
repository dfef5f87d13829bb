using System.Text;
using System.Text.Json;

namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>Reads single facts out of encoded objects without decoding them.</summary>
internal static class ObjectScan
{
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Reads metadata.labels.</summary>
    public static Dictionary<string, string> ReadLabels(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        if (!Descend(ref reader, "metadata") || !Descend(ref reader, "labels") || reader.TokenType != JsonTokenType.StartObject)
        {
            return NoLabels;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            labels[key] = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        }

        return labels;
    }

    /// <summary>Reads a scalar by its path, as in <c>spec.nodeName</c>, as text; missing is empty.</summary>
    public static string FindText(ReadOnlySpan<byte> json, string path)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        foreach (var range in path.AsSpan().Split('.'))
        {
            if (!Descend(ref reader, path.AsSpan()[range]))
            {
                return "";
            }
        }

        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            _ => "",
        };
    }

    // From before an object (or at its start) to the value of one of its properties.
    private static bool Descend(ref Utf8JsonReader reader, ReadOnlySpan<char> name)
    {
        if (reader.TokenType == JsonTokenType.None)
        {
            reader.Read();
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return reader.Read();
            }

            reader.Skip();
        }

        return false;
    }
}
