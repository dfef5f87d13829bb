using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.DaemonSets;

/// <summary>Keeps a pod on each node that suits.</summary>
internal sealed class DaemonSetController
{
    private readonly JsonMap _spec;
    private readonly JsonMap _template;
    private readonly ReconcileContext _context;
    private readonly Description _description = Description.KeepingChildren();
    private readonly DateTimeOffset _now;
    private readonly string _hash;
    private readonly Dictionary<string, List<RawObject>> _pods;
    private readonly Dictionary<string, (bool Run, bool Stay)> _nodes;
    private readonly HashSet<string> _going = new(StringComparer.Ordinal);

    private DaemonSetController(JsonMap set, ReconcileContext context, string hash, IEnumerable<RawObject> pods, IEnumerable<RawObject> nodes)
    {
        _spec = set.Map("spec") ?? [];
        _template = _spec.Map("template") ?? [];
        _context = context;
        _hash = hash;
        _now = context.Time.GetUtcNow();
        _pods = pods.Select(p => (Pod: p, Content: p.ToMap()))
            .Where(p => !(p.Pod.IsBeingDeleted && PodState.IsFinished(p.Content)))
            .Select(p => (p.Pod, Node: DaemonPods.NodeOf(p.Content)))
            .Where(p => p.Node is not null)
            .GroupBy(p => p.Node!, StringComparer.Ordinal) // As filtered.
            .ToDictionary(g => g.Key, g => g.Select(p => p.Pod).OrderBy(p => p.CreationTimestamp).ThenBy(p => p.Name, StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        _nodes = nodes.ToDictionary(n => n.Name, n => DaemonPods.Suits(context.Raw, _template, n), StringComparer.Ordinal);
    }

    private long MinReady => _spec.Integer("minReadySeconds") ?? 0;

    public static async ValueTask<Description> ReconcileAsync(JsonMap set, ReconcileContext context, CancellationToken cancellationToken)
    {
        var history = await TemplateHistory.OfAsync(context, set, DaemonPods.HashLabel, cancellationToken).ConfigureAwait(false);
        var nodes = await context.ListAsync(Kinds.Node, cancellationToken).ConfigureAwait(false);
        var selector = LabelSelector.FromJson((set.At("spec", "selector") as JsonMap) ?? []);
        var pods = await Owned.ClaimAsync(context, Kinds.Pod, selector, cancellationToken).ConfigureAwait(false);
        var controller = new DaemonSetController(set, context, history.HashOf(history.Latest), pods, nodes);
        if (!context.Raw.IsBeingDeleted)
        {
            await controller.ManageAsync(cancellationToken).ConfigureAwait(false);
            await controller.UpdateAsync(cancellationToken).ConfigureAwait(false);
        }

        await context.Writes.WriteStatusAsync(context.Raw, controller.Status(set, history), cancellationToken).ConfigureAwait(false);
        var living = pods.Select(p => p.Labels.GetValueOrDefault(DaemonPods.HashLabel) ?? "").ToHashSet(StringComparer.Ordinal);
        await history.TrimAsync(living, controller._spec.Integer("revisionHistoryLimit") ?? 10, cancellationToken).ConfigureAwait(false);
        controller.LookAgain();
        return controller._description;
    }

    private async Task ManageAsync(CancellationToken cancellationToken)
    {
        var (missing, going) = (new List<string>(), new List<RawObject>());
        foreach (var (node, (run, stay)) in _nodes)
        {
            if (!_pods.TryGetValue(node, out var pods))
            {
                if (run)
                {
                    missing.Add(node);
                }
            }
            else
            {
                going.AddRange(stay ? Superfluous(node, pods) : pods.Where(p => !p.IsBeingDeleted));
            }
        }

        // Pods for nodes that are gone are never placed, so nobody else takes them away.
        going.AddRange(_pods.Where(n => !_nodes.ContainsKey(n.Key)).SelectMany(n => n.Value)
            .Where(p => !p.IsBeingDeleted && string.IsNullOrEmpty(p.ToMap().At("spec", "nodeName") as string)));
        await DeleteAsync(going, cancellationToken).ConfigureAwait(false);
        await CreateAsync(missing, cancellationToken).ConfigureAwait(false);
    }

    private List<RawObject> Superfluous(string node, List<RawObject> pods)
    {
        var (going, running) = (new List<RawObject>(), new List<RawObject>());
        foreach (var pod in pods.Where(p => !p.IsBeingDeleted))
        {
            var phase = PodState.Phase(pod.ToMap());
            if (phase is not ("Failed" or "Succeeded"))
            {
                running.Add(pod);
                continue;
            }

            // A node that refuses the pod would get one after the other.
            if (phase == "Failed" && pod.CreationTimestamp is { } created && created.AddSeconds(1) > _now)
            {
                _description.LookAgainAfter(TimeSpan.FromSeconds(1));
                continue;
            }

            going.Add(pod);
            _description.WithEvent(
                phase == "Failed" ? "FailedDaemonPod" : "SucceededDaemonPod",
                $"Found {(phase == "Failed" ? "failed" : "succeeded")} daemon pod {pod.Key} on node {node}, will try to {(phase == "Failed" ? "kill" : "delete")} it",
                phase == "Failed" ? EventType.Warning : EventType.Normal);
        }

        if (DaemonRollout.Limits(_spec, _nodes.Values.Count(n => n.Run)).Surge == 0)
        {
            return [.. going, .. running.Skip(1)];
        }

        var (old, current) = (running.Where(p => !IsNew(p)).ToList(), running.Where(IsNew).ToList());
        going.AddRange(old.Skip(1).Concat(current.Skip(1)));
        if (old.Count > 0 && current.Count > 0 && (!PodState.IsReady(old[0].ToMap()) || IsAvailable(current[0])))
        {
            going.Add(old[0]);
        }

        return going;
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        if (_spec.At("updateStrategy", "type") as string == "OnDelete")
        {
            return;
        }

        var (unavailable, surge) = DaemonRollout.Limits(_spec, _nodes.Values.Count(n => n.Run));
        var left = _pods.ToDictionary(n => n.Key, n => n.Value.Where(p => !_going.Contains(p.Uid)).ToList(), StringComparer.Ordinal);
        var (going, second) = DaemonRollout.Step(left, IsNew, IsAvailable, unavailable, surge);
        await DeleteAsync(going, cancellationToken).ConfigureAwait(false);
        await CreateAsync([.. second.Where(n => _nodes.TryGetValue(n, out var suits) && suits.Run)], cancellationToken).ConfigureAwait(false);
    }

    private bool IsNew(RawObject pod) => DaemonPods.IsUpToDate(_context.Raw, pod, _hash);

    private bool IsAvailable(RawObject pod) => PodState.IsAvailable(pod.ToMap(), MinReady, _now);

    private async Task CreateAsync(List<string> nodes, CancellationToken cancellationToken)
    {
        foreach (var wave in nodes.Chunk(50))
        {
            await Task.WhenAll(wave.Select(OneAsync)).ConfigureAwait(false);
        }

        async Task OneAsync(string node)
        {
            RawObject? pod = null;
            ApiException? refusal = null;
            try
            {
                pod = await _context.Writes.CreateAsync(DaemonPods.Make(_context.Raw, _template, node, _hash), cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception)
            {
                refusal = exception;
            }

            lock (_going)
            {
                if (pod is not null)
                {
                    if (!_pods.TryGetValue(node, out var there))
                    {
                        _pods[node] = there = [];
                    }

                    there.Add(pod);
                    _description.WithEvent("SuccessfulCreate", $"Created pod: {pod.Name}");
                }
                else
                {
                    _description.WithEvent("FailedCreate", $"Error creating: {refusal?.Message}", EventType.Warning).LookAgainAfter(TimeSpan.FromSeconds(5));
                }
            }
        }
    }

    private async Task DeleteAsync(List<RawObject> pods, CancellationToken cancellationToken)
    {
        await Task.WhenAll(pods.Select(p => _context.Writes.DeleteAsync(p, cancellationToken, new()))).ConfigureAwait(false);
        foreach (var pod in pods)
        {
            _going.Add(pod.Uid);
            _description.WithEvent("SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }
    }

    private JsonMap Status(JsonMap set, TemplateHistory history)
    {
        var desired = _nodes.Where(n => n.Value.Run).Select(n => n.Key).ToList();
        var first = desired.Where(_pods.ContainsKey).Select(n => _pods[n][0]).ToList();
        var available = first.Count(IsAvailable);
        var status = new JsonMap
        {
            ["currentNumberScheduled"] = first.Count,
            ["desiredNumberScheduled"] = desired.Count,
            ["numberMisscheduled"] = _nodes.Count(n => !n.Value.Run && _pods.ContainsKey(n.Key)),
            ["numberReady"] = first.Count(p => PodState.IsReady(p.ToMap())),
        };
        status.SetOrRemove("observedGeneration", _context.Raw.Generation);
        status.SetOrRemove("updatedNumberScheduled", first.Count(IsNew));
        status.SetOrRemove("numberAvailable", available);
        status.SetOrRemove("numberUnavailable", desired.Count - available);
        status.SetOrRemove("collisionCount", history.Collisions);
        if (set.At("status", "conditions") is JsonList conditions)
        {
            status["conditions"] = conditions.DeepClone();
        }

        return status;
    }

    private void LookAgain()
    {
        foreach (var since in _pods.Values.SelectMany(p => p).Where(p => PodState.IsReady(p.ToMap()) && !IsAvailable(p)).Select(p => PodState.ReadySince(p.ToMap())).OfType<DateTimeOffset>())
        {
            var left = since.AddSeconds(MinReady) - _now;
            _description.LookAgainAfter(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
    }
}
