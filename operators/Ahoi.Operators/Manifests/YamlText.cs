using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;

namespace Ahoi.Operators.Manifests;

/// <summary>Writes objects as YAML that every version of the language reads alike: what could be taken for anything but a
/// text is in quotes.</summary>
internal static partial class YamlText
{
    private static readonly string[] Words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"];

    /// <summary>Documents, one after the other.</summary>
    public static string OfAll(IEnumerable<JsonMap> documents) => string.Join("---\n", documents.Select(Of));

    public static string Of(JsonMap document)
    {
        var text = new StringBuilder();
        WriteMap(text, document, 0);
        return text.ToString();
    }

    private static void WriteMap(StringBuilder text, JsonMap map, int indent)
    {
        foreach (var (key, value) in map)
        {
            text.Append(' ', indent).Append(Scalar(key)).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, object? value, int indent)
    {
        switch (value)
        {
            case JsonMap { Count: > 0 } map:
                text.Append('\n');
                WriteMap(text, map, indent + 2);
                break;
            case JsonList { Count: > 0 } list:
                text.Append('\n');
                WriteList(text, list, indent);
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static void WriteList(StringBuilder text, JsonList list, int indent)
    {
        foreach (var item in list)
        {
            if (item is JsonMap { Count: > 0 } map)
            {
                // The first field is on the line of the dash.
                var inner = new StringBuilder();
                WriteMap(inner, map, indent + 2);
                text.Append(' ', indent).Append("- ").Append(inner, indent + 2, inner.Length - indent - 2);
            }
            else
            {
                text.Append(' ', indent).Append('-');
                WriteValue(text, item, indent + 2);
            }
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        true => "true",
        false => "false",
        string text => Plain().IsMatch(text) && !Words.Contains(text, StringComparer.OrdinalIgnoreCase) && !HelmPlaceholders.IsIn(text) ? text : JsonTree.ToText(text),
        JsonMap => "{}",
        JsonList => "[]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"{value.GetType()} is no part of JSON.", nameof(value)),
    };

    [GeneratedRegex(@"^[A-Za-z_/]([A-Za-z0-9 _./,()-]*[A-Za-z0-9_./)-])?$")]
    private static partial Regex Plain();
}
