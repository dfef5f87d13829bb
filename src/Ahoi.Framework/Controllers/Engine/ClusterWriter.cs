using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Writes for a controller, and puts every answer into the cache at once.</summary>
internal sealed class ClusterWriter(ApiClient client, ClusterCache cache, string fieldManager) : IClusterWriter
{
    private readonly WriteOptions _kept = new() { FieldManager = fieldManager, ManagedFields = cache.ManagedFields };

    public bool LooksAhead => false;

    public async Task<RawObject> ApplyAsync(
        ApiResource resource, ObjectKey key, JsonMap content, RawObject? live, string? subresource, string why, CancellationToken cancellationToken)
    {
        var written = await client.ApplyAsync(
            resource.Resource, key, live is null ? content : WithUid(content, live.Uid), fieldManager, force: true, subresource is null ? _kept : _kept with { Subresource = subresource }, cancellationToken).ConfigureAwait(false);
        return Observed(written);
    }

    public async Task DeleteAsync(ApiResource resource, RawObject value, CancellationToken cancellationToken)
    {
        try
        {
            var left = await client.DeleteAsync(
                resource.Resource, value.Key, new() { Uid = value.Uid, PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
            if (left is { IsBeingDeleted: true, Finalizers.Count: > 0 } or { IsBeingDeleted: true, Kind: "Pod" })
            {
                Observed(RawObject.Parse(left.Json, cache.ManagedFields));
            }
            else if (left is null)
            {
                cache.ObserveGone(value.Type, value.Key, value.Uid);
            }
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            cache.ObserveGone(value.Type, value.Key, value.Uid);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            await Incarnations.RequireGoneAsync(client, resource.Resource, value, exception, cancellationToken).ConfigureAwait(false);
            cache.ObserveGone(value.Type, value.Key, value.Uid);
        }
    }

    public async Task<RawObject> AddFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        var operations = new JsonList
        {
            Operation("test", "/metadata/uid", value.Uid),
            Operation("test", "/metadata/resourceVersion", value.ResourceVersion),
            value.Finalizers.Count == 0
                ? Operation("add", "/metadata/finalizers", new JsonList { finalizer })
                : Operation("add", "/metadata/finalizers/-", finalizer),
        };
        return Observed(await PatchAsync(resource, value.Key, operations, cancellationToken).ConfigureAwait(false));
    }

    public async Task RemoveFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        var at = value.Finalizers.ToList().IndexOf(finalizer);
        var path = $"/metadata/finalizers/{at}";
        var operations = new JsonList
        {
            Operation("test", "/metadata/uid", value.Uid),
            Operation("test", path, finalizer),
            new JsonMap { ["op"] = "remove", ["path"] = path },
        };
        try
        {
            var left = await PatchAsync(resource, value.Key, operations, cancellationToken).ConfigureAwait(false);
            if (left.Finalizers.Count == 0)
            {
                cache.ObserveGone(value.Type, value.Key, value.Uid);
            }
            else
            {
                Observed(left);
            }
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            cache.ObserveGone(value.Type, value.Key, value.Uid);
        }
    }

    private Task<RawObject> PatchAsync(ApiResource resource, ObjectKey key, JsonList operations, CancellationToken cancellationToken) =>
        client.PatchAsync(resource.Resource, key, Patch.Json(operations), _kept, cancellationToken);

    private RawObject Observed(RawObject written)
    {
        cache.Traces.Note(written);
        cache.Observe(written);
        return written;
    }

    /// <summary>A copy that shares everything but its metadata.</summary>
    private static JsonMap WithUid(JsonMap content, string uid)
    {
        var copy = new JsonMap(content.Count + 1);
        foreach (var (key, value) in content)
        {
            copy[key] = value;
        }

        var metadata = content.Map("metadata")?.DeepClone() ?? [];
        metadata["uid"] = uid;
        copy["metadata"] = metadata;
        return copy;
    }

    private static JsonMap Operation(string op, string path, object value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
