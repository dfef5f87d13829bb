using System.Text;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Client.Watches;

/// <summary>Decodes one line of a watch.</summary>
internal static class WatchLine
{
    /// <summary>Decodes a line; false for an empty one.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> line, ManagedFieldsFilter? filter, out WatchEvent change)
    {
        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            change = default;
            return false;
        }

        try
        {
            change = Decode(line, filter);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            change = new() { Type = WatchEventType.Unreadable, Fault = Complaint(line, exception) };
        }

        return true;
    }

    private static WatchEvent Decode(ReadOnlySpan<byte> line, ManagedFieldsFilter? filter)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || !reader.ValueTextEquals("type"u8) || !reader.Read())
        {
            return DecodeAnyOrder(line, filter);
        }

        var type = TypeOf(ref reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("object"u8) || !reader.Read()
            || line[^1] != (byte)'}')
        {
            return DecodeAnyOrder(line, filter);
        }

        // Nothing follows the object but the event's closing brace.
        var json = line[(int)reader.TokenStartIndex..^1].TrimEnd(" \t\r"u8);
        return type == WatchEventType.Error
            ? Error(JsonTree.ParseMap(json))
            : new() { Type = type, Object = RawObjectReader.ReadFramed(json, filter) };
    }

    private static WatchEvent DecodeAnyOrder(ReadOnlySpan<byte> line, ManagedFieldsFilter? filter)
    {
        var map = JsonTree.ParseMap(line);
        var content = map.Map("object") ?? throw new JsonException("The event has no object.");
        var type = TypeOf(map.Text("type"));
        return type == WatchEventType.Error
            ? Error(content)
            : new() { Type = type, Object = RawObject.Parse(JsonTree.ToUtf8(content), filter) };
    }

    private static WatchEvent Error(JsonMap status) => new() { Type = WatchEventType.Error, Status = ApiStatus.FromJson(status) };

    private static WatchEventType TypeOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : TypeOf(reader.GetString());

    private static WatchEventType TypeOf(string? type) => type switch
    {
        "ADDED" => WatchEventType.Added,
        "MODIFIED" => WatchEventType.Modified,
        "DELETED" => WatchEventType.Deleted,
        "BOOKMARK" => WatchEventType.Bookmark,
        "ERROR" => WatchEventType.Error,
        _ => throw new JsonException($"There is no event type '{type}'."),
    };

    private static JsonException Complaint(ReadOnlySpan<byte> line, Exception exception)
    {
        var start = Encoding.UTF8.GetString(line[..Math.Min(line.Length, 200)]);
        return new($"A watch event cannot be read: {exception.Message} It begins: {start}", exception);
    }
}
