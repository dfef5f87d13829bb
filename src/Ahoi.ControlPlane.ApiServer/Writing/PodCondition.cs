using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Conditions that the API server itself sets on pods.</summary>
internal static class PodCondition
{
    public static void Set(JsonMap pod, string type, string status, DateTimeOffset now, string? reason = null, string? message = null)
    {
        var conditions = pod.EnsureMap("status").EnsureList("conditions");
        var condition = conditions.Maps.FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            condition = [];
            conditions.Add(condition);
        }

        condition.Clear();
        condition["type"] = type;
        condition["status"] = status;
        condition["lastProbeTime"] = null;
        condition["lastTransitionTime"] = ObjectMetadata.Timestamp(now);
        if (reason is not null)
        {
            condition["reason"] = reason;
        }

        if (message is not null)
        {
            condition["message"] = message;
        }
    }
}
