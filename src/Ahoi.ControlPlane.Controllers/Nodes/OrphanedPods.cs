using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>Deletes pods whose node's object is gone for 40 seconds: nobody is left who would end them.</summary>
internal sealed class OrphanedPods
{
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40); // As Kubernetes' pod garbage collector waits.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _missed = new(StringComparer.Ordinal);

    public async ValueTask<Description> ReconcileAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (pod.At("spec", "nodeName") is not string { Length: > 0 } name)
        {
            return description;
        }

        if (await context.FindAsync(Kinds.Node, new(null, name), cancellationToken).ConfigureAwait(false) is not null)
        {
            _missed.TryRemove(context.Raw.Uid, out _);
            return description;
        }

        var now = context.Time.GetUtcNow();
        var left = _missed.GetOrAdd(context.Raw.Uid, now) + Quarantine - now;
        if (left > TimeSpan.Zero)
        {
            return description.LookAgainAfter(left);
        }

        if (!PodState.IsFinished(pod))
        {
            await DisruptionTarget.MarkAsync(context, context.Raw, "DeletionByPodGC", "PodGC: node no longer exists", cancellationToken, "Failed").ConfigureAwait(false);
        }

        await context.Writes.DeleteAsync(context.Raw, cancellationToken, new() { GracePeriod = TimeSpan.Zero }).ConfigureAwait(false);
        _missed.TryRemove(context.Raw.Uid, out _);
        return description;
    }
}
