using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>
/// Counts the pods that have ended, each once, although pods and status are written one after the other: an ended pod is noted
/// in the status, then loses its finalizer, then is moved from the note to the count.
/// </summary>
internal sealed class JobCount(JobState state, Description description)
{
    private const int MostAtOnce = 500;
    private readonly JsonMap _notes = state.Status.EnsureMap("uncountedTerminatedPods");
    private readonly Dictionary<string, JobPod> _pods = state.Pods.ToDictionary(p => p.Raw.Uid, StringComparer.Ordinal);
    private JsonMap _written = state.Job.Map("status") ?? [];

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        Settle();
        var ended = Note();
        if (state.IsIndexed)
        {
            CountIndexes(ended);
        }

        if (state.End is { } end)
        {
            state.SetCondition(end.InterimType, true, end.Reason, end.Message);
        }

        await WriteAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(ended.Select(p => ReleaseAsync(p, cancellationToken))).ConfigureAwait(false);
        Settle();
        var finished = Finish();
        await WriteAsync(cancellationToken).ConfigureAwait(false);
        if (finished is not null)
        {
            description.WithEvent(
                finished.Succeeds ? "Completed" : finished.Reason, finished.Succeeds ? "Job completed" : finished.Message, finished.Succeeds ? EventType.Normal : EventType.Warning);
        }
    }

    // Pods that are noted and have lost their finalizer are counted.
    private void Settle()
    {
        foreach (var (list, field) in (ReadOnlySpan<(string, string)>)[("succeeded", "succeeded"), ("failed", "failed")])
        {
            var noted = _notes.List(list)?.Texts.ToList() ?? [];
            var left = noted.Where(uid => _pods.TryGetValue(uid, out var pod) && pod.IsTracked).ToList();
            if (left.Count < noted.Count)
            {
                state.Status.SetOrRemove(field, (state.Status.Integer(field) ?? 0) + noted.Count - left.Count);
                SetNotes(list, left);
            }
        }
    }

    private List<JobPod> Note()
    {
        var ended = state.Pods.Where(p => p.IsTracked && MayGo(p)).OrderBy(p => p.Index).Take(MostAtOnce).ToList();
        var (succeeded, failed) = (new List<string>(), new List<string>());
        foreach (var pod in ended)
        {
            if (PodState.Phase(pod.Pod) == "Succeeded" && !state.HasCountedFailed(pod))
            {
                if (!state.IsIndexed && !state.HasCounted(pod)) // An index says enough.
                {
                    succeeded.Add(pod.Raw.Uid);
                }
            }
            else if ((state.IsFailed(pod.Pod) || state.End is { Succeeds: false })
                && !state.HasCountedFailed(pod) && state.IsIndexOf(pod) && PodFailurePolicy.Judge(state.Job, pod.Pod).Counts)
            {
                failed.Add(pod.Raw.Uid);
            }
        }

        SetNotes("succeeded", [.. _notes.List("succeeded")?.Texts ?? [], .. succeeded]);
        SetNotes("failed", [.. _notes.List("failed")?.Texts ?? [], .. failed]);
        return ended;
    }

    private bool MayGo(JobPod pod)
    {
        if (state.End is not null || PodState.Phase(pod.Pod) == "Succeeded")
        {
            return true;
        }

        return state.IsFailed(pod.Pod)
            ? !state.Kept.Values.Contains(pod) // Its replacement takes its count over first.
            : state.IsBeingDeleted && PodState.IsBeingDeleted(pod.Pod);
    }

    private void CountIndexes(List<JobPod> ended)
    {
        var succeeded = state.SucceededBefore.With(ended.Where(p => PodState.Phase(p.Pod) == "Succeeded" && state.IsIndexOf(p)).Select(p => p.Index));
        state.Status.SetOrRemove("succeeded", succeeded.Count);
        state.Status["completedIndexes"] = succeeded.Count == 0 ? null : succeeded.ToString();
        if (state.Failed is not null)
        {
            state.Status["failedIndexes"] = state.Failed.ToString();
        }
    }

    private JobEnd? Finish()
    {
        if (state.End is not { } end || state.Terminating > 0 || _notes.List("succeeded") is not null || _notes.List("failed") is not null
            || state.Pods.Exists(p => p.IsTracked && MayGo(p)))
        {
            return null;
        }

        state.SetCondition(end.FinalType, true, end.Reason, end.Message);
        if (end.Succeeds)
        {
            state.Status["completionTime"] = PodState.Write(state.Now);
        }

        return end;
    }

    private async Task ReleaseAsync(JobPod pod, CancellationToken cancellationToken)
    {
        try
        {
            pod.Released(await JobPodRelease.ReleaseAsync(state.Context, pod.Raw, cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // It has changed meanwhile, which wakes the job again.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (JsonDifference.Between(_written, state.Status) is not { Count: > 0 } change)
        {
            return;
        }

        await state.Context.Writes.PatchAsync(state.Context.Raw, new() { ["status"] = change }, cancellationToken, "status").ConfigureAwait(false);
        _written = state.Status.DeepClone();
    }

    private void SetNotes(string list, List<string> uids) => _notes[list] = uids.Count == 0 ? null : new JsonList(uids);
}
