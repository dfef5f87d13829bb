namespace Ahoi.Framework.Definitions;

/// <summary>Gives a custom resource the scale subresource.</summary>
/// <param name="specReplicasPath">Where the wanted number is, as in <c>.spec.replicas</c>.</param>
/// <param name="statusReplicasPath">Where the present number is, as in <c>.status.replicas</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ScaleAttribute(string specReplicasPath, string statusReplicasPath) : Attribute
{
    /// <summary>Gets where the wanted number is.</summary>
    public string SpecReplicasPath { get; } = specReplicasPath;

    /// <summary>Gets where the present number is.</summary>
    public string StatusReplicasPath { get; } = statusReplicasPath;

    /// <summary>Gets or sets where the label selector of the replicas is.</summary>
    public string? LabelSelectorPath { get; set; }
}
