using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Protection;

/// <summary>Lets claims and volumes that are being deleted go when nobody uses them any more.</summary>
internal static class VolumeProtection
{
    private const string ClaimFinalizer = "kubernetes.io/pvc-protection";
    private const string VolumeFinalizer = "kubernetes.io/pv-protection";
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    public static async ValueTask<Description> ReconcileClaimAsync(JsonMap claim, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.Raw.IsBeingDeleted && context.Raw.Finalizers.Contains(ClaimFinalizer))
        {
            var pods = await context.ListAsync(Kinds.Pod, cancellationToken, context.Key.Namespace).ConfigureAwait(false);
            if (!pods.Any(p => Uses(p, context.Raw)) && !await IsUsedAsync(context, cancellationToken).ConfigureAwait(false))
            {
                await ReleaseAsync(context, ClaimFinalizer, cancellationToken).ConfigureAwait(false);
            }
        }

        return Description.KeepingChildren();
    }

    public static async ValueTask<Description> ReconcileVolumeAsync(JsonMap volume, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.Raw.IsBeingDeleted && context.Raw.Finalizers.Contains(VolumeFinalizer))
        {
            var holder = volume.At("spec", "claimRef") is JsonMap reference && reference.Text("name") is { } name
                ? await context.FindAsync(Kinds.Claim, new(reference.Text("namespace"), name), cancellationToken).ConfigureAwait(false)
                : null;
            if (volume.At("status", "phase") as string != "Bound" || holder is null || holder.Uid != volume.At("spec", "claimRef", "uid") as string)
            {
                await ReleaseAsync(context, VolumeFinalizer, cancellationToken).ConfigureAwait(false);
            }
        }

        return Description.KeepingChildren();
    }

    // A pod that came just now may not be in the cache yet, and what is released does not come back: the server is asked.
    private static async Task<bool> IsUsedAsync(ReconcileContext context, CancellationToken cancellationToken)
    {
        await foreach (var page in context.Client.ListPagesAsync(Pods, context.Key.Namespace, null, cancellationToken).ConfigureAwait(false))
        {
            if (page.Items.Any(p => Uses(p, context.Raw)))
            {
                return true; // The pod's end comes back here.
            }
        }

        return false;
    }

    // A pod that has no node yet will not start with a claim that is on its way out.
    private static bool Uses(RawObject pod, RawObject claim)
    {
        var spec = pod.ToMap().Map("spec");
        return spec?.Text("nodeName") is { Length: > 0 } && (spec.List("volumes")?.Maps ?? []).Any(v =>
            v.At("persistentVolumeClaim", "claimName") as string == claim.Name
            || (v.Map("ephemeral") is not null && $"{pod.Name}-{v.Text("name")}" == claim.Name && claim.ControllerOwner?.Uid == pod.Uid));
    }

    private static Task<RawObject> ReleaseAsync(ReconcileContext context, string finalizer, CancellationToken cancellationToken)
    {
        var left = context.Raw.Finalizers.Where(f => f != finalizer).ToList();
        return context.Writes.PatchAsync(
            context.Raw, new() { ["metadata"] = new JsonMap { ["finalizers"] = left.Count == 0 ? null : new JsonList(left) } }, cancellationToken, guarded: true);
    }
}
