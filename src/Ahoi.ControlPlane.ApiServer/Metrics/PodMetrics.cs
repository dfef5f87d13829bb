using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Metrics;

/// <summary>Makes <c>PodMetrics</c>: of pods that run.</summary>
internal sealed class PodMetrics(ServerParts parts, IResourceMetrics metrics, ResourceStorage pods) : MetricsObjects(parts, pods)
{
    protected override JsonMap? Make(CachedObject about, ApiRequest request)
    {
        if (about.Field("status.phase") != "Running" || about.Field("spec.nodeName") is not { Length: > 0 } node
            || metrics.OfPod(node, about.Field("metadata.uid")) is not { Count: > 0 } containers)
        {
            return null;
        }

        var value = Begin(about, request);
        UsageText.Stamp(value, containers.MinBy(c => c.Time)!);
        value["containers"] = new JsonList(containers.Select(c => new JsonMap { ["name"] = c.Name, ["usage"] = UsageText.Of(c) }));
        return value;
    }
}
