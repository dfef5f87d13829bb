using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Quantities;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>
/// Makes volumes in folders of this machine for claims of its storage class, lets them grow, and deletes them with what is in
/// them when the claim that had them is gone and their policy says so. Binding is Kubernetes' own controller's.
/// </summary>
internal sealed class LocalProvisioner(string folder)
{
    /// <summary>The provisioner's name, and the field manager of its writes.</summary>
    public const string Name = "ahoi.dev/local";

    private const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    private static readonly GroupVersionKind StorageClass = new("storage.k8s.io", "v1", "StorageClass");
    private static readonly GroupVersionResource StorageClasses = new("storage.k8s.io", "v1", "storageclasses");

    /// <summary>Makes the storage class <c>local</c>, the default one, unless it is there.</summary>
    public static async Task EnsureClassAsync(ApiClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(StorageClasses, null, RequestBody.FromMap(new()
            {
                ["apiVersion"] = "storage.k8s.io/v1",
                ["kind"] = "StorageClass",
                ["metadata"] = new JsonMap { ["name"] = "local", ["annotations"] = new JsonMap { ["storageclass.kubernetes.io/is-default-class"] = "true" } },
                ["provisioner"] = Name,
                ["reclaimPolicy"] = "Delete",
                ["volumeBindingMode"] = "Immediate",
                ["allowVolumeExpansion"] = true,
            }), new() { FieldManager = Name }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // It is there, perhaps changed by somebody.
        }
    }

    public async ValueTask<Description> ReconcileClaimAsync(JsonMap claim, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren().WithoutReadyCondition();
        var spec = claim.Map("spec") ?? [];
        if (context.Raw.IsBeingDeleted || spec.Text("storageClassName") is not { Length: > 0 } className)
        {
            return description;
        }

        var storage = (await context.FindAsync(StorageClass, new(null, className), cancellationToken).ConfigureAwait(false))?.ToMap();
        if (storage?.Text("provisioner") != Name)
        {
            return description;
        }

        var asked = spec.Map("resources")?.Map("requests")?["storage"]?.ToString();
        if (spec.Text("volumeName") is { Length: > 0 } bound)
        {
            await GrowAsync(claim, bound, asked, storage, context, cancellationToken).ConfigureAwait(false);
            return description;
        }

        if (spec.Map("selector") is not null)
        {
            return description; // Those wait for a volume that somebody makes.
        }

        if (spec.Text("volumeMode") == "Block")
        {
            return description.WithEvent("ProvisioningFailed", $"volumes of mode Block are not made by {Name}; set volumeMode to Filesystem", EventType.Warning);
        }

        var name = "pvc-" + context.Raw.Uid;
        if (await context.FindAsync(NodeKinds.Volume, new(null, name), cancellationToken).ConfigureAwait(false) is null)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            await CreateAsync(name, claim, asked ?? "0", storage, context, cancellationToken).ConfigureAwait(false);
            description.WithEvent("ProvisioningSucceeded", $"Successfully provisioned volume {name}");
        }

        return description;
    }

    public async ValueTask<Description> ReconcileVolumeAsync(JsonMap volume, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren().WithoutReadyCondition();
        if (context.Raw.Annotations.GetValueOrDefault(ProvisionedBy) != Name || volume.At("spec", "persistentVolumeReclaimPolicy") is not "Delete" || volume.At("status", "phase") is not "Released")
        {
            return description;
        }

        // Only what was made here: the folder's name is the volume's.
        PodFolders.Delete(Path.Combine(folder, context.Raw.Name));
        await context.Writes.DeleteAsync(context.Raw, cancellationToken).ConfigureAwait(false);
        return description;
    }

    private async Task CreateAsync(string name, JsonMap claim, string asked, JsonMap storage, ReconcileContext context, CancellationToken cancellationToken)
    {
        var spec = claim.Map("spec") ?? [];
        var created = new JsonMap
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonMap { ["name"] = name, ["annotations"] = new JsonMap { [ProvisionedBy] = Name } },
            ["spec"] = new JsonMap
            {
                ["capacity"] = new JsonMap { ["storage"] = asked },
                ["accessModes"] = spec.List("accessModes")?.DeepClone(),
                ["persistentVolumeReclaimPolicy"] = storage.Text("reclaimPolicy") ?? "Delete",
                ["storageClassName"] = spec.Text("storageClassName"),
                ["hostPath"] = new JsonMap { ["path"] = Path.Combine(folder, name), ["type"] = "DirectoryOrCreate" },
                ["claimRef"] = new JsonMap
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "PersistentVolumeClaim",
                    ["namespace"] = context.Key.Namespace,
                    ["name"] = context.Key.Name,
                    ["uid"] = context.Raw.Uid,
                    ["resourceVersion"] = context.Raw.ResourceVersion,
                },
            },
        };
        try
        {
            await context.Writes.CreateAsync(created, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // It was made before; the cache will tell.
        }
    }

    /// <summary>A folder grows by itself; the objects have to say so.</summary>
    private static async Task GrowAsync(JsonMap claim, string bound, string? asked, JsonMap storage, ReconcileContext context, CancellationToken cancellationToken)
    {
        var has = claim.Map("status")?.Map("capacity")?["storage"]?.ToString();
        if (!Quantity.TryParse(asked, out var wanted) || !Quantity.TryParse(has, out var present) || wanted <= present || storage.Flag("allowVolumeExpansion") != true)
        {
            return;
        }

        if (await context.FindAsync(NodeKinds.Volume, new(null, bound), cancellationToken).ConfigureAwait(false) is not { } volume || volume.Annotations.GetValueOrDefault(ProvisionedBy) != Name)
        {
            return;
        }

        await context.Writes.PatchAsync(volume, new() { ["spec"] = new JsonMap { ["capacity"] = new JsonMap { ["storage"] = asked } } }, cancellationToken).ConfigureAwait(false);
        await context.Writes.PatchAsync(context.Raw, new() { ["status"] = new JsonMap { ["capacity"] = new JsonMap { ["storage"] = asked } } }, cancellationToken, "status").ConfigureAwait(false);
    }
}
