using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>Scales what autoscalers name, every 15 seconds, so that its pods use what they should.</summary>
internal sealed class AutoscalerController
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15); // kube-controller-manager's.
    private readonly ConcurrentDictionary<ObjectKey, ScalingHistory> _histories = new();

    public async ValueTask<Description> ReconcileAsync(JsonMap autoscaler, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (context.Raw.IsBeingDeleted)
        {
            return description;
        }

        var history = _histories.AddOrUpdate(context.Key, _ => new(context.Raw.Uid), (_, known) => known.Uid == context.Raw.Uid ? known : new(context.Raw.Uid));
        var (now, spec) = (context.Time.GetUtcNow(), autoscaler.Map("spec")?.ToString() ?? "");
        if (history.Last is var (time, former) && former == spec && time + Period - now is var left && left > TimeSpan.Zero)
        {
            // Its own status woke it, or somebody's label.
            return description.LookAgainAfter(left);
        }

        history.Last = (now, spec);
        var run = new AutoscalerRun(autoscaler, context, description, history, (selector, pods) => Rivals(context.Key, selector, pods));
        await run.RunAsync(cancellationToken).ConfigureAwait(false);
        await context.Writes.WriteStatusAsync(context.Raw, run.Status, cancellationToken).ConfigureAwait(false);
        return description.LookAgainAfter(Period);
    }

    /// <summary>Forgets an autoscaler that is gone.</summary>
    public void Forget(ObjectKey key) => _histories.TryRemove(key, out _);

    /// <summary>Finds the autoscalers that scale some of the same pods, with the one that asks; none where it is alone.</summary>
    private List<ObjectKey> Rivals(ObjectKey own, LabelSelector selector, IReadOnlyList<RawObject> pods)
    {
        var others = _histories
            .Where(h => h.Key != own && h.Key.Namespace == own.Namespace && h.Value.Selector is { } theirs && pods.Any(p => theirs.Matches(p.Labels) && selector.Matches(p.Labels)))
            .Select(h => h.Key).ToList();
        return others.Count == 0 ? others : [.. others.Append(own).OrderBy(k => k.ToString(), StringComparer.Ordinal)];
    }
}
