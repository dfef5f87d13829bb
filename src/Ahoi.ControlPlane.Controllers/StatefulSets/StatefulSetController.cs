using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.StatefulSets;

/// <summary>
/// Keeps pods with a number each, that have a name and volumes of their own: made from the lowest up, taken away from the highest
/// down, one at a time unless the set says that it does not matter.
/// </summary>
internal sealed class StatefulSetController
{
    private readonly JsonMap _spec;
    private readonly ReconcileContext _context;
    private readonly Description _description = Description.KeepingChildren();
    private readonly TemplateHistory _history;
    private readonly RawObject _current;
    private readonly StatefulClaims _claims;
    private readonly List<StatefulPod> _replicas = [];
    private readonly List<StatefulPod> _condemned = [];
    private readonly DateTimeOffset _now;

    private StatefulSetController(JsonMap set, ReconcileContext context, TemplateHistory history, IEnumerable<RawObject> pods)
    {
        _spec = set.Map("spec") ?? [];
        _context = context;
        _history = history;
        _now = context.Time.GetUtcNow();
        _current = history.Find(set.At("status", "currentRevision") as string) ?? history.Latest;
        _claims = new(_spec, context, _description);
        var known = pods.Select(p => new StatefulPod(StatefulPod.OrdinalOf(context.Raw.Name, p.Name), p)).ToDictionary(p => p.Ordinal);
        for (var ordinal = Start; ordinal < Start + Wanted; ordinal++)
        {
            _replicas.Add(known.Remove(ordinal, out var pod) ? pod : new(ordinal, null));
        }

        _condemned.AddRange(known.Values.OrderByDescending(p => p.Ordinal));
    }

    private int Start => (int)(_spec.At("ordinals", "start") as long? ?? 0);

    private int Wanted => (int)(_spec.Integer("replicas") ?? 1);

    private long MinReady => _spec.Integer("minReadySeconds") ?? 0;

    private bool IsOrdered => _spec.Text("podManagementPolicy") != "Parallel";

    private IEnumerable<StatefulPod> Pods => _replicas.Concat(_condemned).Where(p => p.IsThere);

    private IEnumerable<StatefulPod> Unhealthy => _replicas.Concat(_condemned.AsEnumerable().Reverse()).Where(p => !p.IsHealthy);

    public static async ValueTask<Description> ReconcileAsync(JsonMap set, ReconcileContext context, CancellationToken cancellationToken)
    {
        var history = await TemplateHistory.OfAsync(context, set, "controller.kubernetes.io/hash", cancellationToken).ConfigureAwait(false);
        var selector = LabelSelector.FromJson((set.At("spec", "selector") as JsonMap) ?? []);
        var pods = await Owned.ClaimAsync(
            context, Kinds.Pod, selector, cancellationToken, p => StatefulPod.OrdinalOf(context.Raw.Name, p.Name) >= 0).ConfigureAwait(false);
        var controller = new StatefulSetController(set, context, history, pods.Where(p => StatefulPod.OrdinalOf(context.Raw.Name, p.Name) >= 0));
        await controller.ReconcileAsync(set, cancellationToken).ConfigureAwait(false);
        return controller._description;
    }

