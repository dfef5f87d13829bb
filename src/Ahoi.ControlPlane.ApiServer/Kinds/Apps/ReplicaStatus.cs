using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>The counts in the status of workloads.</summary>
internal static class ReplicaStatus
{
    private static readonly string[] Counts =
    [
        "replicas", "fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "currentReplicas",
        "observedGeneration", "terminatingReplicas", "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
        "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
    ];

    /// <summary>Refuses negative counts, parts greater than the whole, and a collision count that goes down.</summary>
    public static void Validate(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var status = Field.Root(value, errors)["status"];
        foreach (var count in Counts)
        {
            status[count].NonNegative();
        }

        if (status["collisionCount"].Has)
        {
            status["collisionCount"].NonNegative();
        }

        if (status["replicas"].Has || status["readyReplicas"].Has)
        {
            foreach (var part in (ReadOnlySpan<string>)["fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas", "currentReplicas"])
            {
                if (status[part].Integer > status["replicas"].Integer)
                {
                    status[part].Invalid("cannot be greater than status.replicas");
                }
            }

            if (status["availableReplicas"].Integer > status["readyReplicas"].Integer)
            {
                status["availableReplicas"].Invalid("cannot be greater than readyReplicas");
            }
        }

        if (old.At("status", "collisionCount") is long was && status["collisionCount"].Integer < was)
        {
            status["collisionCount"].Invalid("cannot be decremented");
        }
    }
}
