using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.Node;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane;

/// <summary>Brings what leads into pods to the nodes of this process.</summary>
internal sealed class ClusterStreams : IPodStreams
{
    /// <summary>Gets or sets what finds a node by its name.</summary>
    public Func<string, LocalNode?> Find { get; set; } = _ => null;

    public Task? HandleAsync(HttpContext http, string node, ObjectKey pod, string uid, string subresource) =>
        Find(node)?.HandleAsync(http, pod, uid, subresource);
}
