namespace Ahoi.Framework.Definitions;

/// <summary>
/// A column of <c>kubectl get</c>. On a property, path and type follow from the property; on a type both are given.
/// </summary>
/// <param name="name">The column's title.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true, Inherited = false)]
public sealed class PrinterColumnAttribute(string name) : Attribute
{
    /// <summary>Gets the column's title.</summary>
    public string Name { get; } = name;

    /// <summary>Gets or sets the path of the value, as in <c>.spec.image</c>.</summary>
    public string? JsonPath { get; set; }

    /// <summary>Gets or sets the value's type: <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</summary>
    public string? Type { get; set; }

    /// <summary>Gets or sets the value's format.</summary>
    public string? Format { get; set; }

    /// <summary>Gets or sets what the column shows.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets the priority; columns above 0 are shown by <c>-o wide</c> alone.</summary>
    public int Priority { get; set; }
}
