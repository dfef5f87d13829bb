using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Deletes what the API server protects: it is approved first, by an annotation that names the customer.</summary>
internal static class Removal
{
    public static readonly GroupVersionKind Claims = new("", "v1", "PersistentVolumeClaim");

    public static readonly GroupVersionResource ClaimResource = new("", "v1", "persistentvolumeclaims");

    /// <summary>Lifts the protection of an object; it is not deleted.</summary>
    public static async Task ApproveAsync(ReconcileContext context, GroupVersionResource resource, RawObject found, CancellationToken cancellationToken)
    {
        if (!found.Labels.TryGetValue(Group.CustomerUidLabel, out var uid)
            || (found.Annotations.TryGetValue(Group.ApprovalAnnotation, out var approved) && approved == uid))
        {
            return;
        }

        await TryAsync(() => context.Client.PatchAsync(
            resource,
            found.Key,
            Patch.Merge(new JsonMap
            {
                ["metadata"] = new JsonMap { ["uid"] = found.Uid, ["annotations"] = new JsonMap { [Group.ApprovalAnnotation] = uid } },
            }),
            cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Deletes an object, whether it is protected or not.</summary>
    public static async Task DeleteAsync(ReconcileContext context, GroupVersionResource resource, RawObject found, CancellationToken cancellationToken)
    {
        if (found.IsBeingDeleted)
        {
            return;
        }

        await ApproveAsync(context, resource, found, cancellationToken).ConfigureAwait(false);

        // The uid makes sure that it is this object, and not one that has taken its name since.
        await TryAsync(() => context.Client.DeleteAsync(
            resource, found.Key, new DeleteOptions { Uid = found.Uid, PropagationPolicy = "Background" }, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task TryAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, or another: the next look at the cache tells.
        }
    }
}
