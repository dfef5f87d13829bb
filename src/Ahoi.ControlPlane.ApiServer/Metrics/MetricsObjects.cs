using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Metrics;

/// <summary>Answers reads of metrics: one object for each stored object, of the same name and labels, whose figures are known.</summary>
internal abstract class MetricsObjects(ServerParts parts, ResourceStorage about) : IComputedObjects
{
    public async ValueTask<JsonMap> GetAsync(ApiRequest request)
    {
        await parts.Feed.CatchUpAsync(about, request.Aborted).ConfigureAwait(false);
        var name = request.Namespace.Length == 0 ? request.Name : $"{request.Namespace}/{request.Name}";
        var found = about.Cache.Find(about.KeyOf(request.Resource.Namespaced ? request.Namespace : null, request.Name))
            ?? throw ApiErrors.NotFound(new("", "v1", request.Resource.Plural), name);
        return Make(found, request)
            ?? throw ApiErrors.NotFound(request.Resource.Resource with { Resource = request.Resource.Kind.ToLowerInvariant() }, name);
    }

    public async ValueTask<JsonList> ListAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request.Query, request.Resource, watch: false);
        await parts.Feed.CatchUpAsync(about, request.Aborted).ConfigureAwait(false);
        var prefix = request.Namespace.Length == 0 ? about.Prefix : $"{about.Prefix}{request.Namespace}/";
        return new(about.Cache.Snapshot(prefix, out _)
            .Where(o => (options.Labels.IsEmpty || options.Labels.Matches(o.Labels)) && options.Fields.Matches(o))
            .Select(o => Make(o, request))
            .OfType<JsonMap>());
    }

    /// <summary>Makes the metrics of an object, or none where its figures are not known.</summary>
    protected abstract JsonMap? Make(CachedObject about, ApiRequest request);

    /// <summary>Makes what the metrics of all kinds have.</summary>
    protected static JsonMap Begin(CachedObject about, ApiRequest request)
    {
        var metadata = new JsonMap { ["name"] = about.Name.ToString() };
        if (request.Resource.Namespaced)
        {
            metadata["namespace"] = about.Namespace.ToString();
        }

        metadata["creationTimestamp"] = ApiTime.Write(request.Now);
        if (about.Labels.Count > 0)
        {
            var labels = new JsonMap();
            foreach (var (key, value) in about.Labels)
            {
                labels[key] = value;
            }

            metadata["labels"] = labels;
        }

        return new() { ["kind"] = request.Resource.Kind, ["apiVersion"] = request.Resource.ApiVersion, ["metadata"] = metadata };
    }
}
