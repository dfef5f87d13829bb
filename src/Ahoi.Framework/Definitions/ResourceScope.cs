namespace Ahoi.Framework.Definitions;

/// <summary>Where the objects of a kind live.</summary>
public enum ResourceScope
{
    /// <summary>In namespaces.</summary>
    Namespaced,

    /// <summary>In the cluster as a whole.</summary>
    Cluster,
}
