using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ahoi.Api.Objects;

/// <summary>A handful of names and texts, as labels and annotations are: one array, looked through from its start.</summary>
internal sealed class TextMap(KeyValuePair<string, string>[] entries) : IReadOnlyDictionary<string, string>
{
    public static readonly TextMap Empty = new([]);

    public int Count => entries.Length;

    public IEnumerable<string> Keys => entries.Select(e => e.Key);

    public IEnumerable<string> Values => entries.Select(e => e.Value);

    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        // From the end, because of a key given twice the last value counts.
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (string.Equals(entries[i].Key, key, StringComparison.Ordinal))
            {
                value = entries[i].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
