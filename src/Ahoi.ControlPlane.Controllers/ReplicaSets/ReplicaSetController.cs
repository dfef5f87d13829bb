using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.ReplicaSets;

/// <summary>Keeps as many pods of a template as wanted: for replica sets, and for replication controllers, which were called so before.</summary>
internal static class ReplicaSetController
{
    private const int MostAtOnce = 500;
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var spec = value.Map("spec") ?? [];
        var given = spec.Map("selector") ?? [];
        var selector = value.Text("kind") == "ReplicaSet" ? LabelSelector.FromJson(given) : LabelSelector.FromLabels(given);
        var all = (await Owned.ClaimAsync(context, Kinds.Pod, selector, cancellationToken, p => PodState.IsActive(p.ToMap())).ConfigureAwait(false))
            .Select(p => (Raw: p, Pod: p.ToMap())).ToList();
        var leaving = all.Count(p => p.Raw.IsBeingDeleted && !PodState.IsFinished(p.Pod));
        var pods = all.Where(p => PodState.IsActive(p.Pod)).ToList();
        var description = Description.KeepingChildren();
        ApiException? refusal = null;
        var wanted = spec.Integer("replicas") ?? 1;
        if (pods.Count < wanted && value.Map("status")?["observedGeneration"] is null && await HasUnseenAsync(context, selector, all, cancellationToken).ConfigureAwait(false))
        {
            return description.LookAgainAfter(TimeSpan.FromMilliseconds(10));
        }

        if (!PodState.IsBeingDeleted(value))
        {
            if (pods.Count < wanted)
            {
                refusal = await CreateAsync(context, spec.Map("template") ?? [], (int)Math.Min(wanted - pods.Count, MostAtOnce), pods, description, cancellationToken).ConfigureAwait(false);
            }
            else if (pods.Count > wanted)
            {
                await DeleteAsync(context, pods, (int)(pods.Count - wanted), description, cancellationToken).ConfigureAwait(false);
            }
        }

