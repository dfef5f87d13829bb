using System.Text.Json;
using System.Text.Json.Serialization;
using Ahoi.Api.Json;

namespace Ahoi.Framework.Objects;

/// <summary>Reads and writes a dynamic part of a plain type.</summary>
internal sealed class JsonMapConverter : JsonConverter<JsonMap>
{
    public override JsonMap? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonTreeConversion.Read(ref reader) as JsonMap ?? throw new JsonException("There is something else than an object.");

    public override void Write(Utf8JsonWriter writer, JsonMap value, JsonSerializerOptions options) => JsonTree.Write(writer, value);
}

/// <summary>Reads and writes a dynamic list of a plain type.</summary>
internal sealed class JsonListConverter : JsonConverter<JsonList>
{
    public override JsonList? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonTreeConversion.Read(ref reader) as JsonList ?? throw new JsonException("There is something else than a list.");

    public override void Write(Utf8JsonWriter writer, JsonList value, JsonSerializerOptions options) => JsonTree.Write(writer, value);
}

/// <summary>What both have in common.</summary>
internal static class JsonTreeConversion
{
    public static object? Read(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(document.RootElement.GetRawText()));
    }
}
