using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>A deployment and its replica sets during one reconcile.</summary>
internal sealed class Rollout
{
    public Rollout(RawObject raw, JsonMap value, IEnumerable<RawObject> sets, Description description)
    {
        Raw = raw;
        Value = value;
        Description = description;
        Spec = value.Map("spec") ?? [];
        Template = Spec.Map("template") ?? [];
        Replicas = Spec.Integer("replicas") ?? 1;
        Old = [.. sets.Select(s => new ReplicaSetState(s)).OrderBy(s => s.Raw.CreationTimestamp).ThenBy(s => s.Raw.Name, StringComparer.Ordinal)];
        New = Old.FirstOrDefault(s => Revisions.SameTemplate(s.Template, Template));
        if (New is not null)
        {
            Old.Remove(New);
        }

        (MaxSurge, MaxUnavailable) = Fenceposts();
    }

    public RawObject Raw { get; }

    public JsonMap Value { get; }

    public JsonMap Spec { get; }

    public JsonMap Template { get; }

    public Description Description { get; }

    public long Replicas { get; }

    public long MaxSurge { get; }

    public long MaxUnavailable { get; }

    public bool IsRolling => Spec.Map("strategy")?.Text("type") != "Recreate";

    public ReplicaSetState? New { get; set; }

    public List<ReplicaSetState> Old { get; }

    public IEnumerable<ReplicaSetState> All => New is null ? Old : Old.Append(New);

    public IEnumerable<ReplicaSetState> Active => All.Where(s => s.Wanted > 0);

    /// <summary>Gets how many replicas the new set may have now.</summary>
    public long NewReplicas(long has)
    {
        if (!IsRolling)
        {
            return Replicas;
        }

        var room = Replicas + MaxSurge - All.Sum(s => s.Wanted);
        return room <= 0 ? has : has + Math.Min(room, Replicas - has);
    }

    // Surge rounds up and unavailability down; where both come to nothing, one may be unavailable, or nothing could move.
    private (long Surge, long Unavailable) Fenceposts()
    {
        if (!IsRolling)
        {
            return (0, 0);
        }

        var rolling = Spec.Map("strategy")?.Map("rollingUpdate") ?? [];
        var surge = Scaled(rolling["maxSurge"], up: true);
        var unavailable = Scaled(rolling["maxUnavailable"], up: false);
        if (surge == 0 && unavailable == 0)
        {
            unavailable = 1;
        }

        return (surge, Math.Min(unavailable, Replicas));
    }

    private long Scaled(object? value, bool up) => Objects.CountOrPercent.Of(value, Replicas, up) ?? 0;
}
