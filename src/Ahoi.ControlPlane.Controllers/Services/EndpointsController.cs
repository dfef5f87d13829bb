using System.Net.Sockets;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Services;

/// <summary>Keeps the Endpoints of services that select pods. Newer readers use endpoint slices.</summary>
internal sealed class EndpointsController(ServiceIndex index)
{
    private const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    private const string Manager = "endpoint-controller";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private const int MostAddresses = 1000;

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
                // The namespace ends, or the endpoints went in between, which comes back here.
            }
        }

        return Description.KeepingChildren();
    }

    /// <summary>Deletes Endpoints whose service is gone: they have no owner that would say so.</summary>
    public static async ValueTask<Description> ReconcileLeftoverAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.Raw.Labels.GetValueOrDefault(ManagedBy) == Manager
            && await context.FindAsync(Kinds.Service, context.Key, cancellationToken).ConfigureAwait(false) is null
            && await context.Client.FindAsync(new("", "v1", "services"), context.Key, null, cancellationToken).ConfigureAwait(false) is null)
        {
            await context.Writes.DeleteAsync(context.Raw, cancellationToken).ConfigureAwait(false);
        }

        return Description.KeepingChildren();
    }

    private static async Task WriteAsync(JsonMap service, ReconcileContext context, CancellationToken cancellationToken)
    {
        var pods = await ServicePods.ListAsync(context, service, cancellationToken).ConfigureAwait(false);
        var family = service.Map("spec")?.List("ipFamilies")?.Texts.FirstOrDefault() == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var all = ServicePods.PublishesAll(service);
        var found = pods
            .Where(p => all || !p.Raw.IsBeingDeleted)
            .Select(p => (p.Raw, p.Pod, Address: ServicePods.AddressOf(p.Pod, family), Ready: all || PodState.IsReady(p.Pod)))
            .Where(p => p.Address is not null)
            .OrderByDescending(p => p.Ready)
            .ToList();
        var subsets = Subsets(service, found.Take(MostAddresses).Select(p => (Entry(service, p.Raw, p.Pod, p.Address!), p.Pod, p.Ready)));
        var labels = ServicePods.LabelsOf(service, (ManagedBy, Manager));
        if (await context.FindAsync(Kinds.Endpoints, context.Key, cancellationToken).ConfigureAwait(false) is not { } present)
        {
            var metadata = new JsonMap { ["name"] = context.Key.Name, ["namespace"] = context.Key.Namespace, ["labels"] = labels };
            if (found.Count > MostAddresses)
            {
                metadata["annotations"] = new JsonMap { [OverCapacity] = "truncated" };
            }

            var made = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Endpoints", ["metadata"] = metadata };
            if (subsets.Count > 0)
            {
                made["subsets"] = subsets;
            }

            await context.Writes.CreateAsync(made, cancellationToken).ConfigureAwait(false);
            return;
        }

        var before = present.ToMap();
        var change = new JsonMap();
        if (!JsonTree.Equals(before.List("subsets") ?? [], subsets))
        {
            change["subsets"] = subsets.Count == 0 ? null : subsets;
        }

        if (JsonDifference.Between(before.Map("metadata")?.Map("labels") ?? [], labels) is { Count: > 0 } relabelled)
        {
            change.EnsureMap("metadata")["labels"] = relabelled;
        }

        if (present.Annotations.ContainsKey(OverCapacity) != found.Count > MostAddresses)
        {
            change.EnsureMap("metadata")["annotations"] = new JsonMap { [OverCapacity] = found.Count > MostAddresses ? "truncated" : null };
        }

        if (change.Count > 0)
        {
            await context.Writes.PatchAsync(present, change, cancellationToken, guarded: true).ConfigureAwait(false);
        }
    }

    private static JsonMap Entry(JsonMap service, RawObject raw, JsonMap pod, string address)
    {
        var entry = new JsonMap { ["ip"] = address };
        if (ServicePods.HostnameOf(service, pod) is { } hostname)
        {
            entry["hostname"] = hostname;
        }

        if (pod.Map("spec")?.Text("nodeName") is { Length: > 0 } node)
        {
            entry["nodeName"] = node;
        }

        entry["targetRef"] = ServicePods.Target(raw);
        return entry;
    }

    /// <summary>Puts addresses with the same ports together.</summary>
    private static JsonList Subsets(JsonMap service, IEnumerable<(JsonMap Entry, JsonMap Pod, bool Ready)> found)
    {
        var subsets = new SortedDictionary<string, (JsonList Ports, List<JsonMap> Ready, List<JsonMap> NotReady)>(StringComparer.Ordinal);
        foreach (var (entry, pod, ready) in found)
        {
            var ports = ServicePods.PortsOn(service, pod, withApplication: true);
            foreach (var unnamed in ports.Maps.Where(p => p.Text("name") is ""))
            {
                unnamed.Remove("name"); // What is empty is left out here, and kept in slices.
            }

            if (ports.Count == 0 && !ServicePods.IsHeadless(service))
            {
                continue;
            }

            var key = JsonTree.ToText(ports);
            if (!subsets.TryGetValue(key, out var subset))
            {
                subsets[key] = subset = (ports, [], []);
            }

            (ready ? subset.Ready : subset.NotReady).Add(entry);
        }

        var list = new JsonList();
        foreach (var (ports, ready, notReady) in subsets.Values)
        {
            var subset = new JsonMap();
            Put(subset, "addresses", ready);
            Put(subset, "notReadyAddresses", notReady);
            if (ports.Count > 0)
            {
                subset["ports"] = ports;
            }

            list.Add(subset);
        }

        return list;

        static void Put(JsonMap subset, string field, List<JsonMap> addresses)
        {
            if (addresses.Count > 0)
            {
                subset[field] = new JsonList(addresses.OrderBy(a => a.Text("ip"), StringComparer.Ordinal));
            }
        }
    }
}
