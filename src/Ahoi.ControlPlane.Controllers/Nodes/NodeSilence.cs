using System.Collections.Concurrent;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>
/// Notices nodes that have fallen silent: whose lease was not renewed for 40 seconds. What is known of them becomes Unknown, and
/// their pods unready. A node without a lease never spoke, and is believed what its object says.
/// </summary>
internal sealed class NodeSilence
{
    private const string LeaseNamespace = "kube-node-lease";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40); // Kubernetes' node monitor grace period was this for long.
    private static readonly string[] Known = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    // By when a renewal was seen here, not by when it says it was: the node's clock may be another.
    private readonly ConcurrentDictionary<string, (string Renewal, DateTimeOffset Seen)> _heard = new(StringComparer.Ordinal);

    public async ValueTask<Description> ReconcileAsync(JsonMap node, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var lease = await context.FindAsync(Kinds.Lease, new(LeaseNamespace, context.Key.Name), cancellationToken).ConfigureAwait(false);
        if (lease?.ToMap().At("spec", "renewTime") is not string renewal)
        {
            return description;
        }

        var now = context.Time.GetUtcNow();
        var (_, seen) = _heard.AddOrUpdate(context.Raw.Uid, (renewal, now), (_, before) => before.Renewal == renewal ? before : (renewal, now));
        if (seen + Patience - now is var left && left > TimeSpan.Zero)
        {
            return description.LookAgainAfter(left);
        }

        if (PodState.Condition(node, "Ready")?.Text("status") is null or "Unknown")
        {
            return description;
        }

        await MarkUnknownAsync(node, context, PodState.Write(now), cancellationToken).ConfigureAwait(false);
        foreach (var pod in await context.ListAsync(Kinds.Pod, cancellationToken).ConfigureAwait(false))
        {
            await MarkUnreadyAsync(pod, context, cancellationToken).ConfigureAwait(false);
        }

        return description.WithEvent("NodeNotReady", $"Node {context.Key.Name} status is now: NodeNotReady");
    }

    private static async Task MarkUnknownAsync(JsonMap node, ReconcileContext context, string now, CancellationToken cancellationToken)
    {
        var conditions = new JsonList();
        foreach (var condition in node.Map("status")?.List("conditions")?.Maps ?? [])
        {
            var changed = condition.DeepClone();
            if (Known.Contains(condition.Text("type")))
            {
                changed["status"] = "Unknown";
                changed["reason"] = "NodeStatusUnknown";
                changed["message"] = "Kubelet stopped posting node status.";
                changed["lastTransitionTime"] = now;
            }

            conditions.Add(changed);
        }

        await context.Writes.PatchAsync(
            context.Raw, new() { ["status"] = new JsonMap { ["conditions"] = conditions } }, cancellationToken, "status", guarded: true).ConfigureAwait(false);
    }

    private static async Task MarkUnreadyAsync(RawObject raw, ReconcileContext context, CancellationToken cancellationToken)
    {
        var pod = raw.ToMap();
        if (pod.At("spec", "nodeName") is not string node || node != context.Key.Name || !PodState.IsReady(pod))
        {
            return;
        }

        var conditions = pod.Map("status")!.List("conditions")!; // It is ready, which one of them says.
        var ready = conditions.Maps.First(c => c.Text("type") == "Ready");
        ready["status"] = "False";
        ready["reason"] = "NodeNotReady";
        ready["lastTransitionTime"] = PodState.Write(context.Time.GetUtcNow());
        try
        {
            await context.Writes.PatchAsync(raw, new() { ["status"] = new JsonMap { ["conditions"] = conditions } }, cancellationToken, "status", guarded: true).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, or somebody who knows more has written.
        }
    }
}