        var minReady = spec.Integer("minReadySeconds") ?? 0;
        var now = context.Time.GetUtcNow();
        await context.Writes.WriteStatusAsync(context.Raw, Status(value, spec, pods, leaving, refusal, minReady, now), cancellationToken).ConfigureAwait(false);
        if (pods.Where(p => PodState.IsReady(p.Pod) && !PodState.IsAvailable(p.Pod, minReady, now)).Select(p => PodState.ReadySince(p.Pod)).Min() is { } next)
        {
            description.LookAgainAfter(TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, (next.AddSeconds(minReady) - now).Ticks)));
        }

        if (refusal is not null)
        {
            description.LookAgainAfter(TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(context.Attempt, 5))));
        }

        return description;
    }

    /// <summary>Gets whether there are pods for a new set to adopt that the cache does not know yet: it would make too many, and
    /// delete perhaps those that were there before it.</summary>
    private static async Task<bool> HasUnseenAsync(
        ReconcileContext context, LabelSelector selector, List<(RawObject Raw, JsonMap Pod)> known, CancellationToken cancellationToken)
    {
        await foreach (var page in context.Client.ListPagesAsync(Pods, context.Key.Namespace, new() { LabelSelector = selector.ToString() }, cancellationToken).ConfigureAwait(false))
        {
            if (page.Items.Any(p => !p.IsBeingDeleted && p.ControllerOwner is null && PodState.IsActive(p.ToMap()) && !known.Exists(k => k.Raw.Uid == p.Uid)))
            {
                return true;
            }
        }

        return false;
    }

    // In waves that double: what is refused for one is mostly refused for all.
    private static async Task<ApiException?> CreateAsync(
        ReconcileContext context, JsonMap template, int count, List<(RawObject Raw, JsonMap Pod)> pods, Description description, CancellationToken cancellationToken)
    {
        for (var (left, wave) = (count, 1); left > 0; wave *= 2)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, Math.Min(wave, left)).Select(_ => OneAsync())).ConfigureAwait(false);
            left -= results.Length;
            foreach (var (created, _) in results)
            {
                if (created is not null)
                {
                    pods.Add((created, created.ToMap()));
                    description.WithEvent("SuccessfulCreate", $"Created pod: {created.Name}");
                }
            }

            if (results.FirstOrDefault(r => r.Refusal is not null).Refusal is { } refusal)
            {
                description.WithEvent("FailedCreate", $"Error creating: {refusal.Message}", EventType.Warning);
                return refusal;
            }
        }

        return null;

        async Task<(RawObject? Created, ApiException? Refusal)> OneAsync()
        {
            try
            {
                return (await context.Writes.CreateAsync(Owned.Pod(context.Raw, template), cancellationToken).ConfigureAwait(false), null);
            }
            catch (ApiException exception)
            {
                return (null, exception);
            }
        }
    }

    private static async Task DeleteAsync(
        ReconcileContext context, List<(RawObject Raw, JsonMap Pod)> pods, int count, Description description, CancellationToken cancellationToken)
    {
        var related = await RelatedAsync(context, pods, cancellationToken).ConfigureAwait(false);
        var going = PodRanking.InOrderOfDeletion(pods, related).Take(count).ToList();
        await Task.WhenAll(going.Select(p => context.Writes.DeleteAsync(p, cancellationToken, new()))).ConfigureAwait(false);
        foreach (var pod in going)
        {
            pods.RemoveAll(p => p.Raw.Uid == pod.Uid);
            description.WithEvent("SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }
    }

    // Pods of all replica sets of the same owner count together.
    private static async Task<IReadOnlyCollection<JsonMap>> RelatedAsync(ReconcileContext context, List<(RawObject Raw, JsonMap Pod)> pods, CancellationToken cancellationToken)
    {
        if (context.Raw.ControllerOwner is not { } owner)
        {
            return [.. pods.Select(p => p.Pod)];
        }

        var siblings = (await context.ListAsync(context.Raw.Type, cancellationToken, context.Raw.Namespace, r => r.ControllerOwner?.Uid == owner.Uid).ConfigureAwait(false))
            .Select(r => r.Uid).ToHashSet(StringComparer.Ordinal);
        var found = await context.ListAsync(Kinds.Pod, cancellationToken, context.Raw.Namespace, p => p.ControllerOwner is { } c && siblings.Contains(c.Uid)).ConfigureAwait(false);
        return [.. found.Select(p => p.ToMap()).Where(PodState.IsActive)];
    }

    private static JsonMap Status(
        JsonMap value, JsonMap spec, List<(RawObject Raw, JsonMap Pod)> pods, int leaving, ApiException? refusal, long minReady, DateTimeOffset now)
    {
        var template = LabelSelector.FromLabels(spec.Map("template")?.Map("metadata")?.Map("labels") ?? []);
        var status = new JsonMap { ["replicas"] = pods.Count };
        status.SetCount("fullyLabeledReplicas", pods.Count(p => template.Matches(p.Raw.Labels)));
        status.SetCount("readyReplicas", pods.Count(p => PodState.IsReady(p.Pod)));
        status.SetCount("availableReplicas", pods.Count(p => PodState.IsAvailable(p.Pod, minReady, now)));
        if (value.Text("kind") == "ReplicaSet")
        {
            status["terminatingReplicas"] = leaving;
        }

        status.SetCount("observedGeneration", value.Map("metadata")?.Integer("generation") ?? 0);
        var conditions = new JsonList();
        foreach (var condition in (value.Map("status")?.List("conditions")?.Maps ?? []).Where(c => c.Text("type") != "ReplicaFailure"))
        {
            conditions.Add(condition.DeepClone());
        }

        if (refusal is not null)
        {
            var before = PodState.Condition(value, "ReplicaFailure");
            conditions.Add(before?.Text("message") == refusal.Message ? before.DeepClone() : new JsonMap
            {
                ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = refusal.Message, ["lastTransitionTime"] = PodState.Write(now),
            });
        }

        if (conditions.Count > 0)
        {
            status["conditions"] = conditions;
        }

        return status;
    }
}
