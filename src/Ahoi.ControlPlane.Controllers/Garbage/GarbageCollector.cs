using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>
/// Deletes what has lost all of its owners, ends foreground deletions when what blocks them is gone, and releases dependents
/// of what is deleted as an orphaning. Works on every resource that the API server serves, custom ones too
/// (https://kubernetes.io/docs/concepts/architecture/garbage-collection/).
/// </summary>
internal sealed partial class GarbageCollector : BackgroundService
{
    private const string Component = "garbage-collector-controller";
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";
    private const int Workers = 8;

    private readonly ApiClient _client;
    private readonly CoreEvents _events;
    private readonly GarbageQueue _queue;
    private readonly GarbageGraph _graph;
    private readonly ResourceMonitors _monitors;
    private readonly string _manager;
    private readonly ILogger _logger;

    public GarbageCollector(ApiClient client, CoreEvents events, string manager, TimeProvider time, ILogger logger)
    {
        (_client, _events, _manager, _logger) = (client, events, manager, logger);
        _queue = new(time);
        _graph = new(_queue.Add);
        _monitors = new(client, _graph, time, logger);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _monitors.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)).Append(_monitors.RunAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (var uid in _queue.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            _queue.Begin(uid);
            try
            {
                await LookAtAsync(uid, cancellationToken).ConfigureAwait(false);
                _queue.Succeeded(uid);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Loop boundary: what fails is looked at again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(_logger, exception, uid);
                _ = _queue.RetryAsync(uid, cancellationToken);
            }
        }
    }

    private async Task LookAtAsync(string uid, CancellationToken cancellationToken)
    {
        if (_graph.Find(uid) is not { } node || (node.IsBeingDeleted && !node.AwaitsDependents && !node.Orphans))
        {
            return;
        }

        var resource = await ResourceOfAsync(node.Type, cancellationToken).ConfigureAwait(false);
        if (resource.Namespaced && node.Key.Namespace is null)
        {
            return; // The owner of something without a namespace, in a namespace nobody knows.
        }

        var key = resource.Namespaced ? node.Key : new(null, node.Key.Name);
        var live = await _client.FindAsync(resource.Resource, key, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false);
        if (live?.Uid != uid)
        {
            _graph.NoteAbsent(uid);
            return;
        }

        if (!node.WasSeen)
        {
            return; // Its watch will show it, and it is there.
        }

        if (node.Orphans)
        {
            await ReleaseDependentsAsync(resource, live, cancellationToken).ConfigureAwait(false);
        }
        else if (node.AwaitsDependents)
        {
            await AwaitDependentsAsync(node, resource, live, cancellationToken).ConfigureAwait(false);
        }
        else if (live.OwnerReferences.Count > 0)
        {
            await JudgeAsync(node, resource, live, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes an object whose owners are all gone; takes owners that are gone off one that has others.</summary>
    private async Task JudgeAsync(GarbageView node, ApiResource resource, RawObject live, CancellationToken cancellationToken)
    {
        var (solid, waiting, dangling) = (0, new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var reference in live.OwnerReferences)
        {
            switch (await StateOfAsync(reference, node, live, cancellationToken).ConfigureAwait(false))
            {
                case OwnerState.Missing:
                    dangling.Add(reference.Uid);
                    break;
                case OwnerState.AwaitsDependents:
                    waiting.Add(reference.Uid);
                    break;
                default:
                    solid++;
                    break;
            }
        }

        if (solid > 0)
        {
            if (dangling.Count + waiting.Count > 0)
            {
                await PatchOwnersAsync(
                    resource, live, live.OwnerReferences.Where(o => !dangling.Contains(o.Uid) && !waiting.Contains(o.Uid)), cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        string policy;
        if (waiting.Count > 0 && node.Dependents.Count > 0)
        {
            // The dependents go first, as its owner wants. Where they wait for each other, nobody blocks anybody.
            if (node.Dependents.Any(d => d.AwaitsDependents) && live.OwnerReferences.Any(o => o.BlockOwnerDeletion))
            {
                await PatchOwnersAsync(resource, live, live.OwnerReferences.Select(o => o with { BlockOwnerDeletion = false }), cancellationToken).ConfigureAwait(false);
                live = await _client.GetAsync(resource.Resource, live.Key, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false);
            }

            policy = "Foreground";
        }
        else
        {
            policy = live.Finalizers.Contains(Orphan) ? "Orphan" : live.Finalizers.Contains(Foreground) ? "Foreground" : "Background";
        }

        try
        {
            await _client.DeleteAsync(
                resource.Resource, live.Key, new() { Uid = live.Uid, ResourceVersion = live.ResourceVersion, PropagationPolicy = policy }, cancellationToken).ConfigureAwait(false);
            LogCollected(_logger, node.Type.Kind, live.Key, policy);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // Somebody else was faster.
        }
    }

    private async Task<OwnerState> StateOfAsync(OwnerReference reference, GarbageView node, RawObject live, CancellationToken cancellationToken)
    {
        var type = GroupVersionKind.Of(reference.ApiVersion, reference.Kind);
        var resource = await ResourceOfAsync(type, cancellationToken).ConfigureAwait(false);
        if (resource.Namespaced && live.Namespace is null)
        {
            // Impossible, but to delete for it would be worse.
            await WarnAsync(reference, node, live, cancellationToken).ConfigureAwait(false);
            return OwnerState.There;
        }

        var key = new ObjectKey(resource.Namespaced ? live.Namespace : null, reference.Name);
        var owner = await _client.FindAsync(resource.Resource, key, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false);
        if (owner is not null && owner.Uid == reference.Uid)
        {
            return owner.IsBeingDeleted && owner.Finalizers.Contains(Foreground) ? OwnerState.AwaitsDependents : OwnerState.There;
        }

        if (_graph.Find(reference.Uid) is { WasSeen: true } elsewhere && elsewhere.Key.Namespace != live.Namespace)
        {
            await WarnAsync(reference, node, live, cancellationToken).ConfigureAwait(false);
        }

        return OwnerState.Missing;
    }

    private Task WarnAsync(OwnerReference reference, GarbageView node, RawObject live, CancellationToken cancellationToken) =>
        _events.RecordAsync(
            _client,
            new(node.Type, live.Key, live.Uid),
            Component,
            new(
                EventType.Warning,
                "OwnerRefInvalidNamespace",
                $"ownerRef [{reference.ApiVersion}/{reference.Kind}, namespace: {live.Namespace}, name: {reference.Name}, uid: {reference.Uid}] does not exist in namespace \"{live.Namespace}\""),
            cancellationToken);

    /// <summary>Ends a foreground deletion that nothing blocks any more.</summary>
    private async Task AwaitDependentsAsync(GarbageView node, ApiResource resource, RawObject live, CancellationToken cancellationToken)
    {
        var blocking = node.Dependents.Where(d => d.Blocks).ToList();
        if (blocking.Count == 0)
        {
            if ((await DependentsAsync(live, cancellationToken).ConfigureAwait(false)).Any(d => d.Value.OwnerReferences.Any(o => o.Uid == live.Uid && o.BlockOwnerDeletion)))
            {
                _ = _queue.RetryAsync(node.Uid, cancellationToken); // The graph will know it in a moment.
                return;
            }

            await PatchFinalizersAsync(resource, live, Foreground, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (live.OwnerReferences.Any(o => o.BlockOwnerDeletion) && _graph.OwnsItself(live.Uid))
        {
            // In a circle each waits for the next; one has to stop blocking.
            await PatchOwnersAsync(resource, live, live.OwnerReferences.Select(o => o with { BlockOwnerDeletion = false }), cancellationToken).ConfigureAwait(false);
        }

        foreach (var dependent in blocking.Where(d => !d.AwaitsDependents))
        {
            _queue.Add(dependent.Uid);
        }
    }

    /// <summary>Takes an owner off all of its dependents, and lets it go then.</summary>
    private async Task ReleaseDependentsAsync(ApiResource resource, RawObject live, CancellationToken cancellationToken)
    {
        foreach (var (served, dependent) in await DependentsAsync(live, cancellationToken).ConfigureAwait(false))
        {
            await PatchOwnersAsync(served, dependent, dependent.OwnerReferences.Where(o => o.Uid != live.Uid), cancellationToken).ConfigureAwait(false);
        }

        await PatchFinalizersAsync(resource, live, Orphan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks the server for an object's dependents, kind by kind: what is missed in a graph that lags would be deleted, though
    /// its owner was to go without it, or outlive an owner that was to wait for it.
    /// </summary>
    private async Task<List<(ApiResource Resource, RawObject Value)>> DependentsAsync(RawObject owner, CancellationToken cancellationToken)
    {
        var found = new List<(ApiResource, RawObject)>();
        var catalog = await _client.Discovery.GetAsync(cancellationToken).ConfigureAwait(false);
        foreach (var resource in ResourceMonitors.Followed(catalog).Where(r => r.Namespaced || owner.Namespace is null))
        {
            await foreach (var page in _client.ListPagesAsync(resource.Resource, owner.Namespace, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false))
            {
                found.AddRange(page.Items.Where(i => i.OwnerReferences.Any(o => o.Uid == owner.Uid)).Select(i => (resource, i)));
            }
        }

        return found;
    }

    private async ValueTask<ApiResource> ResourceOfAsync(GroupVersionKind type, CancellationToken cancellationToken) =>
        await _client.Discovery.FindAsync(type, cancellationToken).ConfigureAwait(false)
        ?? throw new KeyNotFoundException($"The API server does not serve {type}; whether the object is there cannot be said.");

    private Task PatchOwnersAsync(ApiResource resource, RawObject live, IEnumerable<OwnerReference> owners, CancellationToken cancellationToken)
    {
        var list = new JsonList();
        foreach (var owner in owners)
        {
            var reference = new JsonMap { ["apiVersion"] = owner.ApiVersion, ["kind"] = owner.Kind, ["name"] = owner.Name, ["uid"] = owner.Uid };
            if (owner.Controller)
            {
                reference["controller"] = true;
            }

            if (owner.BlockOwnerDeletion)
            {
                reference["blockOwnerDeletion"] = true;
            }

            list.Add(reference);
        }

        return PatchAsync(resource, live, "ownerReferences", list, cancellationToken);
    }

    private Task PatchFinalizersAsync(ApiResource resource, RawObject live, string without, CancellationToken cancellationToken) =>
        live.Finalizers.Contains(without)
            ? PatchAsync(resource, live, "finalizers", new JsonList(live.Finalizers.Where(f => f != without)), cancellationToken)
            : Task.CompletedTask;

    private async Task PatchAsync(ApiResource resource, RawObject live, string field, JsonList value, CancellationToken cancellationToken)
    {
        var metadata = new JsonMap { ["uid"] = live.Uid, ["resourceVersion"] = live.ResourceVersion, [field] = value.Count == 0 ? null : value };
        try
        {
            await _client.PatchAsync(
                resource.Resource, live.Key, Patch.Merge(RequestBody.FromMap(new() { ["metadata"] = metadata })), new() { FieldManager = _manager }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone, and nothing is left to take off.
        }
    }

    private enum OwnerState
    {
        There,
        AwaitsDependents,
        Missing,
    }

    [LoggerMessage(2003, LogLevel.Debug, "The look at {Uid} failed; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string uid);

    [LoggerMessage(2004, LogLevel.Debug, "Collected {Kind} {Key}, whose owners are gone ({Policy})")]
    private static partial void LogCollected(ILogger logger, string kind, ObjectKey key, string policy);
}
