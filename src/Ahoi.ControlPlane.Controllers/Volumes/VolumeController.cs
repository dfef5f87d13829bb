using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Volumes;

/// <summary>Says what volumes are: free, bound, or left behind by a claim that is gone.</summary>
internal static class VolumeController
{
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");

    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var reference = value.Map("spec")?.Map("claimRef");
        var phase = value.Map("status")?.Text("phase");
        if (reference?.Text("uid") is not { Length: > 0 } uid)
        {
            await WriteAsync(context, value, "Available", null, cancellationToken).ConfigureAwait(false);
            return description;
        }

        // Asked of the server: a volume must not count as left behind because its claim is too new to be known.
        var claim = await context.Client.FindAsync(Claims, new(reference.Text("namespace"), reference.Text("name")!), null, cancellationToken).ConfigureAwait(false);
        if (claim?.Uid == uid)
        {
            var bound = claim.ToMap().Map("spec")?.Text("volumeName");
            if (bound == context.Raw.Name)
            {
                await WriteAsync(context, value, "Bound", null, cancellationToken).ConfigureAwait(false);
            }
            else if (!string.IsNullOrEmpty(bound) && context.Raw.Annotations.ContainsKey(VolumeBinding.BoundByController))
            {
                // The claim took another volume; this one is free again.
                await context.Writes.PatchAsync(
                    context.Raw,
                    new() { ["spec"] = new JsonMap { ["claimRef"] = null }, ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [VolumeBinding.BoundByController] = null } } },
                    cancellationToken,
                    guarded: true).ConfigureAwait(false);
            }

            return description;
        }

        var keeps = value.Map("spec")?.Text("persistentVolumeReclaimPolicy") is not "Delete" || context.Raw.Annotations.ContainsKey(VolumeBinding.ProvisionedBy);
        if (keeps && phase != "Failed")
        {
            await WriteAsync(context, value, "Released", null, cancellationToken).ConfigureAwait(false);
        }
        else if (!keeps && phase != "Failed")
        {
            const string Message = "no deletable volume plugin matched: whoever made the volume deletes what is behind it";
            await WriteAsync(context, value, "Failed", Message, cancellationToken).ConfigureAwait(false);
            description.WithEvent("VolumeFailedDelete", Message, EventType.Warning);
        }

        return description;
    }

    private static Task WriteAsync(ReconcileContext context, JsonMap value, string phase, string? message, CancellationToken cancellationToken)
    {
        var status = value.Map("status")?.DeepClone() ?? [];
        if (status.Text("phase") == phase)
        {
            return Task.CompletedTask;
        }

        status["phase"] = phase;
        status["message"] = message;
        return context.Writes.WriteStatusAsync(context.Raw, status, cancellationToken);
    }
}
