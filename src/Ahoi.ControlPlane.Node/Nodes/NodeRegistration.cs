using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Usage;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.ControlPlane.Node.Pods;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Nodes;

/// <summary>Makes the node's object, says what it has and that it is well, and renews its lease, from which others see that it
/// still runs.</summary>
internal sealed partial class NodeRegistration(ApiClient client, string name, string address, Amounts capacity, PodAddresses addresses, NodeImages images, TimeProvider time, ILogger logger)
{
    private const long LeaseSeconds = 40; // As the kubelet has it.
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Report = TimeSpan.FromMinutes(5);

    /// <summary>Makes the object, or takes over the one of an earlier run, and reports once.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var labels = new JsonMap
        {
            ["beta.kubernetes.io/arch"] = MachineFacts.Architecture,
            ["beta.kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = MachineFacts.Architecture,
            ["kubernetes.io/hostname"] = name,
            ["kubernetes.io/os"] = "linux",
        };
        try
        {
            await client.CreateAsync(NodeKinds.Nodes, null, RequestBody.FromMap(new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["metadata"] = new JsonMap { ["name"] = name, ["labels"] = labels },
                ["spec"] = new JsonMap { ["podCIDR"] = addresses.Block, ["podCIDRs"] = new JsonList { addresses.Block } },
            }), new() { FieldManager = PodController.Component }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            await client.PatchAsync(
                NodeKinds.Nodes, new(null, name), Patch.Merge(RequestBody.FromMap(new() { ["metadata"] = new JsonMap { ["labels"] = labels } })), new() { FieldManager = PodController.Component }, cancellationToken)
                .ConfigureAwait(false);
        }

        await RenewAsync(cancellationToken).ConfigureAwait(false);
        await ReportAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renews and reports until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reported = time.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Renewal, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                var node = await client.FindAsync(NodeKinds.Nodes, new(null, name), cancellationToken: cancellationToken).ConfigureAwait(false);
                if (node is null)
                {
                    await RegisterAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (time.GetUtcNow() - reported >= Report || !IsReady(node.ToMap()) || images.HaveChanged(node.ToMap()))
                {
                    reported = time.GetUtcNow();
                    await ReportAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is ApiException or TransportException)
            {
                LogFailed(logger, exception, name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static bool IsReady(JsonMap node) => (node.Map("status")?.List("conditions")?.Maps ?? []).Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var spec = new JsonMap
        {
            ["holderIdentity"] = name,
            ["leaseDurationSeconds"] = LeaseSeconds,
            ["renewTime"] = ApiTime.WriteMicro(time.GetUtcNow()),
        };
        var key = new ObjectKey("kube-node-lease", name);
        try
        {
            await client.PatchAsync(NodeKinds.Leases, key, Patch.Merge(RequestBody.FromMap(new() { ["spec"] = spec })), new() { FieldManager = PodController.Component }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            await client.CreateAsync(NodeKinds.Leases, key.Namespace, RequestBody.FromMap(new()
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonMap { ["name"] = name },
                ["spec"] = spec,
            }), new() { FieldManager = PodController.Component }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        var node = (await client.GetAsync(NodeKinds.Nodes, new(null, name), cancellationToken: cancellationToken).ConfigureAwait(false)).ToMap();
        var now = ApiTime.Write(time.GetUtcNow());
        var conditions = new JsonList();
        foreach (var (type, status, reason, message) in new[]
        {
            ("MemoryPressure", "False", "KubeletHasSufficientMemory", "the node has sufficient memory available"),
            ("DiskPressure", "False", "KubeletHasNoDiskPressure", "the node has no disk pressure"),
            ("PIDPressure", "False", "KubeletHasSufficientPID", "the node has sufficient processes available"),
            ("Ready", "True", "KubeletReady", "the node is posting ready status"),
        })
        {
            var before = (node.Map("status")?.List("conditions")?.Maps ?? []).FirstOrDefault(c => c.Text("type") == type);
            conditions.Add(new JsonMap
            {
                ["type"] = type,
                ["status"] = status,
                ["reason"] = reason,
                ["message"] = message,
                ["lastHeartbeatTime"] = now,
                ["lastTransitionTime"] = before?.Text("status") == status ? before["lastTransitionTime"] : now,
            });
        }

        var amounts = capacity.ToMap();
        var report = new JsonMap
        {
            ["addresses"] = new JsonList { new JsonMap { ["type"] = "InternalIP", ["address"] = address }, new JsonMap { ["type"] = "Hostname", ["address"] = name } },
            ["capacity"] = amounts,
            ["allocatable"] = amounts.DeepClone(),
            ["conditions"] = conditions,
            ["images"] = images.Write(),
            ["nodeInfo"] = MachineFacts.Info(),
        };
        await client.PatchAsync(
            NodeKinds.Nodes, new(null, name), Patch.Merge(RequestBody.FromMap(new() { ["status"] = report })), new() { FieldManager = PodController.Component, Subresource = "status" }, cancellationToken)
            .ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 9002, Level = LogLevel.Warning, Message = "Node {Name} cannot report to the API server; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string name);
}
