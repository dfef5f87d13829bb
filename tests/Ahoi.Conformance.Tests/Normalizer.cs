using System.Text.RegularExpressions;
using Ahoi.Api.Json;

namespace Ahoi.Conformance.Tests;

/// <summary>Replaces what differs from run to run by placeholders, one numbering a scenario.</summary>
internal sealed partial class Normalizer(string @namespace, string id)
{
    private readonly Dictionary<string, int> _uids = [];
    private readonly Dictionary<string, int> _versions = [];

    public string Text(string text) =>
        text.Replace(@namespace, "{ns}", StringComparison.Ordinal).Replace(id, "{id}", StringComparison.Ordinal);

    public object? Walk(object? value, string? key = null)
    {
        switch (value)
        {
            case JsonMap map:
                return WalkMap(map);
            case JsonList list:
                IEnumerable<object?> items = list;
                if (key == "managedFields")
                {
                    items = list.Maps.OrderBy(m => m.Text("manager") ?? "", StringComparer.Ordinal)
                        .ThenBy(m => m.Text("operation") ?? "", StringComparer.Ordinal)
                        .ThenBy(m => m.Text("subresource") ?? "", StringComparer.Ordinal)
                        .ThenBy(m => m.Text("apiVersion") ?? "", StringComparer.Ordinal);
                }

                return new JsonList(items.Select(i => Walk(i, key)));
            case string text when Time().IsMatch(text):
                return "<time>";
            case string text when Uid().IsMatch(text):
                return $"<uid:{Number(_uids, text)}>";
            case string text when ServiceAddress().IsMatch(text):
                return "<ip>";
            case string text:
                return Text(text);
            default:
                return value;
        }
    }

    private JsonMap WalkMap(JsonMap map)
    {
        var isList = map["items"] is JsonList || map.Text("kind") is { } kind && (kind == "Table" || kind.EndsWith("List", StringComparison.Ordinal));
        var output = new JsonMap();
        foreach (var (rawKey, item) in map.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var key = Text(rawKey);
            switch (item)
            {
                case string text when key is "message" or "description":
                    output[key] = text.Length > 0 ? "<text>" : "";
                    break;
                case JsonMap metadata when key == "metadata" && isList:
                    output[key] = WalkListMetadata(metadata);
                    break;
                case string version when key == "resourceVersion" && version.Length > 0 && version.All(char.IsAsciiDigit):
                    output[key] = $"<rv:{Number(_versions, version)}>";
                    break;
                case JsonList cells when key == "cells":
                    output[key] = new JsonList(cells.Select(c => c is string text && Age().IsMatch(text) ? "<age>" : Walk(c)));
                    break;
                default:
                    if (key != "cacheTTL")
                    {
                        output[key] = Walk(item, key);
                    }

                    break;
            }
        }

        return output;
    }

    private JsonMap WalkListMetadata(JsonMap metadata)
    {
        var output = new JsonMap();
        foreach (var (key, item) in metadata.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            output[key] = (key, item) switch
            {
                ("resourceVersion", string { Length: > 0 }) => "<any-rv>",
                ("continue", string { Length: > 0 }) => "<continue>",
                _ => Walk(item, key),
            };
        }

        return output;
    }

    private static int Number(Dictionary<string, int> numbers, string text)
    {
        if (!numbers.TryGetValue(text, out var number))
        {
            numbers[text] = number = numbers.Count + 1;
        }

        return number;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^10\.(0|96)\.\d+\.\d+$")]
    private static partial Regex ServiceAddress();

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex Uid();

    [GeneratedRegex(@"^(\d+[dhms])+$|^<invalid>$")]
    private static partial Regex Age();
}
