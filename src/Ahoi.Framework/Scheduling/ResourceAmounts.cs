using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Framework.Scheduling;

/// <summary>Amounts of resources by name: <c>cpu</c> in thousandths, everything else in whole units. Immutable.</summary>
public sealed class ResourceAmounts : IReadOnlyDictionary<string, long>
{
    /// <summary>No resources.</summary>
    public static readonly ResourceAmounts None = new([]);

    private readonly Dictionary<string, long> _amounts;

    private ResourceAmounts(Dictionary<string, long> amounts) => _amounts = amounts;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _amounts.Keys;

    /// <inheritdoc/>
    public IEnumerable<long> Values => _amounts.Values;

    /// <inheritdoc/>
    public int Count => _amounts.Count;

    /// <summary>Gets the amount of a resource; 0 where none is named.</summary>
    /// <param name="key">The resource.</param>
    public long this[string key] => _amounts.GetValueOrDefault(key);

    /// <summary>Reads quantities by name.</summary>
    /// <param name="json">The map, <c>status.allocatable</c> for example; <see langword="null"/> has no resources.</param>
    /// <returns>The amounts.</returns>
    /// <exception cref="FormatException">A value is not a quantity.</exception>
    public static ResourceAmounts Read(JsonMap? json)
    {
        if (json is null || json.Count == 0)
        {
            return None;
        }

        var amounts = new Dictionary<string, long>(json.Count, StringComparer.Ordinal);
        foreach (var (name, value) in json)
        {
            var quantity = Quantity.Parse(value?.ToString() ?? "");
            amounts[name] = name == "cpu" ? quantity.MilliValue : quantity.Value;
        }

        return new(amounts);
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _amounts.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out long value) => _amounts.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, long>> GetEnumerator() => _amounts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ResourceAmounts Plus(ResourceAmounts other) => Merge(other, static (a, b) => a + b);

    internal ResourceAmounts Minus(ResourceAmounts other) => Merge(other, static (a, b) => a - b);

    internal ResourceAmounts Larger(ResourceAmounts other) => Merge(other, Math.Max);

    internal ResourceAmounts With(ResourceAmounts instead) => Merge(instead, static (_, b) => b);

    internal ResourceAmounts With(string name, long amount) => Merge(new(new(StringComparer.Ordinal) { [name] = amount }), static (_, b) => b);

    internal bool Same(ResourceAmounts other) =>
        Count == other.Count && _amounts.All(a => other._amounts.TryGetValue(a.Key, out var amount) && amount == a.Value);

    private ResourceAmounts Merge(ResourceAmounts other, Func<long, long, long> combine)
    {
        if (other.Count == 0)
        {
            return this;
        }

        var merged = new Dictionary<string, long>(_amounts, StringComparer.Ordinal);
        foreach (var (name, amount) in other._amounts)
        {
            merged[name] = combine(merged.GetValueOrDefault(name), amount);
        }

        return new(merged);
    }
}
