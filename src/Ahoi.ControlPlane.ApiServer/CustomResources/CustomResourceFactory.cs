using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Webhooks;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Makes the resources a definition serves.</summary>
/// <param name="clients">Speak with the webhooks that convert.</param>
/// <param name="time">The clock that ends the waiting for them.</param>
internal sealed class CustomResourceFactory(WebhookClients clients, TimeProvider time)
{
    /// <summary>The refusal of creations while a definition is being deleted.</summary>
    public const string TerminatingRefusal = "its definition is being deleted";

    /// <summary>Makes what converts between the versions; whoever asks disposes of it where it can be.</summary>
    /// <param name="spec">The definition's spec.</param>
    /// <returns>The converter.</returns>
    public IVersionConverter MakeConverter(JsonMap spec) =>
        spec.Map("conversion") is { } conversion && conversion.Text("strategy") == "Webhook" && conversion.Map("webhook") is { } webhook
            ? new WebhookConversion(webhook, clients, time)
            : new NoConversion();

    /// <summary>Makes the resources.</summary>
    /// <param name="definition">The definition, established.</param>
    /// <param name="storage">Where its objects are.</param>
    /// <param name="converter">What converts between its versions.</param>
    /// <returns>The served versions, the preferred one first.</returns>
    public static IReadOnlyList<ServedResource> Make(JsonMap definition, ResourceStorage storage, IVersionConverter converter)
    {
        var spec = definition.Map("spec") ?? [];
        var group = spec.Text("group") ?? "";
        var versions = (spec.List("versions")?.Maps ?? []).ToList();
        var all = versions
            .Select(v => (Version: v, Schema: v.Map("schema")?.Map("openAPIV3Schema")))
            .Select(v => new CustomVersion($"{group}/{v.Version.Text("name")}", v.Schema is null ? null : StructuralSchemas.Build(v.Schema), new(v.Version)))
            .ToDictionary(v => v.ApiVersion, StringComparer.Ordinal);
        var stored = all[$"{group}/{versions.First(v => v.Flag("storage") == true).Text("name")}"];
        var refusal = definition.Map("metadata")?["deletionTimestamp"] is null ? null : TerminatingRefusal;
        return
        [
            .. versions
                .Where(v => v.Flag("served") == true)
                .OrderBy(v => v.Text("name") ?? "", ApiVersion.PreferredFirst)
                .Select(v => Make(definition, v, all, stored, converter, storage, refusal)),
        ];
    }

    private static ServedResource Make(
        JsonMap definition, JsonMap version, Dictionary<string, CustomVersion> all, CustomVersion stored, IVersionConverter converter, ResourceStorage storage, string? refusal)
    {
        var spec = definition.Map("spec") ?? [];
        var names = definition.Map("status")?.Map("acceptedNames") ?? [];
        var (group, name, kind) = (spec.Text("group") ?? "", version.Text("name") ?? "", names.Text("kind") ?? "");
        var own = all[$"{group}/{name}"];
        return new()
        {
            Group = group,
            Version = name,
            Plural = names.Text("plural") ?? "",
            Singular = names.Text("singular") ?? "",
            Kind = kind,
            ListKind = names.Text("listKind") is { Length: > 0 } listKind ? listKind : kind + "List",
            Namespaced = spec.Text("scope") == "Namespaced",
            ShortNames = [.. names.List("shortNames")?.Texts ?? []],
            Categories = [.. names.List("categories")?.Texts ?? []],
            Subresources = [.. Subresources(version.Map("subresources") ?? [], new(group, name, kind))],
            IsCustom = true,
            Schema = own.Schema,
            CustomSchema = version.Map("schema")?.Map("openAPIV3Schema"),
            Strategy = own.Strategy,
            Columns = new PrinterColumns(version.List("additionalPrinterColumns")),
            SelectableFields = [.. (version.List("selectableFields")?.Maps ?? []).Select(f => (f.Text("jsonPath") ?? "").TrimStart('.'))],
            DeprecationWarning = version.Flag("deprecated") == true ? version.Text("deprecationWarning") ?? $"{group}/{name} {kind} is deprecated" : null,
            Storage = storage,
            Reader = new CustomResourceReader(own, stored, all, converter),
            CreateRefusal = refusal,
            OtherVersions = (spec.List("versions")?.Maps ?? [])
                .Where(v => v.Flag("served") == true && v.Text("name") != name)
                .Select(v => $"{group}/{v.Text("name")}")
                .ToDictionary(v => v, v => all[v].Schema, StringComparer.Ordinal),
            ScalePathsOfOtherVersions = (spec.List("versions")?.Maps ?? [])
                .Where(v => v.Flag("served") == true && v.Text("name") != name)
                .ToDictionary(v => $"{group}/{v.Text("name")}", v => v.Map("subresources")?.Map("scale")?.Text("specReplicasPath")?.TrimStart('.'), StringComparer.Ordinal),
        };
    }

    private static IEnumerable<ServedSubresource> Subresources(JsonMap subresources, GroupVersionKind kind)
    {
        if (subresources.Map("status") is not null)
        {
            yield return new("status", kind, ["get", "patch", "update"]);
        }

        if (subresources.Map("scale") is { } scale)
        {
            yield return new("scale", new("autoscaling", "v1", "Scale"), ["get", "patch", "update"])
            {
                Scale = new(
                    (scale.Text("specReplicasPath") ?? "").TrimStart('.'),
                    (scale.Text("statusReplicasPath") ?? "").TrimStart('.'),
                    scale.Text("labelSelectorPath") is { Length: > 0 } selector ? selector.TrimStart('.') : null),
            };
        }
    }
}
