using System.Net.Sockets;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Services;

/// <summary>
/// Keeps the endpoint slices of services that select pods: one set for each family of addresses and each list of ports, a
/// hundred endpoints in each. An endpoint stays in the slice it is in, so that watchers see little change.
/// </summary>
internal sealed class EndpointSliceController(ServiceIndex index)
{
    private const string ServiceName = "kubernetes.io/service-name";
    private const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    private const string Manager = "endpointslice-controller.k8s.io";
    private const string Zone = "topology.kubernetes.io/zone";
    private const int MostEndpoints = 100;

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        index.Note(context.Key, ServicePods.Selects(value));
        if (ServicePods.Selects(value) && !context.Raw.IsBeingDeleted)
        {
            try
            {
                await WriteAsync(value, context, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 403 or 404)
            {
                // The namespace ends, or a slice went in between, which comes back here.
            }
        }

        return Description.KeepingChildren();
    }

    private static async Task WriteAsync(JsonMap service, ReconcileContext context, CancellationToken cancellationToken)
    {
        var sets = await SetsAsync(service, context, cancellationToken).ConfigureAwait(false);
        var slices = (await context.ListAsync(
                Kinds.EndpointSlice,
                cancellationToken,
                context.Raw.Namespace,
                s => !s.IsBeingDeleted && s.Labels.GetValueOrDefault(ServiceName) == context.Raw.Name && s.Labels.GetValueOrDefault(ManagedBy) == Manager).ConfigureAwait(false))
            .OrderBy(s => s.Name, StringComparer.Ordinal)
            .Select(s => (Raw: s, Slice: s.ToMap()))
            .ToList();
        var labels = ServicePods.LabelsOf(service, (ServiceName, context.Raw.Name), (ManagedBy, Manager));
        foreach (var set in sets)
        {
            var kept = slices.Where(s => s.Slice.Text("addressType") == set.Family && SamePorts(s.Slice, set.Ports)).ToList();
            if (kept.Count == 0)
            {
                // One whose ports nobody has any more serves as well as a new one.
                kept = [.. slices.Where(s => s.Slice.Text("addressType") == set.Family && !sets.Exists(o => o.Family == set.Family && SamePorts(s.Slice, o.Ports))).Take(1)];
            }

            slices.RemoveAll(s => kept.Exists(k => k.Raw.Uid == s.Raw.Uid));
            await FillAsync(context, set, kept, labels, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (raw, _) in slices)
        {
            await context.Writes.DeleteAsync(raw, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a set of endpoints into the slices it has, and into new ones what they do not take.</summary>
    private static async Task FillAsync(
        ReconcileContext context, EndpointSet set, List<(RawObject Raw, JsonMap Slice)> slices, JsonMap labels, CancellationToken cancellationToken)
    {
        var left = set.Endpoints.ToDictionary(e => e.Map("targetRef")!.Text("uid")!, StringComparer.Ordinal);
        var contents = new List<(RawObject Raw, JsonMap Slice, JsonList Endpoints)>();
        foreach (var (raw, slice) in slices)
        {
            var endpoints = new JsonList();
            foreach (var before in slice.List("endpoints")?.Maps ?? [])
            {
                if (before.Map("targetRef")?.Text("uid") is { } uid && left.Remove(uid, out var now))
                {
                    endpoints.Add(now);
                }
            }

            contents.Add((raw, slice, endpoints));
        }

        var more = new Queue<JsonMap>(left.Values);
        foreach (var (_, _, endpoints) in contents)
        {
            while (endpoints.Count < MostEndpoints && more.TryDequeue(out var next))
            {
                endpoints.Add(next);
            }
        }

        var needed = contents.Exists(c => c.Endpoints.Count > 0) || more.Count > 0;
        for (var at = 0; at < contents.Count; at++)
        {
            var (raw, slice, endpoints) = contents[at];
            if (endpoints.Count == 0 && (needed || at > 0))
            {
                await context.Writes.DeleteAsync(raw, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await ChangeAsync(context, raw, slice, endpoints, set.Ports, labels, cancellationToken).ConfigureAwait(false);
        }

        while (more.Count > 0 || contents.Count == 0)
        {
            var endpoints = new JsonList();
            while (endpoints.Count < MostEndpoints && more.TryDequeue(out var next))
            {
                endpoints.Add(next);
            }

            var made = Owned.New(
                Kinds.EndpointSlice,
                context.Raw,
                new() { ["generateName"] = context.Raw.Name + "-", ["labels"] = labels.DeepClone() },
                new() { ["addressType"] = set.Family, ["endpoints"] = endpoints, ["ports"] = set.Ports.DeepClone() });
            await context.Writes.CreateAsync(made, cancellationToken).ConfigureAwait(false);
            if (more.Count == 0)
            {
                return;
            }
        }
    }

    private static async Task ChangeAsync(
        ReconcileContext context, RawObject raw, JsonMap slice, JsonList endpoints, JsonList ports, JsonMap labels, CancellationToken cancellationToken)
    {
        var change = new JsonMap();
        if (!JsonTree.Equals(slice.List("endpoints") ?? [], endpoints))
        {
            change["endpoints"] = endpoints;
        }

        if (!SamePorts(slice, ports))
        {
            change["ports"] = ports.DeepClone();
        }

        if (JsonDifference.Between(slice.Map("metadata")?.Map("labels") ?? [], labels) is { Count: > 0 } relabelled)
        {
            change["metadata"] = new JsonMap { ["labels"] = relabelled };
        }

        if (change.Count > 0)
        {
            await context.Writes.PatchAsync(raw, change, cancellationToken, guarded: true).ConfigureAwait(false);
        }
    }

    private static async Task<List<EndpointSet>> SetsAsync(JsonMap service, ReconcileContext context, CancellationToken cancellationToken)
    {
        var pods = await ServicePods.ListAsync(context, service, cancellationToken).ConfigureAwait(false);
        var all = ServicePods.PublishesAll(service);
        var families = service.Map("spec")?.List("ipFamilies")?.Texts.ToList() is { Count: > 0 } given ? given : ["IPv4"];
        var sets = new List<EndpointSet>();
        foreach (var family in families)
        {
            var first = sets.Count;
            foreach (var (raw, pod) in pods)
            {
                var node = await NodeOfAsync(context, pod, cancellationToken).ConfigureAwait(false);
                if (ServicePods.AddressOf(pod, family == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork) is not { } address || (node is null && !all))
                {
                    continue; // On no node that is known there is nothing to be reached.
                }

                var ports = ServicePods.PortsOn(service, pod, withApplication: true);
                var set = sets.Skip(first).FirstOrDefault(s => JsonTree.Equals(s.Ports, ports));
                if (set is null)
                {
                    sets.Add(set = new(family, ports, []));
                }

                set.Endpoints.Add(Endpoint(service, raw, pod, address, node, all));
            }

            if (sets.Count == first)
            {
                sets.Add(new(family, [], [])); // An empty slice says that there is nothing, which no slice does not.
            }
        }

        return sets;
    }

    private static JsonMap Endpoint(JsonMap service, RawObject raw, JsonMap pod, string address, RawObject? node, bool all)
    {
        var (serving, terminating) = (PodState.IsReady(pod), raw.IsBeingDeleted);
        var endpoint = new JsonMap
        {
            ["addresses"] = new JsonList { address },
            ["conditions"] = new JsonMap { ["ready"] = all || (serving && !terminating), ["serving"] = serving, ["terminating"] = terminating },
        };
        if (ServicePods.HostnameOf(service, pod) is { } hostname)
        {
            endpoint["hostname"] = hostname;
        }

        endpoint["targetRef"] = ServicePods.Target(raw);
        if (pod.Map("spec")?.Text("nodeName") is { Length: > 0 } name)
        {
            endpoint["nodeName"] = name;
        }

        if (node?.Labels.GetValueOrDefault(Zone) is { } zone)
        {
            endpoint["zone"] = zone;
        }

        return endpoint;
    }

    private static async ValueTask<RawObject?> NodeOfAsync(ReconcileContext context, JsonMap pod, CancellationToken cancellationToken) =>
        pod.Map("spec")?.Text("nodeName") is { Length: > 0 } name ? await context.FindAsync(Kinds.Node, new(null, name), cancellationToken).ConfigureAwait(false) : null;

    private static bool SamePorts(JsonMap slice, JsonList ports) => JsonTree.Equals(slice.List("ports") ?? [], ports);

    private sealed record EndpointSet(string Family, JsonList Ports, List<JsonMap> Endpoints);
}
