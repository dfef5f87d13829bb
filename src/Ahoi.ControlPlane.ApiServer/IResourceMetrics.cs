using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.ApiServer;

/// <summary>Knows what nodes and pods use at the moment: what <c>metrics.k8s.io</c> serves.</summary>
public interface IResourceMetrics
{
    /// <summary>Gets what a node uses.</summary>
    /// <param name="node">The node's name.</param>
    /// <returns>The figures, or <see langword="null"/> where they are not known.</returns>
    UsageSample? OfNode(string node);

    /// <summary>Gets what the containers of a pod use.</summary>
    /// <param name="node">The pod's node.</param>
    /// <param name="uid">The pod's uid.</param>
    /// <returns>The figures of all containers that run; none where those of one of them are not known yet.</returns>
    IReadOnlyList<UsageSample> OfPod(string node, string uid);
}
