namespace Ahoi.Framework.Definitions;

/// <summary>A list whose items are known by some of their fields, so that several managers can own items of it.</summary>
/// <param name="keys">The fields, as the wire spells them.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    /// <summary>Gets the fields.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
