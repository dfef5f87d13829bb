using System.Text;
using System.Text.Json;

namespace Ahoi.Api.Json;

/// <summary>Where a value stands within the bytes it was found in; of a string, what is between the quotes.</summary>
internal readonly record struct JsonPart(int Start, int Length, bool IsEscaped)
{
    public int End => Start + Length;

    public bool IsMissing => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> utf8) => utf8.Slice(Start, Length);

    public string TextOf(ReadOnlySpan<byte> utf8)
    {
        if (!IsEscaped)
        {
            return Encoding.UTF8.GetString(Of(utf8));
        }

        var reader = new Utf8JsonReader(utf8.Slice(Start - 1, Length + 2));
        reader.Read();
        return reader.GetString()!; // The part is a string by construction.
    }

    public bool TextEquals(ReadOnlySpan<byte> utf8, string text) =>
        IsEscaped ? TextOf(utf8) == text : Encoding.UTF8.GetCharCount(Of(utf8)) == text.Length && TextOf(utf8) == text;

    /// <summary>The text, shared with others that are equal: for values that recur, like kinds and namespaces.</summary>
    public string SharedTextOf(ReadOnlySpan<byte> utf8) =>
        IsEscaped ? TextOf(utf8) : PropertyNames.Get(Of(utf8));

    public JsonPart Moved(int by) => IsMissing ? default : this with { Start = Start + by };
}
