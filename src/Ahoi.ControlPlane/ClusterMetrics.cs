using Ahoi.Api.Usage;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.Node;

namespace Ahoi.ControlPlane;

/// <summary>Asks the nodes of this process what they and their pods use.</summary>
internal sealed class ClusterMetrics : IResourceMetrics
{
    /// <summary>Gets or sets what finds a node by its name.</summary>
    public Func<string, LocalNode?> Find { get; set; } = _ => null;

    public UsageSample? OfNode(string node) => Find(node)?.Usage;

    public IReadOnlyList<UsageSample> OfPod(string node, string uid) => Find(node)?.UsageOf(uid) ?? [];
}
