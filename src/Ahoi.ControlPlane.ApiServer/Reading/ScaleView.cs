using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Shows an object as its Scale.</summary>
internal static class ScaleView
{
    /// <summary>Gets the Scale of an object.</summary>
    /// <exception cref="ApiException">500 for a custom object without the number of replicas.</exception>
    public static JsonMap Of(ApiRequest request, JsonMap value)
    {
        var paths = request.Subresource!.Scale ?? ScalePaths.BuiltIn;
        var own = value.Map("metadata") ?? [];
        var metadata = new JsonMap();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (own[field] is { } known)
            {
                metadata[field] = known;
            }
        }

        var wanted = At(value, paths.SpecReplicas) as long?;
        if (wanted is null && request.Resource.IsCustom && request.Verb == "get")
        {
            throw ApiErrors.Internal($"the spec replicas field \"{paths.SpecReplicas}\" does not exist");
        }

        var spec = new JsonMap();
        if (wanted is { } replicas and not 0)
        {
            spec["replicas"] = replicas;
        }

        var status = new JsonMap { ["replicas"] = At(value, paths.StatusReplicas) as long? ?? 0 };
        if (Selector(request.Resource, value, paths) is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        return new() { ["kind"] = "Scale", ["apiVersion"] = "autoscaling/v1", ["metadata"] = metadata, ["spec"] = spec, ["status"] = status };
    }

    /// <summary>Gets the value at a dotted path.</summary>
    public static object? At(JsonMap value, string path)
    {
        object? at = value;
        foreach (var part in path.TrimStart('.').Split('.'))
        {
            at = (at as JsonMap)?[part];
        }

        return at;
    }

    /// <summary>Sets the value at a dotted path; maps on the way are made.</summary>
    public static void Set(JsonMap value, string path, object? item)
    {
        var parts = path.TrimStart('.').Split('.');
        foreach (var part in parts[..^1])
        {
            value = value.EnsureMap(part);
        }

        value[parts[^1]] = item;
    }

    private static string? Selector(ServedResource resource, JsonMap value, ScalePaths paths) => paths.Selector is { } path
        ? At(value, path) switch
        {
            string text => text,
            JsonMap map when !resource.IsCustom && resource.Kind == "ReplicationController" => LabelSelector.FromLabels(map).ToString(),
            JsonMap map when !resource.IsCustom => LabelSelector.FromJson(map).ToString(),
            _ => null,
        }
        : null;
}
