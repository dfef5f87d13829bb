namespace Ahoi.Framework.Definitions;

/// <summary>The format of a string or number, as in <c>ipv4</c>.</summary>
/// <param name="format">The format.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string format) : Attribute
{
    /// <summary>Gets the format.</summary>
    public string Format { get; } = format;
}
