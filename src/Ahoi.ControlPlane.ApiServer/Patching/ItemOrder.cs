using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>Where the items of a list stand, by merge key or, for scalars, by value.</summary>
internal sealed class ItemOrder
{
    private readonly Dictionary<string, int> _places;
    private readonly string? _key;

    /// <summary>Reads a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="key">The merge key, or <see langword="null"/> for scalars.</param>
    public ItemOrder(JsonList list, string? key)
    {
        _key = key;
        _places = new(list.Count, StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            Add(list[i], i);
        }
    }

    /// <summary>Gets what tells an item from others.</summary>
    /// <param name="item">The item.</param>
    /// <param name="key">The merge key, or <see langword="null"/> for scalars.</param>
    /// <returns>The name; the same for equal values.</returns>
    public static string NameOf(object? item, string? key) => JsonTree.ToText(key is null ? item : (item as JsonMap)?[key]);

    /// <summary>Adds an item, unless one of its name is there.</summary>
    /// <param name="item">The item.</param>
    /// <param name="place">Its place.</param>
    public void Add(object? item, int place) => _places.TryAdd(NameOf(item, _key), place);

    /// <summary>Finds an item's place.</summary>
    /// <param name="item">The item, or another of the same name.</param>
    /// <returns>The first place, or -1.</returns>
    public int IndexOf(object? item) => _places.GetValueOrDefault(NameOf(item, _key), -1);
}
