namespace Ahoi.Framework.Definitions;

/// <summary>Makes a plain C# type a custom resource: its CustomResourceDefinition comes from the type.</summary>
/// <param name="group">The API group, as in <c>stable.example.com</c>.</param>
/// <param name="version">The version, as in <c>v1</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CustomResourceAttribute(string group, string version) : KubernetesObjectAttribute(group, version)
{
    /// <summary>Gets or sets the name in paths.</summary>
    /// <value>The default is the kind's English plural in lower case.</value>
    public string? Plural { get; set; }

    /// <summary>Gets or sets the name of one object on the command line.</summary>
    /// <value>The default is the kind in lower case.</value>
    public string? Singular { get; set; }

    /// <summary>Gets or sets the short names.</summary>
    public string[] ShortNames { get; set; } = [];

    /// <summary>Gets or sets the categories, as <c>all</c> in <c>kubectl get all</c>.</summary>
    public string[] Categories { get; set; } = [];

    /// <summary>Gets or sets where the objects live.</summary>
    /// <value>The default is <see cref="ResourceScope.Namespaced"/>.</value>
    public ResourceScope Scope { get; set; }

    /// <summary>Gets or sets whether objects are stored in this version; exactly one version of a kind is.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Storage { get; set; } = true;

    /// <summary>Gets or sets whether the version is served.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Served { get; set; } = true;

    /// <summary>Gets or sets what users of this version are warned of; not null makes the version deprecated, empty gives
    /// the server's own warning.</summary>
    public string? DeprecationWarning { get; set; }
}
