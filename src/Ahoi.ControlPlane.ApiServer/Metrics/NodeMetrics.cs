using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Metrics;

/// <summary>Makes <c>NodeMetrics</c>.</summary>
internal sealed class NodeMetrics(ServerParts parts, IResourceMetrics metrics, ResourceStorage nodes) : MetricsObjects(parts, nodes)
{
    protected override JsonMap? Make(CachedObject about, ApiRequest request)
    {
        if (metrics.OfNode(about.Name.ToString()) is not { } sample)
        {
            return null;
        }

        var value = Begin(about, request);
        UsageText.Stamp(value, sample);
        value["usage"] = UsageText.Of(sample);
        return value;
    }
}
