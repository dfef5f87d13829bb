using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.ReplicaSets;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Runs pods until as many as a job wants have succeeded, or it has failed.</summary>
internal sealed class JobController
{
    private const int MostAtOnce = 500;
    private readonly JobBackoff _backoff = new();

    public async ValueTask<Description> ReconcileAsync(JsonMap job, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (IsFinished(job))
        {
            _backoff.Forget(context.Raw.Uid);
            return description;
        }

        if (job.At("spec", "managedBy") is string manager && manager != JobNames.Controller)
        {
            return description;
        }

        var selector = LabelSelector.FromJson((job.At("spec", "selector") as JsonMap) ?? []);
        var pods = await Owned.ClaimAsync(context, Kinds.Pod, selector, cancellationToken, finalizer: JobNames.TrackingFinalizer).ConfigureAwait(false);
        var state = new JobState(job, context, pods);
        if (state.Status["startTime"] is null && !state.IsSuspended)
        {
            state.Status["startTime"] = PodState.Write(state.Now);
        }

        state.End = JobVerdict.Of(state);
        if (state.End is not null)
        {
            await DeleteAsync(state, state.Active, description, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RunAsync(state, description, cancellationToken).ConfigureAwait(false);
        }

        state.Status.SetOrRemove("active", state.Active.Count);
        state.Status["ready"] = state.ReadyCount;
        state.Status["terminating"] = state.Terminating;
        await new JobCount(state, description).FollowAsync(cancellationToken).ConfigureAwait(false);
        if (state.End is null && JobVerdict.DeadlineLeft(state) is { } left && left > TimeSpan.Zero)
        {
            description.LookAgainAfter(left);
        }

        return description;
    }

    public static bool IsFinished(JsonMap job) =>
        (job.Map("status")?.List("conditions")?.Maps ?? []).Any(c => c.Text("type") is "Complete" or "Failed" && c.Text("status") == "True");

    private async Task RunAsync(JobState state, Description description, CancellationToken cancellationToken)
    {
        var managed = !state.IsBeingDeleted;
        if (managed)
        {
            await ManageAsync(state, description, cancellationToken).ConfigureAwait(false);
        }

        if (state.Active.Count == 0 && (state.Completions is { } wanted ? state.SucceededCount >= wanted : state.SucceededCount > 0))
        {
            state.End = JobEnd.CompletionsReached;
        }
        else if (managed && state.SetCondition(
            "Suspended", state.IsSuspended, state.IsSuspended ? "JobSuspended" : "JobResumed", state.IsSuspended ? "Job suspended" : "Job resumed"))
        {
            description.WithEvent(state.IsSuspended ? "Suspended" : "Resumed", state.IsSuspended ? "Job suspended" : "Job resumed");
            if (!state.IsSuspended)
            {
                state.Status["startTime"] = PodState.Write(state.Now); // The deadline counts from here on.
            }
        }
    }

    private async Task ManageAsync(JobState state, Description description, CancellationToken cancellationToken)
    {
        var wait = _backoff.Remaining(
            state.Context.Raw.Uid,
            state.Pods.Where(p => PodState.Phase(p.Pod) == "Succeeded").Select(p => p.Pod),
            state.Pods.Where(p => state.IsFailed(p.Pod)).Select(p => p.Pod),
            state.Now);
        if (state.IsSuspended)
        {
            await DiscardAsync(state, state.Active, description, cancellationToken).ConfigureAwait(false);
            return;
        }

        var wanted = state.Completions is { } completions
            ? Math.Max(0, Math.Min(completions - state.SucceededCount, state.Parallelism))
            : state.SucceededCount > 0 ? state.Active.Count : state.Parallelism;
        var going = Superfluous(state, (int)Math.Max(0, state.Active.Count - wanted)).Take(MostAtOnce).ToList();
        if (going.Count > 0)
        {
            await DiscardAsync(state, going, description, cancellationToken).ConfigureAwait(false);
            return;
        }

        var missing = wanted - state.Active.Count - (state.ReplacesEndedOnly ? state.Terminating : 0);
        if (missing <= 0)
        {
            return;
        }

        if (state.Failed is null && wait > TimeSpan.Zero)
        {
            description.LookAgainAfter(wait);
            return;
        }

        var count = (int)Math.Min(missing, MostAtOnce);
        var indexes = state.IsIndexed ? Pending(state, count, description) : [.. Enumerable.Repeat<int?>(null, count)];
        await CreateAsync(state, indexes, description, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the pods to delete: second ones of an index first, then those that do the least.</summary>
    private static IEnumerable<JobPod> Superfluous(JobState state, int atLeast)
    {
        var (first, rest) = (new List<JobPod>(), state.Active);
        if (state.IsIndexed)
        {
            first.AddRange(rest.Where(p => p.Index < 0 || p.Index >= state.Completions));
            foreach (var index in rest.Except(first).GroupBy(p => p.Index))
            {
                first.AddRange(Ordered(index).SkipLast(1));
            }
        }

        return first.Concat(Ordered(rest.Except(first)).Take(Math.Max(0, atLeast - first.Count)));

        static IEnumerable<JobPod> Ordered(IEnumerable<JobPod> pods)
        {
            var known = pods.ToDictionary(p => p.Raw.Uid, StringComparer.Ordinal);
            return PodRanking.InOrderOfDeletion(known.Values.Select(p => (p.Raw, p.Pod)), []).Select(r => known[r.Uid]);
        }
    }

    private static List<int?> Pending(JobState state, int count, Description description)
    {
        var taken = state.Active.Select(p => p.Index).ToHashSet();
        if (state.ReplacesEndedOnly)
        {
            taken.UnionWith(state.Pods.Where(p => PodState.IsBeingDeleted(p.Pod) && !PodState.IsFinished(p.Pod)).Select(p => p.Index));
        }

        var pending = Enumerable.Range(0, (int)(state.Completions ?? 0))
            .Where(i => !taken.Contains(i) && !state.Succeeded.Has(i) && state.Failed?.Has(i) != true).Take(count).ToList();
        var waits = pending.ToDictionary(i => i, i => state.Kept.TryGetValue(i, out var failed) ? JobBackoff.Remaining(failed.Pod, state.Now) : TimeSpan.Zero);
        foreach (var wait in waits.Values.Where(w => w > TimeSpan.Zero))
        {
            description.LookAgainAfter(wait);
        }

        return [.. pending.Where(i => waits[i] <= TimeSpan.Zero).Select(i => (int?)i)];
    }

    private static async Task CreateAsync(JobState state, List<int?> indexes, Description description, CancellationToken cancellationToken)
    {
        // In waves that double: what is refused for one is mostly refused for all.
        for (var (at, wave) = (0, 1); at < indexes.Count; at += wave, wave *= 2)
        {
            var results = await Task.WhenAll(indexes.Skip(at).Take(wave).Select(OneAsync)).ConfigureAwait(false);
            foreach (var pod in results.Select(r => r.Created).OfType<JobPod>())
            {
                state.Pods.Add(pod);
                state.Active.Add(pod);
                description.WithEvent("SuccessfulCreate", $"Created pod: {pod.Raw.Name}");
            }

            if (results.FirstOrDefault(r => r.Refusal is not null).Refusal is { } refusal)
            {
                description.WithEvent("FailedCreate", $"Error creating: {refusal.Message}", EventType.Warning).LookAgainAfter(TimeSpan.FromSeconds(5));
                return;
            }
        }

        async Task<(JobPod? Created, ApiException? Refusal)> OneAsync(int? index)
        {
            try
            {
                return (new(await state.Context.Writes.CreateAsync(JobPodTemplate.Make(state.Context.Raw, state, index), cancellationToken).ConfigureAwait(false)), null);
            }
            catch (ApiException exception)
            {
                return (null, exception);
            }
        }
    }

    // What the job does not want any more has not failed, and is not counted.
    private static async Task DiscardAsync(JobState state, IReadOnlyCollection<JobPod> pods, Description description, CancellationToken cancellationToken)
    {
        await Task.WhenAll(pods.Where(p => p.IsTracked).Select(async p =>
            p.Released(await JobPodRelease.ReleaseAsync(state.Context, p.Raw, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        await DeleteAsync(state, pods, description, cancellationToken).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(JobState state, IReadOnlyCollection<JobPod> pods, Description description, CancellationToken cancellationToken)
    {
        await Task.WhenAll(pods.Select(p => state.Context.Writes.DeleteAsync(p.Raw, cancellationToken, new()))).ConfigureAwait(false);
        foreach (var pod in pods)
        {
            description.WithEvent("SuccessfulDelete", $"Deleted pod: {pod.Raw.Name}");
        }

        state.Deleted(pods);
    }
}
