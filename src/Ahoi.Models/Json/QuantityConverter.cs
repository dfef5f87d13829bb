using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Ahoi.Models.Json;

/// <summary>
/// Writes a quantity as it was read. The model writes its canonical form, <c>100m</c> for <c>0.1</c>, which is the same
/// amount and another text: a comparison with what somebody applied would see a change.
/// </summary>
internal sealed class QuantityConverter : JsonConverter<ResourceQuantity>
{
    private static readonly ConditionalWeakTable<ResourceQuantity, string> Originals = [];

    public override ResourceQuantity? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!, // A string token has a string.
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw new JsonException("A quantity is a string or a number."),
        };
        ResourceQuantity quantity;
        try
        {
            quantity = new(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException || exception.GetType().Namespace == "Fractions")
        {
            throw new JsonException($"'{text}' is not a quantity.", exception);
        }

        if (quantity.ToString() != text)
        {
            Originals.Add(quantity, text);
        }

        return quantity;
    }

    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Originals.TryGetValue(value, out var text) ? text : value.ToString());
}
