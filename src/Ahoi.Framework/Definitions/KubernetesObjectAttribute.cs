namespace Ahoi.Framework.Definitions;

/// <summary>
/// Says which kind a plain C# type is on the wire. The type has a property <c>Metadata</c> (of type
/// <see cref="Api.Objects.ObjectMeta"/>), and usually <c>Spec</c> and <c>Status</c>. Use
/// <see cref="CustomResourceAttribute"/> for kinds your operator defines itself.
/// </summary>
/// <param name="group">The API group; empty for the core group.</param>
/// <param name="version">The version, as in <c>v1</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public class KubernetesObjectAttribute(string group, string version) : Attribute
{
    /// <summary>Gets the API group.</summary>
    public string Group { get; } = group;

    /// <summary>Gets the version.</summary>
    public string Version { get; } = version;

    /// <summary>Gets or sets the kind.</summary>
    /// <value>The default is the type's name.</value>
    public string? Kind { get; set; }
}
