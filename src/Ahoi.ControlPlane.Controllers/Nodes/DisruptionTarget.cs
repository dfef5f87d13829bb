using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Nodes;

/// <summary>The condition that says a pod ends because it was disturbed, not because of itself.</summary>
internal static class DisruptionTarget
{
    private const string Type = "DisruptionTarget";

    public static async Task MarkAsync(
        ReconcileContext context, RawObject pod, string reason, string message, CancellationToken cancellationToken, string? phase = null)
    {
        var content = pod.ToMap();
        var conditions = new JsonList();
        foreach (var condition in (content.Map("status")?.List("conditions")?.Maps ?? []).Where(c => c.Text("type") != Type))
        {
            conditions.Add(condition.DeepClone());
        }

        conditions.Add(new JsonMap
        {
            ["type"] = Type,
            ["status"] = "True",
            ["reason"] = reason,
            ["message"] = message,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = PodState.Write(context.Time.GetUtcNow()),
            ["observedGeneration"] = pod.Generation == 0 ? null : pod.Generation,
        });
        var status = new JsonMap { ["conditions"] = conditions };
        if (phase is not null)
        {
            status["phase"] = phase;
        }

        try
        {
            await context.Writes.PatchAsync(pod, new() { ["status"] = status }, cancellationToken, "status").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone already.
        }
    }
}
