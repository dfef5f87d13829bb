using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// A value beside what it was before the update, as far as the two can be matched up: fields and entries by name, items of
/// a list only by the keys of a list of type map.
/// </summary>
/// <param name="value">The new value.</param>
/// <param name="old">The old value.</param>
/// <param name="schema">The schema of both.</param>
internal sealed class Correlation(object? value, object? old, ValueSchema schema)
{
    private bool? _unchanged;
    private Dictionary<string, JsonMap>? _oldByKeys;

    /// <summary>Gets the old value; <see langword="null"/> where there was none.</summary>
    public object? Old { get; } = old;

    /// <summary>Gets whether the value is what it was.</summary>
    public bool IsUnchanged => _unchanged ??= Same(value, Old, schema);

    /// <summary>Follows a field or an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The correlation of the field, or <see langword="null"/> where it cannot be matched.</returns>
    public Correlation? Key(string name)
    {
        if (value is not JsonMap map || Old is not JsonMap oldMap || schema.Entry(name) is not { } entry
            || !map.TryGetValue(name, out var item) || !oldMap.TryGetValue(name, out var was))
        {
            return null;
        }

        return new(item, was, entry);
    }

    /// <summary>Follows an item of a list.</summary>
    /// <param name="index">Its place in the new list.</param>
    /// <returns>The correlation of the item, or <see langword="null"/> where it cannot be matched.</returns>
    public Correlation? Index(int index)
    {
        if (schema.ListType != "map" || schema.Items is null || value is not JsonList list || Old is not JsonList oldList)
        {
            return null;
        }

        if (_oldByKeys is null)
        {
            _oldByKeys = new(StringComparer.Ordinal);
            foreach (var item in oldList.Maps)
            {
                _oldByKeys.TryAdd(KeyOf(item, schema), item);
            }
        }

        return list[index] is JsonMap map && _oldByKeys.TryGetValue(KeyOf(map, schema), out var found)
            ? new(map, found, schema.Items)
            : null;
    }

    /// <summary>Gets what tells items of a list of type map apart.</summary>
    /// <param name="item">The item.</param>
    /// <param name="list">The list's schema.</param>
    /// <returns>The key fields' values as one text; two items with the same keys have the same.</returns>
    public static string KeyOf(JsonMap item, ValueSchema list)
    {
        var keys = new JsonList(list.ListMapKeys.Count);
        foreach (var key in list.ListMapKeys)
        {
            var part = item.ContainsKey(key) ? item[key] : list.Items?.Properties.GetValueOrDefault(key)?.Source["default"];
            keys.Add(part is double number && number == Math.Floor(number) && Math.Abs(number) < 1e15 ? (long)number : part);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{keys}");
    }

    private static bool Same(object? value, object? old, ValueSchema? schema)
    {
        switch (value, old)
        {
            case (JsonMap map, JsonMap oldMap):
                if (map.Count != oldMap.Count)
                {
                    return false;
                }

                foreach (var (key, item) in map)
                {
                    if (!oldMap.TryGetValue(key, out var was) || !Same(item, was, schema?.Entry(key)))
                    {
                        return false;
                    }
                }

                return true;
            case (JsonList list, JsonList oldList) when schema is { ListType: "map", Items: not null }:
                if (list.Count != oldList.Count)
                {
                    return false;
                }

                var correlation = new Correlation(list, oldList, schema);
                for (var i = 0; i < list.Count; i++)
                {
                    if (correlation.Index(i) is not { IsUnchanged: true })
                    {
                        return false;
                    }
                }

                return true;
            default:
                return JsonTree.Equals(value, old);
        }
    }
}
