using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>What a deployment says of itself: counts, whether enough is available, whether it moves on.</summary>
internal sealed class DeploymentStatus
{
    private readonly Rollout _rollout;
    private readonly DateTimeOffset _now;
    private readonly JsonMap _before;
    private readonly List<JsonMap> _conditions;
    private JsonMap _counts;

    public DeploymentStatus(Rollout rollout, DateTimeOffset now)
    {
        _rollout = rollout;
        _now = now;
        _before = rollout.Value.Map("status") ?? [];
        _counts = _before;
        _conditions = [.. (_before.List("conditions")?.Maps ?? []).Select(c => c.DeepClone())];
        Collisions = _before.Integer("collisionCount") ?? 0;
    }

    public long Collisions { get; set; }

    /// <summary>Gets after how long it may be too late.</summary>
    public TimeSpan? LookAgain { get; private set; }

    public bool WasComplete => IsComplete(_before);

    private long? Deadline => _rollout.Spec.Integer("progressDeadlineSeconds") is { } seconds and not int.MaxValue ? seconds : null;

    public void NotePause()
    {
        if (Deadline is null)
        {
            return;
        }

        var (paused, reason) = (_rollout.Spec.Flag("paused") == true, Find("Progressing")?.Text("reason"));
        if (reason != "ProgressDeadlineExceeded" && paused && reason != "DeploymentPaused")
        {
            Set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
        }
        else if (!paused && reason == "DeploymentPaused")
        {
            Set("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
        }
    }

    public void NoteFound(ReplicaSetState set)
    {
        if (Deadline is not null && Find("Progressing") is null)
        {
            Set("Progressing", "True", "FoundNewReplicaSet", $"Found new replica set \"{set.Raw.Name}\"");
        }
    }

    public void NoteCreated(ReplicaSetState set)
    {
        if (Deadline is not null)
        {
            Set("Progressing", "True", "NewReplicaSetCreated", $"Created new replica set \"{set.Raw.Name}\"");
        }
    }

    public void NoteFailure(string message)
    {
        if (Deadline is not null)
        {
            Set("Progressing", "False", "ReplicaSetCreateError", message);
        }
    }

    /// <summary>Counts the replicas.</summary>
    public void NoteCounts()
    {
        var all = _rollout.All.ToList();
        var available = all.Sum(s => s.Available);
        var counts = new JsonMap();
        counts.SetCount("observedGeneration", _rollout.Raw.Generation);
        counts.SetCount("replicas", all.Sum(s => s.Status("replicas")));
        counts.SetCount("updatedReplicas", _rollout.New?.Status("replicas") ?? 0);
        counts.SetCount("readyReplicas", all.Sum(s => s.Status("readyReplicas")));
        counts.SetCount("availableReplicas", available);
        counts.SetCount("unavailableReplicas", Math.Max(0, all.Sum(s => s.Wanted) - available));
        // A set that was made just now has no pods yet, and so none that end.
        if (all.TrueForAll(s => s.Value.Map("status") is not { } status || status["terminatingReplicas"] is long || status["observedGeneration"] is null))
        {
            counts["terminatingReplicas"] = all.Sum(s => s.Status("terminatingReplicas"));
        }

        _counts = counts;
        if (available >= _rollout.Replicas - _rollout.MaxUnavailable)
        {
            Set("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
        }
        else
        {
            Set("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
        }
    }

    /// <summary>Counts the replicas and judges whether the rollout moves.</summary>
    public void NoteProgress()
    {
        NoteCounts();
        var progressing = Find("Progressing");
        if (Deadline is not { } deadline)
        {
            _conditions.RemoveAll(c => c.Text("type") == "Progressing");
        }
        else if (!(Count(_counts, "replicas") == Count(_counts, "updatedReplicas") && progressing?.Text("reason") == "NewReplicaSetAvailable"))
        {
            var name = _rollout.New is { } set ? $"ReplicaSet \"{set.Raw.Name}\"" : $"Deployment \"{_rollout.Raw.Name}\"";
            if (IsComplete(_counts))
            {
                Set("Progressing", "True", "NewReplicaSetAvailable", $"{name} has successfully progressed.");
            }
            else if (Moves())
            {
                var since = progressing?.Text("status") == "True" ? progressing.Text("lastTransitionTime") : null;
                _conditions.RemoveAll(c => c.Text("type") == "Progressing");
                Set("Progressing", "True", "ReplicaSetUpdated", $"{name} is progressing.", since);
            }
            else if (progressing?.Text("reason") is not null and not "NewReplicaSetAvailable" && PodState.Time(progressing["lastUpdateTime"]) is { } updated)
            {
                if (updated.AddSeconds(deadline) < _now)
                {
                    Set("Progressing", "False", "ProgressDeadlineExceeded", $"{name} has timed out progressing.");
                }
            }

            if (Find("Progressing") is { } now && now.Text("reason") is not "NewReplicaSetAvailable" and not "ProgressDeadlineExceeded" && PodState.Time(now["lastUpdateTime"]) is { } last)
            {
                LookAgain = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, (last.AddSeconds(deadline + 1) - _now).Ticks));
            }
        }

        var failure = _rollout.All.Select(s => PodState.Condition(s.Value, "ReplicaFailure")).FirstOrDefault(c => c is not null);
        if (failure is not null)
        {
            Set("ReplicaFailure", failure.Text("status") ?? "True", failure.Text("reason") ?? "", failure.Text("message") ?? "");
        }
        else
        {
            _conditions.RemoveAll(c => c.Text("type") == "ReplicaFailure");
        }
    }

    public JsonMap ToMap()
    {
        var status = _counts.DeepClone();
        status.Remove("conditions");
        status.Remove("collisionCount");
        status.SetCount("collisionCount", Collisions);
        if (_conditions.Count > 0)
        {
            status["conditions"] = new JsonList(_conditions);
        }

        return status;
    }

    private static long Count(JsonMap status, string count) => status.Integer(count) ?? 0;

    private bool IsComplete(JsonMap status) =>
        Count(status, "updatedReplicas") == _rollout.Replicas && Count(status, "replicas") == _rollout.Replicas
        && Count(status, "availableReplicas") == _rollout.Replicas && Count(status, "observedGeneration") >= _rollout.Raw.Generation;

    private bool Moves() =>
        Count(_counts, "updatedReplicas") > Count(_before, "updatedReplicas")
        || Count(_counts, "replicas") - Count(_counts, "updatedReplicas") < Count(_before, "replicas") - Count(_before, "updatedReplicas")
        || Count(_counts, "readyReplicas") > Count(_before, "readyReplicas")
        || Count(_counts, "availableReplicas") > Count(_before, "availableReplicas");

    private JsonMap? Find(string type) => _conditions.Find(c => c.Text("type") == type);

    private void Set(string type, string status, string reason, string message, string? since = null)
    {
        var before = Find(type);
        if (before is not null && before.Text("status") == status && before.Text("reason") == reason)
        {
            return;
        }

        _conditions.RemoveAll(c => c.Text("type") == type);
        _conditions.Add(new()
        {
            ["type"] = type, ["status"] = status, ["lastUpdateTime"] = PodState.Write(_now),
            ["lastTransitionTime"] = since ?? (before?.Text("status") == status ? before.Text("lastTransitionTime") : null) ?? PodState.Write(_now),
            ["reason"] = reason, ["message"] = message,
        });
    }
}