    private async Task ReconcileAsync(JsonMap set, CancellationToken cancellationToken)
    {
        if (!_context.Raw.IsBeingDeleted && await CompleteAsync(cancellationToken).ConfigureAwait(false) && await ScaleDownAsync(cancellationToken).ConfigureAwait(false))
        {
            await UpdateAsync(cancellationToken).ConfigureAwait(false);
        }

        await _context.Writes.WriteStatusAsync(_context.Raw, Status(set), cancellationToken).ConfigureAwait(false);
        var living = Pods.Select(p => p.Revision ?? "").Append(_current.Name).ToHashSet(StringComparer.Ordinal);
        await _history.TrimAsync(living, _spec.Integer("revisionHistoryLimit") ?? 10, cancellationToken).ConfigureAwait(false);
        foreach (var since in Pods.Where(p => p.IsReady && !p.IsAvailable(MinReady, _now)).Select(p => PodState.ReadySince(p.Pod)).OfType<DateTimeOffset>())
        {
            var left = since.AddSeconds(MinReady) - _now;
            _description.LookAgainAfter(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Makes what is missing, from the lowest ordinal up. Returns whether all are as they should be, or need not be.</summary>
    private async Task<bool> CompleteAsync(CancellationToken cancellationToken)
    {
        var complete = true;
        foreach (var pod in _replicas)
        {
            if (!await CompleteAsync(pod, cancellationToken).ConfigureAwait(false))
            {
                complete = false;
                if (IsOrdered)
                {
                    return false;
                }
            }
        }

        return complete;
    }

    private async Task<bool> CompleteAsync(StatefulPod pod, CancellationToken cancellationToken)
    {
        if (pod.IsThere && PodState.IsFinished(pod.Pod))
        {
            if (!pod.IsTerminating)
            {
                var failed = PodState.Phase(pod.Pod) == "Failed";
                _description.WithEvent(
                    failed ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
                    $"StatefulSet {_context.Key} is recreating {(failed ? "failed" : "terminated")} Pod {pod.Raw!.Name}", // It is there.
                    failed ? EventType.Warning : EventType.Normal);
                await DeleteAsync(pod, cancellationToken).ConfigureAwait(false);
            }

            return false;
        }

        if (!pod.IsThere)
        {
            return await CreateAsync(pod, cancellationToken).ConfigureAwait(false) && !IsOrdered;
        }

        if (PodState.Phase(pod.Pod) == "Pending" && await _claims.MakeAsync(pod.Ordinal, cancellationToken).ConfigureAwait(false) is not null)
        {
            _description.LookAgainAfter(TimeSpan.FromSeconds(5));
        }

        if (IsOrdered && (pod.IsTerminating || !pod.IsAvailable(MinReady, _now)))
        {
            return false;
        }

        if (pod.Identity() is { } identity)
        {
            pod.Created(await _context.Writes.PatchAsync(pod.Raw!, identity, cancellationToken).ConfigureAwait(false)); // It is there.
        }

        await _claims.RetainAsync(pod, isCondemned: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> CreateAsync(StatefulPod pod, CancellationToken cancellationToken)
    {
        var name = StatefulPod.NameOf(_context.Raw.Name, pod.Ordinal);
        if (await _context.FindAsync(Kinds.Pod, new(_context.Key.Namespace, name), cancellationToken).ConfigureAwait(false) is not null)
        {
            return false; // It is somebody else's; when it goes, that wakes the set.
        }

        if (await _claims.MakeAsync(pod.Ordinal, cancellationToken).ConfigureAwait(false) is not null)
        {
            _description.LookAgainAfter(TimeSpan.FromSeconds(5));
            return false;
        }

        // Below the partition a pod keeps the revision that the set had.
        var keeps = _spec.At("updateStrategy", "type") as string == "RollingUpdate" && pod.Ordinal < Start + Partition;
        var revision = keeps ? _current : _history.Latest;
        var template = revision.Uid == _history.Latest.Uid ? (_spec.Map("template") ?? []) : TemplateHistory.TemplateOf(revision);
        try
        {
            pod.Created(await _context.Writes.CreateAsync(StatefulPod.Make(_context.Raw, _spec, template, revision.Name, pod.Ordinal), cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException exception)
        {
            if (exception.Reason != StatusReason.AlreadyExists)
            {
                _description.WithEvent("FailedCreate", $"create Pod {name} in StatefulSet {_context.Raw.Name} failed error: {exception.Message}", EventType.Warning);
            }

            _description.LookAgainAfter(TimeSpan.FromSeconds(exception.Reason == StatusReason.AlreadyExists ? 1 : 5));
            return false;
        }

        _description.WithEvent("SuccessfulCreate", $"create Pod {name} in StatefulSet {_context.Raw.Name} successful");
        await _claims.RetainAsync(pod, isCondemned: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes away what is too much, from the highest ordinal down. Returns whether nothing was.</summary>
    private async Task<bool> ScaleDownAsync(CancellationToken cancellationToken)
    {
        foreach (var pod in _condemned)
        {
            await _claims.RetainAsync(pod, isCondemned: true, cancellationToken).ConfigureAwait(false);
        }

        var first = Unhealthy.FirstOrDefault();
        foreach (var pod in _condemned)
        {
            if (!pod.IsTerminating)
            {
                if (IsOrdered && !pod.IsAvailable(MinReady, _now) && pod != first)
                {
                    return false;
                }

                await DeleteAsync(pod, cancellationToken).ConfigureAwait(false);
            }

            if (IsOrdered)
            {
                return false;
            }
        }

        return _condemned.TrueForAll(p => p.IsTerminating && !p.IsGoing);
    }

    /// <summary>Takes pods of other revisions away, from the highest ordinal down to the partition, so that new ones are made; as
    /// many at once as may be unavailable.</summary>
    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        if (_spec.At("updateStrategy", "type") as string == "OnDelete")
        {
            return;
        }

        var most = CountOrPercent.Of(_spec.At("updateStrategy", "rollingUpdate", "maxUnavailable"), Wanted, up: false) ?? 1;
        most = Math.Max(1, most);
        foreach (var pod in _replicas.AsEnumerable().Reverse().Where(p => p.Ordinal >= Start + Partition))
        {
            if (pod.Revision != _history.Latest.Name && !pod.IsTerminating)
            {
                await DeleteAsync(pod, cancellationToken).ConfigureAwait(false);
                most--;
            }
            else if (pod.IsTerminating || !pod.IsAvailable(MinReady, _now))
            {
                most--;
            }

            if (most <= 0)
            {
                return;
            }
        }
    }

    private long Partition => _spec.At("updateStrategy", "rollingUpdate", "partition") as long? ?? 0;

    private async Task DeleteAsync(StatefulPod pod, CancellationToken cancellationToken)
    {
        if (pod.Raw is not { } raw)
        {
            return;
        }

        await _context.Writes.DeleteAsync(raw, cancellationToken, new()).ConfigureAwait(false);
        pod.Going();
        _description.WithEvent("SuccessfulDelete", $"delete Pod {raw.Name} in StatefulSet {_context.Raw.Name} successful");
    }

    private JsonMap Status(JsonMap set)
    {
        var (current, update) = (_current.Name, _history.Latest.Name);
        var alive = Pods.Where(p => !p.IsTerminating).ToList();
        var (ready, updated, before) = (Pods.Count(p => p.IsReady), alive.Count(p => p.Revision == update), alive.Count(p => p.Revision == current));
        if (_spec.At("updateStrategy", "type") as string == "RollingUpdate" && updated == Wanted && ready == Wanted)
        {
            (current, before) = (update, updated);
        }

        var status = new JsonMap
        {
            ["observedGeneration"] = _context.Raw.Generation,
            ["replicas"] = Pods.Count(),
            ["availableReplicas"] = Pods.Count(p => p.IsAvailable(MinReady, _now)),
            ["currentRevision"] = current,
            ["updateRevision"] = update,
            ["collisionCount"] = _history.Collisions,
        };
        status.SetOrRemove("readyReplicas", ready);
        status.SetOrRemove("currentReplicas", before);
        status.SetOrRemove("updatedReplicas", updated);
        if (set.At("status", "conditions") is JsonList conditions)
        {
            status["conditions"] = conditions.DeepClone();
        }

        return status;
    }
}
