using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Controllers;

/// <summary>
/// Writes of a reconciler that no description can say: which of several equal objects goes, for example. Every answer is in
/// the cache before the write returns, so that the next reconcile counts with it. What a description can say is better
/// described: it is compared first, pruned and planned.
/// </summary>
public sealed class ReconcileWrites
{
    private readonly ApiClient _client;
    private readonly ClusterCache _cache;
    private readonly string _fieldManager;

    internal ReconcileWrites(ApiClient client, ClusterCache cache, string fieldManager)
    {
        _client = client;
        _cache = cache;
        _fieldManager = fieldManager;
    }

    /// <summary>Creates an object.</summary>
    /// <param name="value">The object, with apiVersion, kind and name or generateName.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<RawObject> CreateAsync(JsonMap value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        var kind = GroupVersionKind.Of(value.Text("apiVersion") ?? "", value.Text("kind") ?? "");
        var resource = await ResourceOfAsync(kind, cancellationToken).ConfigureAwait(false);
        var @namespace = value.Map("metadata")?.Text("namespace");
        return Observed(await _client.CreateAsync(
            resource, @namespace, RequestBody.FromMap(value), new() { FieldManager = _fieldManager }, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Changes an object by a JSON merge patch.</summary>
    /// <param name="value">The object as it is known; only this incarnation is changed.</param>
    /// <param name="change">The patch; it is completed with the uid.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <param name="subresource">The subresource, as in <c>status</c>.</param>
    /// <param name="guarded">Whether the object must not have changed meanwhile.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="ApiException">The server refused; 409 where the object is another one, or has changed and
    /// <paramref name="guarded"/> is set.</exception>
    public async Task<RawObject> PatchAsync(
        RawObject value, JsonMap change, CancellationToken cancellationToken, string? subresource = null, bool guarded = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(change);
        var patch = change.DeepClone();
        var metadata = patch.EnsureMap("metadata");
        metadata["uid"] = value.Uid;
        if (guarded)
        {
            metadata["resourceVersion"] = value.ResourceVersion;
        }

        var resource = await ResourceOfAsync(value.Type, cancellationToken).ConfigureAwait(false);
        var written = await _client.PatchAsync(
            resource, value.Key, Patch.Merge(RequestBody.FromMap(patch)), new() { FieldManager = _fieldManager, Subresource = subresource }, cancellationToken).ConfigureAwait(false);
        if (metadata.ContainsKey("finalizers") && written is { IsBeingDeleted: true, Finalizers.Count: 0, Kind: not "Namespace" } && written.ToMap().Map("metadata")?.Integer("deletionGracePeriodSeconds") is null or 0)
        {
            // The last finalizer went, and the object with it; the answer has no version that would say so.
            _cache.ObserveGone(written.Type, written.Key, written.Uid);
            return written;
        }

        return Observed(written);
    }

    /// <summary>Makes an object's status what it should be: what differs is written, and nothing where nothing does. That the
    /// object is gone already is as good.</summary>
    /// <param name="value">The object as it is known; only this incarnation is changed.</param>
    /// <param name="wanted">The whole status; other fields are taken away.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>When the server has answered.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task WriteStatusAsync(RawObject value, JsonMap wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(wanted);
        var change = JsonDifference.Between(value.ToMap().Map("status") ?? [], wanted);
        if (change.Count == 0)
        {
            return;
        }

        try
        {
            await PatchAsync(value, new() { ["status"] = change }, cancellationToken, "status").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone, and with it whoever would read its status.
        }
    }

    /// <summary>Deletes an object; that it is gone already is as good.</summary>
    /// <param name="value">The object; only this incarnation is deleted.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <param name="options">How; in the background where left out. The uid is added.</param>
    /// <returns>When the server has answered.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task DeleteAsync(RawObject value, CancellationToken cancellationToken, DeleteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        var resource = await ResourceOfAsync(value.Type, cancellationToken).ConfigureAwait(false);
        try
        {
            var left = await _client.DeleteAsync(
                resource, value.Key, (options ?? new() { PropagationPolicy = "Background" }) with { Uid = value.Uid }, cancellationToken).ConfigureAwait(false);
            // A pod goes when its node has ended it, unless it is not waited for.
            if (left is { IsBeingDeleted: true, Finalizers.Count: > 0 } || (left is { IsBeingDeleted: true, Kind: "Pod" } && options?.GracePeriod != TimeSpan.Zero))
            {
                Observed(left);
                return;
            }

            if (left is not null && options?.GracePeriod != TimeSpan.Zero)
            {
                return;
            }
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone.
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            await Incarnations.RequireGoneAsync(_client, resource, value, exception, cancellationToken).ConfigureAwait(false);
        }

        _cache.ObserveGone(value.Type, value.Key, value.Uid);
    }

    private async ValueTask<GroupVersionResource> ResourceOfAsync(GroupVersionKind kind, CancellationToken cancellationToken) =>
        (await _cache.Of(kind).ReadyAsync(cancellationToken).ConfigureAwait(false)).Resource;

    private RawObject Observed(RawObject written)
    {
        var kept = RawObject.Parse(written.Json, _cache.ManagedFields);
        _cache.Traces.Note(kept);
        _cache.Observe(kept);
        return kept;
    }
}
