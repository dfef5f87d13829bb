using System.Globalization;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The path of a field as Kubernetes' causes spell it: <c>spec.versions[0].schema.properties[a]</c>.</summary>
/// <param name="Text">The path, or <see langword="null"/> for the whole object, which Kubernetes spells <c>&lt;nil&gt;</c>.</param>
internal readonly record struct FieldPath(string? Text)
{
    /// <summary>Gets the path of a whole object.</summary>
    public static FieldPath Root => default;

    /// <summary>Gets the path of a field.</summary>
    /// <param name="name">The field's name.</param>
    /// <returns>The path.</returns>
    public FieldPath Child(string name) => new(Text is null ? name : $"{Text}.{name}");

    /// <summary>Gets the path of an item of a list.</summary>
    /// <param name="index">The item's place.</param>
    /// <returns>The path.</returns>
    public FieldPath Index(int index) => new($"{Text}[{index.ToString(CultureInfo.InvariantCulture)}]");

    /// <summary>Gets the path of an entry of a map.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The path.</returns>
    public FieldPath Key(string key) => new($"{Text}[{key}]");

    /// <summary>Gets the path of what OpenAPI validation reports relative to this place.</summary>
    /// <param name="relative">The relative path, possibly with a leading dot; empty for this place.</param>
    /// <returns>The path.</returns>
    public FieldPath Below(string relative) => relative.Length == 0 || relative == "." ? this : Child(relative[0] == '.' ? relative[1..] : relative);

    /// <inheritdoc/>
    public override string ToString() => Text ?? "<nil>";
}
