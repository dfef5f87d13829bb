using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Volumes;

/// <summary>Makes the claims of pods' ephemeral volumes; they go with their pod.</summary>
internal static class EphemeralClaims
{
    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (context.Raw.IsBeingDeleted || PodState.IsFinished(value))
        {
            return description;
        }

        foreach (var volume in value.Map("spec")?.List("volumes")?.Maps ?? [])
        {
            if (volume.Map("ephemeral")?.Map("volumeClaimTemplate") is not { } template)
            {
                continue;
            }

            var key = new ObjectKey(context.Raw.Namespace, $"{context.Raw.Name}-{volume.Text("name")}");
            var present = await context.FindAsync(Kinds.Claim, key, cancellationToken).ConfigureAwait(false);
            if (present is not null)
            {
                if (present.ControllerOwner?.Uid != context.Raw.Uid)
                {
                    description.WithEvent("Failed", $"PVC \"{key}\" was not created for pod", EventType.Warning);
                }

                continue;
            }

            var metadata = template.Map("metadata")?.DeepClone() ?? [];
            metadata["name"] = key.Name;
            try
            {
                await context.Writes.CreateAsync(
                    Owned.New(Kinds.Claim, context.Raw, metadata, new() { ["spec"] = template.Map("spec")?.DeepClone() ?? [] }), cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 409)
            {
                // It is there, and its watch says so in a moment.
            }
        }

        return description;
    }
}
