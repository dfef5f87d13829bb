using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>How one step of a path into an object is named; in the order in which sets are written.</summary>
internal enum PathElementKind : byte
{
    /// <summary>A field or a map's key.</summary>
    Field,

    /// <summary>An item of a list by the values of its key fields.</summary>
    Key,

    /// <summary>An item of a set by its value.</summary>
    Value,

    /// <summary>An item of a list by its place.</summary>
    Index,
}

/// <summary>One step of a path into an object.</summary>
/// <param name="Kind">How the step is named.</param>
/// <param name="Text">The field's name, or the key or value as canonical JSON.</param>
internal readonly record struct PathElement(PathElementKind Kind, string Text) : IComparable<PathElement>
{
    /// <summary>Names a field.</summary>
    /// <param name="name">The field's name.</param>
    /// <returns>The step.</returns>
    public static PathElement Field(string name) => new(PathElementKind.Field, name);

    /// <summary>Reads a step as managed fields write it: <c>f:name</c>, <c>k:{...}</c>, <c>v:...</c>, <c>i:3</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The step, or <see langword="null"/> if the text is none.</returns>
    public static PathElement? Parse(string text)
    {
        if (text.Length < 2 || text[1] != ':')
        {
            return null;
        }

        var rest = text[2..];
        try
        {
            return text[0] switch
            {
                'f' => new PathElement(PathElementKind.Field, rest),
                'i' when int.TryParse(rest, out _) => new PathElement(PathElementKind.Index, rest),
                'v' => new PathElement(PathElementKind.Value, Canonical(rest)),
                'k' when Canonical(rest) is ['{', ..] canonical => new PathElement(PathElementKind.Key, canonical),
                _ => null,
            };
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>Names an item of a list by its key fields.</summary>
    /// <param name="keys">The fields, sorted by name.</param>
    /// <returns>The step.</returns>
    public static PathElement OfKeys(JsonMap keys) => new(PathElementKind.Key, JsonTree.ToText(keys));

    /// <summary>Names an item of a set.</summary>
    /// <param name="value">The item.</param>
    /// <returns>The step.</returns>
    public static PathElement OfValue(object? value) => new(PathElementKind.Value, JsonTree.ToText(value));

    /// <summary>Gets the step as managed fields write it.</summary>
    /// <returns>The text.</returns>
    public string ToWire() => Kind switch
    {
        PathElementKind.Field => "f:" + Text,
        PathElementKind.Key => "k:" + Text,
        PathElementKind.Value => "v:" + Text,
        _ => "i:" + Text,
    };

    /// <summary>Gets the step as paths for people write it: <c>.name</c>, <c>[name="a"]</c>, <c>[="a"]</c>, <c>[3]</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Kind switch
    {
        PathElementKind.Field => "." + Text,
        PathElementKind.Key => $"[{string.Join(',', JsonTree.ParseMap(Text).Select(k => $"{k.Key}={JsonTree.ToText(k.Value)}"))}]",
        PathElementKind.Value => $"[={Text}]",
        _ => $"[{Text}]",
    };

    /// <inheritdoc/>
    public int CompareTo(PathElement other) =>
        Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public bool Equals(PathElement other) =>
        Kind == other.Kind && (ReferenceEquals(Text, other.Text) || string.Equals(Text, other.Text, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Text, StringComparison.Ordinal) ^ (int)Kind;

    private static string Canonical(string json)
    {
        var value = JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        if (value is not JsonMap { Count: > 1 } map)
        {
            return JsonTree.ToText(value);
        }

        var sorted = new JsonMap(map.Count);
        foreach (var (key, item) in map.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            sorted[key] = item;
        }

        return JsonTree.ToText(sorted);
    }
}
