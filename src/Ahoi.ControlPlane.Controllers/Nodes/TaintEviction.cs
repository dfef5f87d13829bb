using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>Deletes pods whose node has a NoExecute taint that they do not tolerate, or not for so long.</summary>
internal sealed class TaintEviction
{
    // Taints do not always say since when they are there; then it counts from when they were seen first.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    public async ValueTask<Description> ReconcileAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (pod.At("spec", "nodeName") is not string { Length: > 0 } name || PodState.IsFinished(pod))
        {
            return description;
        }

        var node = await context.FindAsync(Kinds.Node, new(null, name), cancellationToken).ConfigureAwait(false);
        var taints = (node?.ToMap().Map("spec")?.List("taints")?.Maps ?? []).Where(t => t.Text("effect") == "NoExecute").ToList();
        if (taints.Count == 0)
        {
            _seen.TryRemove(context.Raw.Uid, out _);
            return description;
        }

        if (Limit(pod.Map("spec")?.List("tolerations")?.Maps ?? [], taints) is not { } limit)
        {
            return description;
        }

        var now = context.Time.GetUtcNow();
        var left = limit > TimeSpan.Zero ? _seen.GetOrAdd(context.Raw.Uid, now) + limit - now : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
        {
            return description.LookAgainAfter(left);
        }

        _seen.TryRemove(context.Raw.Uid, out _);
        await DisruptionTarget.MarkAsync(context, context.Raw, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", cancellationToken).ConfigureAwait(false);
        await context.Writes.DeleteAsync(context.Raw, cancellationToken, new()).ConfigureAwait(false);
        return description.WithEvent("TaintManagerEviction", $"Marking for deletion Pod {context.Key}");
    }

    /// <summary>Gets how long the pod tolerates all taints; <see langword="null"/> for ever.</summary>
    private static TimeSpan? Limit(IEnumerable<JsonMap> tolerations, List<JsonMap> taints)
    {
        TimeSpan? least = null;
        foreach (var taint in taints)
        {
            var tolerating = tolerations.Where(t => Tolerates(t, taint)).ToList();
            if (tolerating.Count == 0)
            {
                return TimeSpan.Zero;
            }

            foreach (var seconds in tolerating.Select(t => t.Integer("tolerationSeconds")).OfType<long>())
            {
                var time = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue));
                least = least < time ? least : time;
            }
        }

        return least;
    }

    private static bool Tolerates(JsonMap toleration, JsonMap taint) =>
        (toleration.Text("effect") is not { Length: > 0 } effect || effect == taint.Text("effect"))
        && (toleration.Text("key") is not { Length: > 0 } key || key == taint.Text("key"))
        && (toleration.Text("operator") == "Exists" || (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));
}
