using System.Collections.Concurrent;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Usage;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Ahoi.Framework.Supervision;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Brings what the API server says of the node's pods to their workers, and what the workers know back.</summary>
internal sealed class PodController(
    NodeServices node, string name, string address, Amounts allocatable, PodAddresses addresses, Supervisor supervisor, CoreEvents events, Action<ObjectKey> wake)
{
    /// <summary>The component that events name.</summary>
    public const string Component = "kubelet";

    private static readonly ObjectKey ApiServerService = new("default", "kubernetes");

    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, string> _uids = new();

    /// <summary>Gets the pods that are known, with their workers.</summary>
    public IEnumerable<PodWorker> Workers => _workers.Values;

    /// <summary>Gets or sets what the pods of a namespace can name: lines of a hosts file.</summary>
    public Func<string, IReadOnlyList<string>> Names { get; init; } = _ => [];

    /// <summary>Finds the worker of a pod.</summary>
    public PodWorker? Find(ObjectKey key, string? uid = null) =>
        _uids.TryGetValue(key, out var known) && (uid is null || uid == known) ? _workers.GetValueOrDefault(known) : null;

    public async ValueTask<Description> ReconcileAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren().WithoutReadyCondition();
        if (pod.Map("spec")?.Text("nodeName") != name)
        {
            return description;
        }

        var uid = context.Raw.Uid;
        if (_uids.TryGetValue(context.Key, out var former) && former != uid)
        {
            Forget(context.Key, former);
        }

        if (!_workers.TryGetValue(uid, out var worker))
        {
            if (context.Raw.IsBeingDeleted || pod.At("status", "phase") is "Succeeded" or "Failed")
            {
                // Nothing of it runs here.
                await EndAsync(context, cancellationToken).ConfigureAwait(false);
                return description;
            }

            worker = await StartAsync(pod, context, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            worker.Update(Facts(pod, uid), await SourcesAsync(pod, context, cancellationToken).ConfigureAwait(false));
        }

        if (context.Raw.IsBeingDeleted)
        {
            var grace = pod.Map("metadata")?.Integer("deletionGracePeriodSeconds") ?? 30;
            worker.Stop(TimeSpan.FromSeconds(grace));
        }

        if (!await WriteStatusAsync(pod, worker, context, cancellationToken).ConfigureAwait(false))
        {
            return description.LookAgainAfter(TimeSpan.FromMilliseconds(20));
        }

        if (worker.Completion.IsCompleted && context.Raw.IsBeingDeleted)
        {
            await EndAsync(context, cancellationToken).ConfigureAwait(false);
        }

        return description;
    }

    /// <summary>Ends what is left of a pod that is gone without having been waited for.</summary>
    public void Gone(ObjectKey key)
    {
        if (_uids.TryGetValue(key, out var uid))
        {
            Forget(key, uid);
        }
    }

    /// <summary>Writes the names that pods know into their hosts files.</summary>
    public void WriteHosts(PodWorker worker)
    {
        var text = PodHosts.Write(worker.Facts, worker.HostName, Names(worker.Facts.Namespace));
        try
        {
            Directory.CreateDirectory(worker.Folder);
            if (!File.Exists(worker.HostsFile) || File.ReadAllText(worker.HostsFile) != text)
            {
                // In place, because it is this file that the sandboxes show.
                using var file = new FileStream(worker.HostsFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                file.SetLength(file.Position);
            }
        }
        catch (IOException)
        {
            // The pod's folder is going away.
        }
    }

    /// <summary>Writes the names that pods know into all hosts files.</summary>
    public void WriteAllHosts()
    {
        foreach (var worker in _workers.Values)
        {
            WriteHosts(worker);
        }
    }

    private async Task<PodWorker> StartAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var (key, uid) = (context.Key, context.Raw.Uid);
        var raw = context.Raw;
        var client = context.Client;
        var worker = new PodWorker(
            node,
            Facts(pod, uid),
            await SourcesAsync(pod, context, cancellationToken).ConfigureAwait(false),
            () => wake(key),
            (container, warning, reason, message) => _ = events.RecordAsync(
                client,
                InvolvedObject.Of(raw, container is null ? null : $"spec.{ListOf(pod, container)}{{{container}}}"),
                Component,
                new(warning ? EventType.Warning : EventType.Normal, reason, message),
                CancellationToken.None));
        _workers[uid] = worker;
        _uids[key] = uid;
        WriteHosts(worker);
        await supervisor.StartChildAsync(new()
        {
            Id = uid,
            Restart = RestartPolicy.Temporary,
            Type = ChildType.Supervisor,
            Shutdown = TimeSpan.FromSeconds(6),
            Start = _ =>
            {
                worker.Start();
                return ValueTask.FromResult<IRunningChild?>(worker);
            },
        }).ConfigureAwait(false);
        return worker;
    }

    private static string ListOf(JsonMap pod, string container) => Array.Find(
        ["containers", "initContainers"], list => (pod.Map("spec")?.List(list)?.Maps ?? []).Any(c => c.Text("name") == container)) ?? "ephemeralContainers";

    private PodFacts Facts(JsonMap pod, string uid)
    {
        var host = pod.Map("spec")?.Flag("hostNetwork") == true;
        return new(pod, host ? address : addresses.Take(uid, pod.At("status", "podIP") as string), address, allocatable);
    }

    private static async Task<PodSources> SourcesAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var sources = new PodSources();
        foreach (var (kind, name) in PodReferences.Of(pod).Distinct())
        {
            var type = kind switch
            {
                "ConfigMap" => NodeKinds.ConfigMap,
                "Secret" => NodeKinds.Secret,
                _ => NodeKinds.Claim,
            };
            var found = await context.FindAsync(type, new(context.Key.Namespace, name), cancellationToken).ConfigureAwait(false);
            sources.Set(kind, name, found);
            if (kind == "PersistentVolumeClaim" && found?.ToMap().Map("spec")?.Text("volumeName") is { Length: > 0 } volume)
            {
                sources.Set("PersistentVolume", volume, await context.FindAsync(NodeKinds.Volume, new(null, volume), cancellationToken).ConfigureAwait(false));
            }
        }

        sources.ApiServer = await context.FindAsync(NodeKinds.Service, ApiServerService, cancellationToken).ConfigureAwait(false);
        if (pod.Map("spec")?.Flag("enableServiceLinks") != false)
        {
            sources.Services = await context.ListAsync(NodeKinds.Service, cancellationToken, context.Key.Namespace).ConfigureAwait(false);
        }

        return sources;
    }

    /// <summary>Writes what is known of a pod.</summary>
    /// <returns>Whether the pod was still as it is known.</returns>
    private async Task<bool> WriteStatusAsync(JsonMap pod, PodWorker worker, ReconcileContext context, CancellationToken cancellationToken)
    {
        var wanted = PodStatus.Of(pod, worker.Report(), address, context.Time.GetUtcNow());
        var change = JsonDifference.Between(pod.Map("status") ?? [], wanted);
        if (change.Count == 0)
        {
            return true;
        }

        try
        {
            // Guarded, because others set conditions in the same list.
            await context.Writes.PatchAsync(context.Raw, new() { ["status"] = change }, cancellationToken, "status", guarded: true).ConfigureAwait(false);
            return true;
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            return false;
        }
    }

    private async Task EndAsync(ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.Raw.IsBeingDeleted)
        {
            await context.Writes.DeleteAsync(context.Raw, cancellationToken, new() { GracePeriod = TimeSpan.Zero }).ConfigureAwait(false);
            Forget(context.Key, context.Raw.Uid);
        }
    }

    private void Forget(ObjectKey key, string uid)
    {
        _uids.TryRemove(new(key, uid));
        if (_workers.TryRemove(uid, out var worker))
        {
            worker.Stop(TimeSpan.Zero);
            _ = CleanAsync(uid, worker);
        }
        else
        {
            addresses.Release(uid);
            PodFolders.Delete(Path.Combine(node.Folder, uid));
        }
    }

    private async Task CleanAsync(string uid, PodWorker worker)
    {
        await worker.Completion.ConfigureAwait(false);
        addresses.Release(uid);
        PodFolders.Delete(worker.Folder);
    }
}
