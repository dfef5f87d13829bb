using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>Keeps a replica set for each template a deployment ever had, and moves the replicas to the newest one.</summary>
internal static class DeploymentController
{
    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var selector = LabelSelector.FromJson(value.Map("spec")?.Map("selector") ?? []);
        var sets = await Owned.ClaimAsync(context, Kinds.ReplicaSet, selector, cancellationToken).ConfigureAwait(false);
        var rollout = new Rollout(context.Raw, value, sets, description);
        var status = new DeploymentStatus(rollout, context.Time.GetUtcNow());
        if (!context.Raw.IsBeingDeleted)
        {
            status.NotePause();
            var paused = rollout.Spec.Flag("paused") == true;
            if (paused || rollout.Active.Any(s => s.Desired is { } desired && desired != rollout.Replicas))
            {
                await SyncNewAsync(context, rollout, status, create: false, cancellationToken).ConfigureAwait(false);
                await DeploymentScaling.ScaleAsync(context, rollout, cancellationToken).ConfigureAwait(false);
                if (paused)
                {
                    await CleanUpAsync(context, rollout, cancellationToken).ConfigureAwait(false);
                }

                status.NoteCounts();
            }
            else if (rollout.IsRolling)
            {
                await RollAsync(context, rollout, status, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RecreateAsync(context, rollout, status, cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            status.NoteCounts();
        }

        await context.Writes.WriteStatusAsync(context.Raw, status.ToMap(), cancellationToken).ConfigureAwait(false);
        if (status.LookAgain is { } after)
        {
            description.LookAgainAfter(after);
        }

        return description;
    }

    private static async Task RollAsync(ReconcileContext context, Rollout rollout, DeploymentStatus status, CancellationToken cancellationToken)
    {
        if (!await SyncNewAsync(context, rollout, status, create: true, cancellationToken).ConfigureAwait(false))
        {
            status.NoteCounts();
            return;
        }

        var scaled = rollout.New is { } set && set.Wanted != rollout.Replicas
            && await DeploymentScaling.SetAsync(
                context, rollout, set, set.Wanted > rollout.Replicas ? rollout.Replicas : rollout.NewReplicas(set.Wanted), cancellationToken).ConfigureAwait(false);
        if (!scaled && !await DeploymentScaling.ShrinkOldAsync(context, rollout, cancellationToken).ConfigureAwait(false) && status.WasComplete)
        {
            await CleanUpAsync(context, rollout, cancellationToken).ConfigureAwait(false);
        }

        status.NoteProgress();
    }

    private static async Task RecreateAsync(ReconcileContext context, Rollout rollout, DeploymentStatus status, CancellationToken cancellationToken)
    {
        await SyncNewAsync(context, rollout, status, create: false, cancellationToken).ConfigureAwait(false);
        var scaled = false;
        foreach (var set in rollout.Old.Where(s => s.Wanted > 0).ToArray())
        {
            scaled |= await DeploymentScaling.SetAsync(context, rollout, set, 0, cancellationToken).ConfigureAwait(false);
        }

        if (!scaled && !await OldPodsRunAsync(context, rollout, cancellationToken).ConfigureAwait(false)
            && await SyncNewAsync(context, rollout, status, create: true, cancellationToken).ConfigureAwait(false)
            && rollout.New is { } created)
        {
            await DeploymentScaling.SetAsync(context, rollout, created, rollout.Replicas, cancellationToken).ConfigureAwait(false);
            if (status.WasComplete)
            {
                await CleanUpAsync(context, rollout, cancellationToken).ConfigureAwait(false);
            }
        }

        status.NoteProgress();
    }

    private static async Task<bool> OldPodsRunAsync(ReconcileContext context, Rollout rollout, CancellationToken cancellationToken)
    {
        var old = rollout.Old.Select(s => s.Raw.Uid).ToHashSet(StringComparer.Ordinal);
        var pods = await context.ListAsync(Kinds.Pod, cancellationToken, rollout.Raw.Namespace, p => p.ControllerOwner is { } c && old.Contains(c.Uid)).ConfigureAwait(false);
        return pods.Any(p => !PodState.IsFinished(p.ToMap()));
    }

    /// <summary>Brings the replica set of the present template up to date, or makes it.</summary>
    /// <returns>Whether there is one now, or none was asked for.</returns>
    private static async Task<bool> SyncNewAsync(ReconcileContext context, Rollout rollout, DeploymentStatus status, bool create, CancellationToken cancellationToken)
    {
        var revision = rollout.Old.Select(s => Revisions.Of(s.Raw)).DefaultIfEmpty(0).Max() + 1;
        if (rollout.New is { } present)
        {
            await UpdateAsync(context, rollout, present, revision, cancellationToken).ConfigureAwait(false);
            status.NoteFound(rollout.New);
        }
        else if (!create)
        {
            return true;
        }
        else if (!await MakeAsync(context, rollout, status, revision, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var shown = rollout.New!.Raw.Annotations.GetValueOrDefault(Revisions.Revision);
        if (shown is not null && rollout.Raw.Annotations.GetValueOrDefault(Revisions.Revision) != shown)
        {
            // Through the status, as an annotation written otherwise would be another generation.
            await context.Writes.PatchAsync(
                context.Raw, new() { ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [Revisions.Revision] = shown } } }, cancellationToken, "status").ConfigureAwait(false);
        }

        return true;
    }

    private static async Task UpdateAsync(ReconcileContext context, Rollout rollout, ReplicaSetState set, long revision, CancellationToken cancellationToken)
    {
        var annotations = new JsonMap();
        foreach (var (key, text) in Revisions.CopiedFrom(rollout.Raw))
        {
            if (set.Raw.Annotations.GetValueOrDefault(key) != text)
            {
                annotations[key] = text;
            }
        }

        var before = Revisions.Of(set.Raw);
        if (before < revision)
        {
            annotations[Revisions.Revision] = Revisions.Write(revision);
            if (before > 0)
            {
                var history = set.Raw.Annotations.GetValueOrDefault(Revisions.History);
                annotations[Revisions.History] = string.IsNullOrEmpty(history) ? Revisions.Write(before) : $"{history},{Revisions.Write(before)}";
            }
        }

        var change = new JsonMap();
        if (annotations.Count > 0)
        {
            change.EnsureMap("metadata")["annotations"] = annotations;
        }

        var wait = rollout.Spec.Integer("minReadySeconds") ?? 0;
        if ((set.Value.Map("spec")?.Integer("minReadySeconds") ?? 0) != wait)
        {
            change.EnsureMap("spec")["minReadySeconds"] = wait;
        }

        if (change.Count > 0)
        {
            rollout.New = new(await context.Writes.PatchAsync(set.Raw, change, cancellationToken, guarded: true).ConfigureAwait(false));
        }
    }

    private static async Task<bool> MakeAsync(ReconcileContext context, Rollout rollout, DeploymentStatus status, long revision, CancellationToken cancellationToken)
    {
        var hash = Names.Hash(rollout.Template, status.Collisions);
        var name = $"{rollout.Raw.Name}-{hash}";
        var replicas = rollout.NewReplicas(0);
        try
        {
            rollout.New = new(await context.Writes.CreateAsync(NewSet(rollout, name, hash, replicas, revision), cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            var there = await context.FindAsync(Kinds.ReplicaSet, new(rollout.Raw.Namespace, name), cancellationToken).ConfigureAwait(false);
            if (there is not null && there.ControllerOwner?.Uid == rollout.Raw.Uid
                && Revisions.SameTemplate(there.ToMap().Map("spec")?.Map("template") ?? [], rollout.Template))
            {
                rollout.New = new(there);
                return true;
            }

            // Another template has the same hash, or somebody else the name: the next hash is another one.
            status.Collisions++;
            return false;
        }
        catch (ApiException exception)
        {
            var message = $"Failed to create new replica set \"{name}\": {exception.Message}";
            status.NoteFailure(message);
            rollout.Description.WithEvent("ReplicaSetCreateError", message, EventType.Warning).LookAgainAfter(TimeSpan.FromSeconds(5));
            return false;
        }

        if (replicas > 0)
        {
            rollout.Description.WithEvent("ScalingReplicaSet", $"Scaled up replica set {name} from 0 to {replicas}");
        }

        status.NoteCreated(rollout.New);
        return true;
    }

    private static JsonMap NewSet(Rollout rollout, string name, string hash, long replicas, long revision)
    {
        var template = rollout.Template.DeepClone();
        template.EnsureMap("metadata").EnsureMap("labels")[Revisions.HashLabel] = hash;
        var selector = rollout.Spec.Map("selector")?.DeepClone() ?? [];
        selector.EnsureMap("matchLabels")[Revisions.HashLabel] = hash;
        var annotations = new JsonMap
        {
            [Revisions.Desired] = Revisions.Write(rollout.Replicas),
            [Revisions.Most] = Revisions.Write(rollout.Replicas + rollout.MaxSurge),
            [Revisions.Revision] = Revisions.Write(revision),
        };
        foreach (var (key, text) in Revisions.CopiedFrom(rollout.Raw))
        {
            annotations[key] = text;
        }

        var spec = new JsonMap { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template };
        if (rollout.Spec.Integer("minReadySeconds") is > 0 and var wait)
        {
            spec["minReadySeconds"] = wait;
        }

        var metadata = new JsonMap { ["name"] = name, ["labels"] = template.Map("metadata")!.Map("labels")!.DeepClone(), ["annotations"] = annotations };
        return Owned.New(Kinds.ReplicaSet, rollout.Raw, metadata, new() { ["spec"] = spec });
    }

    // Old sets without replicas are kept for rollbacks, as many as the history may hold.
    private static async Task CleanUpAsync(ReconcileContext context, Rollout rollout, CancellationToken cancellationToken)
    {
        var alive = rollout.Old.Where(s => !s.Raw.IsBeingDeleted).OrderBy(s => Revisions.Of(s.Raw)).ToList();
        foreach (var set in alive.Take((int)Math.Max(0, alive.Count - (rollout.Spec.Integer("revisionHistoryLimit") ?? 10))))
        {
            if (set.Wanted == 0 && set.Status("replicas") == 0 && set.Raw.Generation <= set.Status("observedGeneration"))
            {
                await context.Writes.DeleteAsync(set.Raw, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
