using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Network.Names;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>
/// Makes the network what the Services and endpoint slices of the cluster say. It looks at all of them at once, because what
/// is gone can only be told from the whole; the queue makes one look of many changes.
/// </summary>
internal sealed class ServiceController(ServiceTable table, ServiceProxy proxy, NameTable names, CoreEvents events)
{
    /// <summary>Who its events are from.</summary>
    public const string Component = "ahoi-proxy";

    private readonly ParsedObjects<ServiceView> _services = new(ServiceView.Read);
    private readonly ParsedObjects<SliceView> _slices = new(SliceView.Read);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets a task that ends when what there was at the start is served.</summary>
    public Task Begun => _begun.Task;

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var services = _services.Read(await context.ListAsync(NetworkKinds.Service, cancellationToken).ConfigureAwait(false));
        var slices = _slices.Read(await context.ListAsync(NetworkKinds.EndpointSlice, cancellationToken).ConfigureAwait(false));
        table.Update(services, slices);
        var (faults, again) = await proxy.ApplyAsync(table.Current.Values, cancellationToken).ConfigureAwait(false);
        names.Update(table.Current);
        _begun.TrySetResult();
        foreach (var fault in faults)
        {
            await events.RecordAsync(
                context.Client, InvolvedObject.Of(fault.Service), Component, new(EventType.Warning, fault.Reason, fault.Message), cancellationToken).ConfigureAwait(false);
        }

        foreach (var service in services)
        {
            await WriteBalancerAsync(service, context, cancellationToken).ConfigureAwait(false);
        }

        var description = Description.KeepingChildren().WithoutReadyCondition();
        return again is { } after ? description.LookAgainAfter(after) : description;
    }

    /// <summary>A load balancer is nothing but the cluster address: everything on this machine reaches that.</summary>
    private static async Task WriteBalancerAsync(ServiceView service, ReconcileContext context, CancellationToken cancellationToken)
    {
        var wanted = service is { WantsBalancer: true, ClusterIp: { } address }
            ? new JsonList { new JsonMap { ["ip"] = address.ToString(), ["ipMode"] = "VIP" } }
            : [];
        if (!service.WantsBalancer && (service.Balancer.Count == 0 || service.Raw.IsBeingDeleted) || JsonTree.Equals(wanted, service.Balancer))
        {
            return;
        }

        try
        {
            await context.Writes.PatchAsync(
                service.Raw, new() { ["status"] = new JsonMap { ["loadBalancer"] = new JsonMap { ["ingress"] = wanted } } }, cancellationToken, "status").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, and with it whoever would read its status.
        }
    }
}
