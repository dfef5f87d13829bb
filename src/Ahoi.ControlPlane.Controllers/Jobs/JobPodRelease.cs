using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Takes the finalizer from pods that no job will count any more: their job is gone, has ended, or has let them go.</summary>
internal static class JobPodRelease
{
    public static async ValueTask<Description> ReconcileAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (!context.Raw.Finalizers.Contains(JobNames.TrackingFinalizer))
        {
            return description;
        }

        if (context.Raw.ControllerOwner is { } owner)
        {
            if (owner.Kind != Kinds.Job.Kind || GroupVersionKind.Of(owner.ApiVersion, owner.Kind).Group != Kinds.Job.Group)
            {
                return description;
            }

            var job = await context.FindAsync(Kinds.Job, new(context.Key.Namespace, owner.Name), cancellationToken).ConfigureAwait(false);
            if (job?.Uid == owner.Uid)
            {
                var known = job.ToMap();
                if (!JobController.IsFinished(known) || (known.At("spec", "managedBy") is string manager && manager != JobNames.Controller))
                {
                    return description;
                }
            }
        }

        await ReleaseAsync(context, context.Raw, cancellationToken).ConfigureAwait(false);
        return description;
    }

    /// <summary>Takes the finalizer from a pod. Returns the pod, or <see langword="null"/> where it is gone.</summary>
    public static async Task<RawObject?> ReleaseAsync(ReconcileContext context, RawObject pod, CancellationToken cancellationToken)
    {
        // An own write may have changed it since it was looked at.
        pod = await context.FindAsync(Kinds.Pod, pod.Key, cancellationToken).ConfigureAwait(false) is { } known && known.Uid == pod.Uid ? known : pod;
        var left = pod.Finalizers.Where(f => f != JobNames.TrackingFinalizer).ToList();
        try
        {
            return await context.Writes.PatchAsync(
                pod, new() { ["metadata"] = new JsonMap { ["finalizers"] = left.Count == 0 ? null : new JsonList(left) } }, cancellationToken, guarded: true).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return null;
        }
    }
}
