using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Volumes;

/// <summary>Binds claims to volumes: first the volume is reserved for the claim, then the claim says which it has.</summary>
internal static class ClaimController
{
    private const string Provisioner = "volume.kubernetes.io/storage-provisioner";
    private const string NoProvisioner = "kubernetes.io/no-provisioner";

    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var name = value.Map("spec")?.Text("volumeName");
        var volume = string.IsNullOrEmpty(name) ? null : await context.FindAsync(Kinds.Volume, new(null, name), cancellationToken).ConfigureAwait(false);
        if (context.Raw.Annotations.ContainsKey(VolumeBinding.BindCompleted))
        {
            await KeepAsync(value, context, volume, description, cancellationToken).ConfigureAwait(false);
        }
        else if (!string.IsNullOrEmpty(name))
        {
            if (volume is not null && volume.ToMap() is var asked && (VolumeBinding.IsFree(asked) || VolumeBinding.IsFor(asked, context.Raw)))
            {
                await BindAsync(value, context, volume, cancellationToken).ConfigureAwait(false);
            }
            else if (volume is not null)
            {
                description.WithEvent("FailedBinding", $"volume \"{name}\" already bound to a different claim.", EventType.Warning);
            }
        }
        else if (!context.Raw.IsBeingDeleted)
        {
            await FindAsync(value, context, description, cancellationToken).ConfigureAwait(false);
        }

        return description;
    }

    private static async Task FindAsync(JsonMap value, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        var volumes = await context.ListAsync(Kinds.Volume, cancellationToken).ConfigureAwait(false);
        var kind = VolumeBinding.ClassOf(value);
        var found = kind.Length == 0 ? null : await context.FindAsync(Kinds.StorageClass, new(null, kind), cancellationToken).ConfigureAwait(false);
        var chosen = VolumeBinding.Choose(value, context.Raw, volumes);
        if (found?.ToMap().Text("volumeBindingMode") == "WaitForFirstConsumer" && (chosen is null || !VolumeBinding.IsFor(chosen.ToMap(), context.Raw)))
        {
            description.WithEvent("WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return;
        }

        if (chosen is not null)
        {
            await BindAsync(value, context, chosen, cancellationToken).ConfigureAwait(false);
        }
        else if (kind.Length == 0)
        {
            description.WithEvent("FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        }
        else if (found is null)
        {
            description.WithEvent("ProvisioningFailed", $"storageclass.storage.k8s.io \"{kind}\" not found", EventType.Warning);
        }
        else if (found.ToMap().Text("provisioner") is { } provisioner && provisioner != NoProvisioner)
        {
            if (context.Raw.Annotations.GetValueOrDefault(Provisioner) != provisioner)
            {
                await context.Writes.PatchAsync(
                    context.Raw, new() { ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [Provisioner] = provisioner } } }, cancellationToken).ConfigureAwait(false);
            }

            description.WithEvent("ExternalProvisioning", $"Waiting for a volume to be created by the provisioner '{provisioner}' or by an administrator.");
        }
    }

    private static async Task BindAsync(JsonMap value, ReconcileContext context, RawObject volume, CancellationToken cancellationToken)
    {
        var before = volume.ToMap();
        if (before.Map("spec")?.Map("claimRef")?.Text("uid") != context.Raw.Uid)
        {
            var change = new JsonMap { ["spec"] = new JsonMap { ["claimRef"] = VolumeBinding.Reference(context.Raw) } };
            if (VolumeBinding.IsFree(before))
            {
                change["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [VolumeBinding.BoundByController] = "yes" } };
            }

            // Guarded: another claim may want it too.
            volume = await context.Writes.PatchAsync(volume, change, cancellationToken, guarded: true).ConfigureAwait(false);
        }

        var annotations = new JsonMap { [VolumeBinding.BindCompleted] = "yes" };
        var bound = new JsonMap { ["metadata"] = new JsonMap { ["annotations"] = annotations } };
        if (value.Map("spec")?.Text("volumeName") is not { Length: > 0 })
        {
            annotations[VolumeBinding.BoundByController] = "yes";
            bound["spec"] = new JsonMap { ["volumeName"] = volume.Name };
        }

        var claim = await context.Writes.PatchAsync(context.Raw, bound, cancellationToken, guarded: true).ConfigureAwait(false);
        await WriteAsync(context, claim, "Bound", volume.ToMap(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task KeepAsync(JsonMap value, ReconcileContext context, RawObject? volume, Description description, CancellationToken cancellationToken)
    {
        if (volume is not null && volume.ToMap() is var there)
        {
            if (VolumeBinding.IsFree(there))
            {
                await BindAsync(value, context, volume, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (VolumeBinding.IsFor(there, context.Raw))
            {
                await WriteAsync(context, context.Raw, "Bound", there, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        if (value.Map("status")?.Text("phase") != "Lost")
        {
            description.WithEvent(
                volume is null ? "ClaimLost" : "ClaimMisbound",
                volume is null ? "Bound claim has lost its PersistentVolume. Data on the volume is lost!" : "Two claims are bound to the same volume, this one is bound incorrectly",
                EventType.Warning);
            await WriteAsync(context, context.Raw, "Lost", null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(ReconcileContext context, RawObject claim, string phase, JsonMap? volume, CancellationToken cancellationToken)
    {
        var status = claim.ToMap().Map("status")?.DeepClone() ?? [];
        if (status.Text("phase") == phase)
        {
            return Task.CompletedTask;
        }

        status["phase"] = phase;
        status["accessModes"] = volume?.Map("spec")?.List("accessModes")?.DeepClone();
        status["capacity"] = volume?.Map("spec")?.Map("capacity")?.DeepClone();
        return context.Writes.WriteStatusAsync(claim, status, cancellationToken);
    }
}
