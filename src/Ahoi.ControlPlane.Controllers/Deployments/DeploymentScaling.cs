using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>Gives replica sets their replicas.</summary>
internal static class DeploymentScaling
{
    /// <summary>Scales a set, and notes what the deployment wanted then.</summary>
    /// <returns>Whether the number changed.</returns>
    public static async Task<bool> SetAsync(ReconcileContext context, Rollout rollout, ReplicaSetState set, long replicas, CancellationToken cancellationToken)
    {
        var (desired, most) = (rollout.Replicas, rollout.Replicas + rollout.MaxSurge);
        if (set.Wanted == replicas && set.Desired == desired && set.Most == most)
        {
            return false;
        }

        var scaled = await context.Writes.PatchAsync(
            set.Raw,
            new()
            {
                ["metadata"] = new JsonMap
                {
                    ["annotations"] = new JsonMap { [Revisions.Desired] = Revisions.Write(desired), [Revisions.Most] = Revisions.Write(most) },
                },
                ["spec"] = new JsonMap { ["replicas"] = replicas },
            },
            cancellationToken,
            guarded: true).ConfigureAwait(false);
        var after = new ReplicaSetState(scaled);
        if (ReferenceEquals(rollout.New, set))
        {
            rollout.New = after;
        }
        else
        {
            rollout.Old[rollout.Old.IndexOf(set)] = after;
        }

        if (set.Wanted == replicas)
        {
            return false;
        }

        rollout.Description.WithEvent("ScalingReplicaSet", $"Scaled {(replicas > set.Wanted ? "up" : "down")} replica set {set.Raw.Name} from {set.Wanted} to {replicas}");
        return true;
    }

    /// <summary>Scales without moving a rollout on: where the deployment was scaled, or is paused.</summary>
    public static async Task ScaleAsync(ReconcileContext context, Rollout rollout, CancellationToken cancellationToken)
    {
        var active = rollout.Active.ToList();
        if (active.Count <= 1)
        {
            var only = active.Count == 1 ? active[0] : rollout.New ?? rollout.Old.LastOrDefault();
            if (only is not null && only.Wanted != rollout.Replicas)
            {
                await SetAsync(context, rollout, only, rollout.Replicas, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        if (rollout.New is { } set && set.Wanted == rollout.Replicas && set.Desired == rollout.Replicas && set.Available == rollout.Replicas)
        {
            foreach (var old in rollout.Old.Where(s => s.Wanted > 0).ToArray())
            {
                await SetAsync(context, rollout, old, 0, cancellationToken).ConfigureAwait(false);
            }
        }
        else if (rollout.IsRolling)
        {
            await ProportionallyAsync(context, rollout, active, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes replicas from old sets as far as enough stay available, first those that are not.</summary>
    /// <returns>Whether a set was scaled.</returns>
    public static async Task<bool> ShrinkOldAsync(ReconcileContext context, Rollout rollout, CancellationToken cancellationToken)
    {
        if (rollout.Old.Sum(s => s.Wanted) == 0)
        {
            return false;
        }

        var least = rollout.Replicas - rollout.MaxUnavailable;
        var notThere = (rollout.New?.Wanted ?? 0) - (rollout.New?.Available ?? 0);
        var most = rollout.All.Sum(s => s.Wanted) - least - notThere;
        if (most <= 0)
        {
            return false;
        }

        var scaled = 0L;
        foreach (var set in rollout.Old.ToArray())
        {
            var unhealthy = Math.Min(most - scaled, set.Wanted - set.Available);
            if (scaled < most && set.Wanted > 0 && unhealthy > 0)
            {
                await SetAsync(context, rollout, set, set.Wanted - unhealthy, cancellationToken).ConfigureAwait(false);
                scaled += unhealthy;
            }
        }

        var room = rollout.All.Sum(s => s.Available) - least;
        foreach (var set in rollout.Old.ToArray())
        {
            var going = Math.Min(set.Wanted, room);
            if (going > 0)
            {
                await SetAsync(context, rollout, set, set.Wanted - going, cancellationToken).ConfigureAwait(false);
                room -= going;
                scaled += going;
            }
        }

        return scaled > 0;
    }

    private static async Task ProportionallyAsync(ReconcileContext context, Rollout rollout, List<ReplicaSetState> active, CancellationToken cancellationToken)
    {
        var allowed = rollout.Replicas > 0 ? rollout.Replicas + rollout.MaxSurge : 0;
        var change = allowed - active.Sum(s => s.Wanted);
        var ordered = change >= 0
            ? active.OrderByDescending(s => s.Wanted).ThenByDescending(s => s.Raw.CreationTimestamp).ToList()
            : active.OrderByDescending(s => s.Wanted).ThenBy(s => s.Raw.CreationTimestamp).ToList();
        var added = 0L;
        var sizes = new List<long>();
        foreach (var set in ordered)
        {
            var share = change == 0 || change == added ? 0 : Share(rollout, set);
            share = change > 0 ? Math.Min(share, change - added) : Math.Max(share, change - added);
            sizes.Add(set.Wanted + share);
            added += share;
        }

        // What rounding leaves goes to the largest.
        sizes[0] = Math.Max(0, sizes[0] + change - added);
        foreach (var (set, size) in ordered.Zip(sizes))
        {
            await SetAsync(context, rollout, set, size, cancellationToken).ConfigureAwait(false);
        }
    }

    private static long Share(Rollout rollout, ReplicaSetState set)
    {
        if (rollout.Replicas == 0)
        {
            return -set.Wanted;
        }

        var before = set.Most ?? rollout.Value.Map("status")?.Integer("replicas") ?? 0;
        return before == 0 ? 0 : (long)Math.Round((double)set.Wanted * (rollout.Replicas + rollout.MaxSurge) / before, MidpointRounding.AwayFromZero) - set.Wanted;
    }
}
