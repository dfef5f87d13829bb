using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Whether a job is about to end before its completions are reached: what was decided before stands.</summary>
internal static class JobVerdict
{
    public static JobEnd? Of(JobState state)
    {
        if (state.Condition("SuccessCriteriaMet") is { } met)
        {
            return new(true, met.Text("reason") ?? "", met.Text("message") ?? "");
        }

        if (state.Condition("FailureTarget") is { } target)
        {
            return new(false, target.Text("reason") ?? "", target.Text("message") ?? "");
        }

        foreach (var pod in state.Pods.Where(p => state.IsFailed(p.Pod)))
        {
            if (PodFailurePolicy.Judge(state.Job, pod.Pod) is { Action: "FailJob", Message: { } message })
            {
                return new(false, "PodFailurePolicy", message);
            }
        }

        if (state.FailedCount > (state.Spec.Integer("backoffLimit") ?? 6) || RestartedTooOften(state))
        {
            return JobEnd.BackoffLimitExceeded;
        }

        return DeadlineLeft(state) <= TimeSpan.Zero ? JobEnd.DeadlineExceeded : FailedIndexes(state) ?? Succeeded(state);
    }

    /// <summary>Gets how long the job may still run, or <see langword="null"/> where nothing limits it: while it is suspended, and
    /// until it is noted as resumed, which is when its time begins anew.</summary>
    public static TimeSpan? DeadlineLeft(JobState state) =>
        state.Spec.Integer("activeDeadlineSeconds") is { } seconds && !state.IsSuspended && state.Condition("Suspended") is null
            && PodState.Time(state.Status["startTime"]) is { } start
            ? start.AddSeconds(seconds) - state.Now
            : null;

    // Containers that are restarted in their pod make no failed pods.
    private static bool RestartedTooOften(JobState state)
    {
        if (state.Spec.At("template", "spec", "restartPolicy") as string != "OnFailure")
        {
            return false;
        }

        var restarts = state.Pods.Where(p => PodState.Phase(p.Pod) is "Running" or "Pending")
            .SelectMany(p => (p.Pod.Map("status")?.List("initContainerStatuses")?.Maps ?? []).Concat(p.Pod.Map("status")?.List("containerStatuses")?.Maps ?? []))
            .Sum(s => s.Integer("restartCount") ?? 0);
        var limit = state.Spec.Integer("backoffLimit") ?? 6;
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static JobEnd? FailedIndexes(JobState state)
    {
        if (state.Failed is not { } failed)
        {
            return null;
        }

        return state.Spec.Integer("maxFailedIndexes") is { } most && failed.Count > most
            ? JobEnd.MaxFailedIndexesExceeded
            : failed.Count > 0 && failed.Count + state.Succeeded.Count >= state.Completions ? JobEnd.FailedIndexes : null;
    }

    private static JobEnd? Succeeded(JobState state)
    {
        if (!state.IsIndexed)
        {
            return null;
        }

        foreach (var (number, rule) in ((state.Spec.At("successPolicy", "rules") as JsonList)?.Maps ?? []).Index())
        {
            var wanted = rule.Text("succeededIndexes") is { } text ? IndexSet.Parse(text, state.Completions ?? 0) : null;
            var reached = wanted is null ? state.Succeeded.Count : state.Succeeded.CountOf(wanted);
            if (rule.Integer("succeededCount") is { } count ? reached >= count : wanted is not null && reached >= wanted.Count)
            {
                return new(true, "SuccessPolicy", string.Create(CultureInfo.InvariantCulture, $"Matched rules at index {number}"));
            }
        }

        return null;
    }
}
