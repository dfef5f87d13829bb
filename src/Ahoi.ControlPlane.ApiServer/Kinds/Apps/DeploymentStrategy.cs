using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Deployments.</summary>
internal sealed class DeploymentStrategy : KindStrategy
{
    public DeploymentStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        base.PrepareUpdate(value, old, subresource);
        if (subresource == "status")
        {
            // Annotations may change through status, labels may not.
            CarryOver(value.EnsureMap("metadata"), old.Map("metadata") ?? [], "labels");
        }
    }

    /// <inheritdoc/>
    public override bool ChangesGeneration(JsonMap value, JsonMap old) =>
        base.ChangesGeneration(value, old)
        || !JsonTree.Equals(value.At("metadata", "annotations"), old.At("metadata", "annotations"));
}
