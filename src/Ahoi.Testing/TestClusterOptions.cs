namespace Ahoi.Testing;

/// <summary>What a <see cref="TestCluster"/> is made of.</summary>
public sealed record TestClusterOptions
{
    /// <summary>Gets whether the built-in controllers run: garbage collection, namespaces, Deployments and the rest. Pods are
    /// made by them, and run nowhere.</summary>
    /// <value>The default is <see langword="false"/>: a Deployment is an object that nothing comes of.</value>
    public bool Controllers { get; init; }
}
