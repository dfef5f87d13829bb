using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Ahoi.Models.Json;

/// <summary>
/// Keeps a text a text: the model holds both forms as a string, so a value read from the text <c>"8080"</c> is remembered as
/// such. A value made in code is a number where it looks like one, as the model's own rule is.
/// </summary>
internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    private static readonly ConditionalWeakTable<IntOrString, object> Texts = [];
    private static readonly object Mark = new();

    public override IntOrString? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.GetInt64();
            case JsonTokenType.String:
                IntOrString value = reader.GetString()!; // A string token has a string.
                if (IsNumber(value.Value, out _))
                {
                    Texts.Add(value, Mark);
                }

                return value;
            default:
                throw new JsonException("An integer or a string is expected.");
        }
    }

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (IsNumber(value.Value, out var number) && !Texts.TryGetValue(value, out _))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Value);
        }
    }

    private static bool IsNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
