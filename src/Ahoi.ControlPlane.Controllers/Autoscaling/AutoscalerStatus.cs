using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>What an autoscaler's status is becoming.</summary>
internal sealed class AutoscalerStatus
{
    private readonly DateTimeOffset _now;
    private readonly JsonList _conditions;

    public AutoscalerStatus(JsonMap autoscaler, DateTimeOffset now)
    {
        Value = autoscaler.Map("status")?.DeepClone() ?? [];
        _now = now;
        _conditions = Value.EnsureList("conditions");
        Value["desiredReplicas"] = Value.Integer("desiredReplicas") ?? 0;
    }

    /// <summary>Gets the status.</summary>
    public JsonMap Value { get; }

    /// <summary>Sets a condition; where it only says otherwise why, its time stays.</summary>
    public void Set(string type, bool holds, string reason, string message)
    {
        var condition = _conditions.Maps.FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            _conditions.Add(condition = new JsonMap { ["type"] = type });
        }

        var status = holds ? "True" : "False";
        if (condition.Text("status") != status)
        {
            condition["lastTransitionTime"] = PodState.Write(_now);
        }

        (condition["status"], condition["reason"], condition["message"]) = (status, reason, message);
    }

    /// <summary>Says how many replicas there are and should be.</summary>
    public void Count(long current, long? desired, JsonList? metrics, bool scaled)
    {
        Value["currentReplicas"] = current;
        Value["desiredReplicas"] = desired ?? Value["desiredReplicas"];
        Value["currentMetrics"] = metrics is { Count: > 0 } ? metrics : null;
        if (scaled)
        {
            Value["lastScaleTime"] = PodState.Write(_now);
        }
    }
}
