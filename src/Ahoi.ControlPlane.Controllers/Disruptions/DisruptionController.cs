using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Disruptions;

/// <summary>Says in a disruption budget's status how many pods may be evicted now.</summary>
internal static class DisruptionController
{
    /// <summary>So long an evicted pod counts as going, although nothing has told it to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async ValueTask<Description> ReconcileAsync(JsonMap budget, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var now = context.Time.GetUtcNow();
        var selector = budget.At("spec", "selector") is JsonMap given ? LabelSelector.FromJson(given) : null;
        var pods = await context.ListAsync(
            Kinds.Pod, cancellationToken, context.Key.Namespace, p => selector is not null && selector.Matches(p.Labels)).ConfigureAwait(false);
        if (pods.Count == 0)
        {
            description.WithEvent("NoPods", "No matching pods found");
        }

        JsonMap status;
        try
        {
            var expected = await ExpectedPods.OfAsync(budget, pods, context, cancellationToken).ConfigureAwait(false);
            if (expected.Unmanaged.Count > 0)
            {
                description.WithEvent(
                    "UnmanagedPods",
                    $"Pods selected by this PodDisruptionBudget (selector: {budget.At("spec", "selector")}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
                    EventType.Warning);
            }

            status = Status(budget, pods, expected, now, description);
        }
        catch (FormatException exception)
        {
            description.WithEvent("CalculateExpectedPodCountFailed", $"Failed to calculate the number of expected pods: {exception.Message}", EventType.Warning);
            status = Unknown(budget, exception.Message, now);
        }

        if (JsonDifference.Between(budget.Map("status") ?? [], status) is { Count: > 0 } change)
        {
            // Evictions write it too, so it must be the one that was looked at.
            await context.Writes.PatchAsync(context.Raw, new() { ["status"] = change }, cancellationToken, "status", guarded: true).ConfigureAwait(false);
        }

        return description;
    }

    private static JsonMap Status(JsonMap budget, IReadOnlyList<RawObject> pods, ExpectedPods expected, DateTimeOffset now, Description description)
    {
        var going = new JsonMap();
        var before = budget.At("status", "disruptedPods") as JsonMap ?? [];
        foreach (var pod in pods.Where(p => !p.IsBeingDeleted))
        {
            if (PodState.Time(before[pod.Name]) is not { } since)
            {
                continue;
            }

            if (since + Patience < now)
            {
                description.WithEvent("NotDeleted", $"Pod {pod.Name} was expected by PDB {budget.At("metadata", "namespace")}/{budget.At("metadata", "name")} to be deleted but it wasn't", EventType.Warning);
                continue;
            }

            going[pod.Name] = before[pod.Name];
            description.LookAgainAfter(since + Patience - now + TimeSpan.FromSeconds(1));
        }

        var healthy = pods.Count(p => !p.IsBeingDeleted && !going.ContainsKey(p.Name) && PodState.IsReady(p.ToMap()));
        var allowed = expected.Count <= 0 ? 0 : Math.Max(0, healthy - expected.Healthy);
        var status = new JsonMap
        {
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = expected.Healthy,
            ["disruptionsAllowed"] = allowed,
            ["expectedPods"] = expected.Count,
            ["observedGeneration"] = budget.At("metadata", "generation"),
            ["conditions"] = Conditions(budget, allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now),
        };
        if (going.Count > 0)
        {
            status["disruptedPods"] = going;
        }

        return status;
    }

    // Where it cannot be known how many pods there should be, none may go.
    private static JsonMap Unknown(JsonMap budget, string message, DateTimeOffset now)
    {
        var status = budget.Map("status")?.DeepClone() ?? [];
        status["disruptionsAllowed"] = 0;
        status["observedGeneration"] = budget.At("metadata", "generation");
        foreach (var count in (ReadOnlySpan<string>)["currentHealthy", "desiredHealthy", "expectedPods"])
        {
            status[count] = status.Integer(count) ?? 0;
        }

        status["conditions"] = Conditions(budget, false, "SyncFailed", message, now);
        return status;
    }

    private static JsonList Conditions(JsonMap budget, bool allowed, string reason, string message, DateTimeOffset now)
    {
        const string Type = "DisruptionAllowed";
        var (before, text) = (PodState.Condition(budget, Type), allowed.ToString(CultureInfo.InvariantCulture));
        var condition = new JsonMap
        {
            ["type"] = Type,
            ["status"] = text,
            ["reason"] = reason,
            ["message"] = message,
            ["lastTransitionTime"] = before?.Text("status") == text ? before["lastTransitionTime"] : PodState.Write(now),
            ["observedGeneration"] = budget.At("metadata", "generation"),
        };
        var conditions = new JsonList();
        foreach (var other in (budget.Map("status")?.List("conditions")?.Maps ?? []).Where(c => c.Text("type") != Type))
        {
            conditions.Add(other.DeepClone());
        }

        conditions.Add(condition);
        return conditions;
    }
}
