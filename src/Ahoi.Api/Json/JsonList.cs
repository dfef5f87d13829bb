using System.Collections.ObjectModel;

namespace Ahoi.Api.Json;

/// <summary>
/// A JSON array. Its items are what <see cref="JsonMap"/> names; C# list patterns take it apart
/// (<c>containers is [JsonMap first, ..]</c>).
/// </summary>
public sealed class JsonList : Collection<object?>
{
    /// <summary>Makes an empty list.</summary>
    public JsonList()
    {
    }

    /// <summary>Makes an empty list with room for <paramref name="capacity"/> items.</summary>
    /// <param name="capacity">How many items fit before the list grows.</param>
    public JsonList(int capacity)
        : base(new List<object?>(capacity))
    {
    }

    /// <summary>Makes a list of <paramref name="items"/>, in their order.</summary>
    /// <param name="items">The items.</param>
    public JsonList(IEnumerable<object?> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            Add(item);
        }
    }

    /// <summary>Gets the items that are maps.</summary>
    public IEnumerable<JsonMap> Maps => this.OfType<JsonMap>();

    /// <summary>Gets the items that are strings.</summary>
    public IEnumerable<string> Texts => this.OfType<string>();

    /// <summary>Makes a copy that shares nothing mutable with this list.</summary>
    /// <returns>The copy.</returns>
    public JsonList DeepClone()
    {
        var copy = new JsonList(Count);
        foreach (var item in this)
        {
            copy.Items.Add(JsonTree.DeepClone(item));
        }

        return copy;
    }

    /// <summary>Gets this list as compact JSON.</summary>
    /// <returns>The JSON text.</returns>
    public override string ToString() => JsonTree.ToText(this);

    /// <inheritdoc/>
    protected override void InsertItem(int index, object? item) => base.InsertItem(index, JsonTree.Normalize(item));

    /// <inheritdoc/>
    protected override void SetItem(int index, object? item) => base.SetItem(index, JsonTree.Normalize(item));
}
