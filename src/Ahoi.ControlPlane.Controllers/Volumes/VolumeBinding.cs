using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Volumes;

/// <summary>What volumes and claims say of each other, and which fit.</summary>
internal static class VolumeBinding
{
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    private const string OldClass = "volume.beta.kubernetes.io/storage-class";

    public static string ClassOf(JsonMap value) =>
        value.Map("metadata")?.Map("annotations")?.Text(OldClass) ?? value.Map("spec")?.Text("storageClassName") ?? "";

    /// <summary>Gets whether a volume is meant for a claim, by its claimRef: this claim, or one of its name that is not known yet.</summary>
    public static bool IsFor(JsonMap volume, RawObject claim) =>
        volume.Map("spec")?.Map("claimRef") is { } reference
        && reference.Text("namespace") == claim.Namespace && reference.Text("name") == claim.Name
        && (reference.Text("uid") is not { Length: > 0 } uid || uid == claim.Uid);

    public static bool IsFree(JsonMap volume) => volume.Map("spec")?.Map("claimRef") is null;

    /// <summary>Chooses the volume for a claim: one that was made for it, or else the smallest free one that is enough.</summary>
    public static RawObject? Choose(JsonMap claim, RawObject raw, IEnumerable<RawObject> volumes)
    {
        var fitting = volumes.Where(v => !v.IsBeingDeleted).Select(v => (Raw: v, Volume: v.ToMap())).Where(v => Fits(claim, v.Raw, v.Volume)).ToList();
        return fitting.Find(v => IsFor(v.Volume, raw)).Raw
            ?? fitting.Where(v => IsFree(v.Volume) && v.Volume.Map("status")?.Text("phase") == "Available").OrderBy(v => Amounts.Of(v.Volume.Map("spec")?.Map("capacity"))["storage"])
                .ThenBy(v => v.Raw.Name, StringComparer.Ordinal).FirstOrDefault().Raw;
    }

    private static bool Fits(JsonMap claim, RawObject raw, JsonMap volume)
    {
        var (wanted, offered) = (claim.Map("spec") ?? [], volume.Map("spec") ?? []);
        return ClassOf(claim) == ClassOf(volume)
            && (wanted.Text("volumeMode") ?? "Filesystem") == (offered.Text("volumeMode") ?? "Filesystem")
            && (wanted.Text("volumeAttributesClassName") ?? "") == (offered.Text("volumeAttributesClassName") ?? "")
            && (wanted.List("accessModes")?.Texts ?? []).All(m => offered.List("accessModes")?.Texts.Contains(m) == true)
            && (wanted.Map("selector") is not { } selector || LabelSelector.FromJson(selector).Matches(raw.Labels))
            && Amounts.Of(offered.Map("capacity")).TryGetValue("storage", out var size)
            && (!Amounts.Of(wanted.Map("resources")?.Map("requests")).TryGetValue("storage", out var needed) || size >= needed);
    }

    public static JsonMap Reference(RawObject claim) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = Kinds.Claim.Kind,
        ["namespace"] = claim.Namespace,
        ["name"] = claim.Name,
        ["uid"] = claim.Uid,
        ["resourceVersion"] = claim.ResourceVersion,
    };
}
