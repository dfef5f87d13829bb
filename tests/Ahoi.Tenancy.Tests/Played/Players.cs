using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>Play what a node and a provisioner of volumes do.</summary>
internal static class Players
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    private static readonly Patch Running = Patch.Merge(JsonTree.ParseMap(
        """{"status":{"phase":"Running","podIP":"10.0.9.9","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"}]}}"""));

    private static readonly Patch Done = Patch.Merge(JsonTree.ParseMap("""{"status":{"phase":"Succeeded"}}"""));

    public static void Add(AhoiBuilder builder) => builder
        .AddController<JsonMap>(PodAsync, o => Of(o, "pods", "", "Pod"))
        .AddController<JsonMap>(ClaimAsync, o => Of(o, "claims", "", "PersistentVolumeClaim"))
        .AddController<JsonMap>(VolumeAsync, o => Of(o, "volumes", "", "PersistentVolume"));

    private static void Of(ControllerOptions options, string name, string group, string kind)
    {
        options.Name = name;
        options.Kind = new(group, "v1", kind);
        options.MinRetryDelay = TimeSpan.FromMilliseconds(5);
        options.ReconcilesDeleted = true;
    }

    private static ValueTask<Description> PodAsync(JsonMap pod, ReconcileContext context, CancellationToken cancellationToken)
    {
        var key = context.Key;
        return pod switch
        {
            _ when context.Raw.IsBeingDeleted => DoAsync(() => context.Client.DeleteAsync(Pods, key, new DeleteOptions { GracePeriod = TimeSpan.Zero }, cancellationToken)),
            _ when pod.At("status", "phase") is "Succeeded" or "Running" => Nothing,
            _ => DoAsync(() => context.Client.PatchAsync(
                Pods, key, context.Raw.ControllerOwner?.Kind == "Job" ? Done : Running, new() { Subresource = "status" }, cancellationToken)),
        };
    }

    private static ValueTask<Description> ClaimAsync(JsonMap claim, ReconcileContext context, CancellationToken cancellationToken) =>
        context.Raw.IsBeingDeleted || claim.At("spec", "volumeName") is string { Length: > 0 }
            ? Nothing
            : DoAsync(() => context.Client.CreateAsync(
                Volumes,
                null,
                new JsonMap
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "PersistentVolume",
                    ["metadata"] = new JsonMap { ["name"] = $"pv-{context.Raw.Uid}" },
                    ["spec"] = new JsonMap
                    {
                        ["capacity"] = new JsonMap { ["storage"] = claim.At("spec", "resources", "requests", "storage") },
                        ["accessModes"] = claim.At("spec", "accessModes"),
                        ["persistentVolumeReclaimPolicy"] = "Delete",
                        ["hostPath"] = new JsonMap { ["path"] = "/nowhere" },
                        ["claimRef"] = new JsonMap
                        {
                            ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["namespace"] = context.Key.Namespace, ["name"] = context.Key.Name, ["uid"] = context.Raw.Uid,
                        },
                    },
                },
                cancellationToken: cancellationToken));

    private static ValueTask<Description> VolumeAsync(JsonMap volume, ReconcileContext context, CancellationToken cancellationToken) =>
        !context.Raw.IsBeingDeleted && volume.At("status", "phase") is "Released" && volume.At("spec", "persistentVolumeReclaimPolicy") is "Delete"
            ? DoAsync(() => context.Client.DeleteAsync(Volumes, context.Key, null, cancellationToken))
            : Nothing;

    private static ValueTask<Description> Nothing => new(Description.KeepingChildren().WithoutReadyCondition());

    private static async ValueTask<Description> DoAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, or was done already: the next look tells.
        }

        return await Nothing;
    }
}
