namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Where the scale subresource finds its numbers in an object.</summary>
/// <param name="SpecReplicas">The wanted number, as in <c>spec.replicas</c>.</param>
/// <param name="StatusReplicas">The actual number, as in <c>status.replicas</c>.</param>
/// <param name="Selector">The label selector: a map under built-in kinds, a string in custom ones; may be missing.</param>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? Selector)
{
    public static readonly ScalePaths BuiltIn = new("spec.replicas", "status.replicas", "spec.selector");
}
