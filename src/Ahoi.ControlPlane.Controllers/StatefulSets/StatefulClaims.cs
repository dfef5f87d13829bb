using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.StatefulSets;

/// <summary>The volume claims of a stateful set's pods: made before the pods, and by default kept after them.</summary>
internal sealed class StatefulClaims(JsonMap spec, ReconcileContext context, Description description)
{
    /// <summary>Puts the claims of an ordinal into a pod's volumes, before and in place of the template's.</summary>
    public static void Mount(JsonMap podSpec, JsonMap spec, string set, int ordinal)
    {
        var names = Templates(spec).Select(NameOf).ToList();
        if (names.Count == 0)
        {
            return;
        }

        var volumes = new JsonList();
        foreach (var name in names)
        {
            volumes.Add(new JsonMap { ["name"] = name, ["persistentVolumeClaim"] = new JsonMap { ["claimName"] = NameOf(name, set, ordinal) } });
        }

        foreach (var volume in (podSpec.List("volumes")?.Maps ?? []).Where(v => !names.Contains(v.Text("name") ?? "")))
        {
            volumes.Add(volume.DeepClone());
        }

        podSpec["volumes"] = volumes;
    }

    /// <summary>Makes the claims of an ordinal that are not there. Returns why that cannot be, or <see langword="null"/>.</summary>
    public async Task<string?> MakeAsync(int ordinal, CancellationToken cancellationToken)
    {
        foreach (var template in Templates(spec))
        {
            var name = NameOf(NameOf(template), context.Raw.Name, ordinal);
            var there = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (there is { IsBeingDeleted: true })
            {
                return $"claim {name} is being deleted";
            }

            if (there is not null)
            {
                continue;
            }

            try
            {
                await context.Writes.CreateAsync(Claim(template, name), cancellationToken).ConfigureAwait(false);
                description.WithEvent("SuccessfulCreate", $"create Claim {name} Pod {StatefulPod.NameOf(context.Raw.Name, ordinal)} in StatefulSet {context.Raw.Name} success");
            }
            catch (ApiException exception)
            {
                description.WithEvent(
                    "FailedCreate", $"create Claim {name} for Pod {StatefulPod.NameOf(context.Raw.Name, ordinal)} in StatefulSet {context.Raw.Name} failed error: {exception.Message}", EventType.Warning);
                return exception.Message;
            }
        }

        return null;
    }

    /// <summary>Makes the owners of a pod's claims what the retention policy says: the set, where claims go with it; the pod,
    /// where they go with a pod that scaling down takes away.</summary>
    public async Task RetainAsync(StatefulPod pod, bool isCondemned, CancellationToken cancellationToken)
    {
        var policy = spec.Map("persistentVolumeClaimRetentionPolicy");
        var (withSet, withPod) = (policy?.Text("whenDeleted") == "Delete", policy?.Text("whenScaled") == "Delete" && isCondemned);
        foreach (var template in pod.Raw is null ? [] : Templates(spec))
        {
            var claim = await FindAsync(NameOf(NameOf(template), context.Raw.Name, pod.Ordinal), cancellationToken).ConfigureAwait(false);
            if (claim is null || (claim.ControllerOwner is { } other && other.Uid != context.Raw.Uid && other.Uid != pod.Raw!.Uid && other.Kind is not "Pod"))
            {
                continue; // What somebody else controls is theirs.
            }

            // A former pod of the name may be an owner still; it must not take the claim with it.
            var before = claim.ToMap().Map("metadata")?.List("ownerReferences")?.DeepClone() ?? [];
            var after = new JsonList(before.Maps.Where(r => r.Text("uid") != context.Raw.Uid && !(r.Text("kind") == "Pod" && r.Text("name") == pod.Raw!.Name)));
            if (withPod)
            {
                after.Add(Owned.Reference(pod.Raw!)); // There are templates to look at only for a pod.
            }
            else if (withSet)
            {
                after.Add(Owned.Reference(context.Raw));
            }

            if (!JsonTree.Equals(before, after))
            {
                await context.Writes.PatchAsync(
                    claim, new() { ["metadata"] = new JsonMap { ["ownerReferences"] = after.Count == 0 ? null : after } }, cancellationToken, guarded: true).ConfigureAwait(false);
            }
        }
    }

    private JsonMap Claim(JsonMap template, string name)
    {
        var claim = template.DeepClone();
        claim["apiVersion"] = Kinds.Claim.ApiVersion;
        claim["kind"] = Kinds.Claim.Kind;
        claim.Remove("status");
        var metadata = claim.EnsureMap("metadata");
        metadata["name"] = name;
        metadata["namespace"] = context.Key.Namespace;
        foreach (var (label, value) in (spec.At("selector", "matchLabels") as JsonMap) ?? [])
        {
            metadata.EnsureMap("labels")[label] = value;
        }

        return claim;
    }

    private ValueTask<RawObject?> FindAsync(string name, CancellationToken cancellationToken) =>
        context.FindAsync(Kinds.Claim, new(context.Key.Namespace, name), cancellationToken);

    private static IEnumerable<JsonMap> Templates(JsonMap spec) => spec.List("volumeClaimTemplates")?.Maps ?? [];

    private static string NameOf(JsonMap template) => template.At("metadata", "name") as string ?? "";

    private static string NameOf(string template, string set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{template}-{set}-{ordinal}");
}
