using Ahoi.Api.Json;

namespace Ahoi.Conformance.Tests;

/// <summary>Says where two JSON values differ.</summary>
internal static class JsonDifferences
{
    private const int Shown = 160;

    public static IEnumerable<string> Between(object? want, object? got, string path = "")
    {
        switch (want, got)
        {
            case (JsonMap a, JsonMap b):
                foreach (var key in a.Keys.Union(b.Keys).Order(StringComparer.Ordinal))
                {
                    if (!b.ContainsKey(key))
                    {
                        yield return $"{path}.{key}: missing (want {Show(a[key])})";
                    }
                    else if (!a.ContainsKey(key))
                    {
                        yield return $"{path}.{key}: not wanted ({Show(b[key])})";
                    }
                    else
                    {
                        foreach (var difference in Between(a[key], b[key], $"{path}.{key}"))
                        {
                            yield return difference;
                        }
                    }
                }

                break;
            case (JsonList a, JsonList b) when a.Count == b.Count:
                for (var i = 0; i < a.Count; i++)
                {
                    foreach (var difference in Between(a[i], b[i], $"{path}[{i}]"))
                    {
                        yield return difference;
                    }
                }

                break;
            case (JsonList a, JsonList b):
                yield return $"{path}: want {a.Count} items, got {b.Count}";
                break;
            default:
                if (!JsonTree.Equals(want, got))
                {
                    yield return $"{path}: want {Show(want)}, got {Show(got)}";
                }

                break;
        }
    }

    private static string Show(object? value)
    {
        var text = JsonTree.ToText(value);
        return text.Length > Shown ? text[..Shown] : text;
    }
}
