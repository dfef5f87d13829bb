using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Validates CustomResourceDefinitions, metadata excepted.</summary>
internal static class DefinitionValidator
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";

    /// <summary>Finds every fault of a definition.</summary>
    /// <param name="value">The definition, defaults set.</param>
    /// <param name="old">What it was before an update, or <see langword="null"/>.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Validate(JsonMap value, JsonMap? old, FieldErrors errors)
    {
        var view = new DefinitionView(value.Map("spec") ?? []);
        var path = new FieldPath("spec");
        CheckSpec(view, old, path, errors);
        if (old?.Map("spec") is { } oldSpec)
        {
            CheckImmutable(view.Spec, oldSpec, DefinitionConditions.IsTrue(old, DefinitionConditions.Established), path, errors);
        }

        ValidateStatus(value, errors);
        CheckStoredVersions(value.Map("status")?.List("storedVersions"), view.Versions, errors);
        CheckApproval(value, old, errors);
        if (view.Spec.Flag("preserveUnknownFields") == true && old?.Map("spec")?.Flag("preserveUnknownFields") != true)
        {
            errors.Invalid("spec.preserveUnknownFields", true, "no longer possible; set x-kubernetes-preserve-unknown-fields in the schemas instead");
        }
    }

    /// <summary>Finds the faults of a definition's status.</summary>
    /// <param name="value">The definition.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void ValidateStatus(JsonMap value, FieldErrors errors) =>
        CheckNames(value.Map("status")?.Map("acceptedNames") ?? [], new("status.acceptedNames"), errors);

    /// <summary>Gets whether a group belongs to the Kubernetes community, so that its APIs need an approval.</summary>
    /// <param name="group">The group.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsProtectedGroup(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    /// <summary>Gets the state of the approval of a protected group's API.</summary>
    /// <param name="value">The definition.</param>
    /// <returns>The condition's status, its reason and its message.</returns>
    public static (string Status, string Reason, string Message) Approval(JsonMap value) =>
        (value.At("metadata", "annotations", ApprovalAnnotation) as string) switch
        {
            null or "" => ("False", "MissingAnnotation", $"protected groups must have approval annotation \"{ApprovalAnnotation}\""),
            var text when text.StartsWith("unapproved", StringComparison.Ordinal) => ("False", "UnapprovedAnnotation", $"not approved: \"{text}\""),
            var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 => ("True", "ApprovedAnnotation", $"approved in {text}"),
            var text => ("False", "InvalidAnnotation", $"the approval annotation \"{text}\" is neither a URL nor unapproved"),
        };

    private static void CheckSpec(DefinitionView view, JsonMap? old, FieldPath path, FieldErrors errors)
    {
        var spec = view.Spec;
        var group = spec.Text("group") ?? "";
        if (group.Length == 0)
        {
            errors.Required("spec.group");
        }
        else if (!DnsNames.IsSubdomain(group))
        {
            errors.Invalid("spec.group", group, "must be a DNS subdomain");
        }
        else if (!group.Contains('.', StringComparison.Ordinal))
        {
            errors.Invalid("spec.group", group, "a group is a domain name with a dot in it");
        }

        CheckChoice(spec.Text("scope"), "spec.scope", errors, "Cluster", "Namespaced");
        for (var i = 0; i < view.Versions.Count; i++)
        {
            if ((view.Versions[i]["schema"] as JsonMap)?.Map("openAPIV3Schema") is null)
            {
                errors.Required(path.Child("versions").Index(i).Child("schema").Child("openAPIV3Schema").ToString(), "every version needs a schema");
            }
        }

        CheckVersions(view, old, path, errors);
        var names = spec.Map("names") ?? [];
        foreach (var name in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            if (string.IsNullOrEmpty(names.Text(name)))
            {
                errors.Required($"spec.names.{name}");
            }
        }

        CheckNames(names, path.Child("names"), errors);
        var hasStatus = view.Versions.Any(v => v.Map("subresources")?.Map("status") is not null);
        VersionRules.Check(
            new(view.Common("schema") as JsonMap, view.Common("subresources") as JsonMap, view.Common("additionalPrinterColumns") as JsonList, view.Common("selectableFields") as JsonList),
            hasStatus,
            path,
            "validation",
            IsUnchanged(view.Versions.Count > 0 ? view.Versions[0] : null, old),
            errors);
        ConversionRules.Check(spec.Map("conversion"), DefinitionConditions.IsTrue(old, DefinitionConditions.Established), path.Child("conversion"), errors);
    }

    private static void CheckVersions(DefinitionView view, JsonMap? old, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var areUnique = true;
        for (var i = 0; i < view.Versions.Count; i++)
        {
            var (version, at) = (view.Versions[i], path.Child("versions").Index(i));
            var name = version.Text("name") ?? "";
            areUnique &= names.Add(name);
            if (!DnsNames.IsLabel1035(name))
            {
                errors.Invalid(at.Child("name").ToString(), name, "must be a DNS label that begins with a letter");
            }

            VersionRules.CheckDeprecation(version, at, errors);
            VersionRules.Check(
                new(view.Own(version, "schema") as JsonMap, view.Own(version, "subresources") as JsonMap, view.Own(version, "additionalPrinterColumns") as JsonList, view.Own(version, "selectableFields") as JsonList),
                version.Map("subresources")?.Map("status") is not null,
                at,
                "schema",
                IsUnchanged(version, old),
                errors);
        }

        var versions = view.Spec.List("versions") ?? [];
        if (!areUnique)
        {
            errors.Invalid("spec.versions", versions, "each version needs a name of its own");
        }

        if (view.Versions.Count(v => v.Flag("storage") == true) != 1)
        {
            errors.Invalid("spec.versions", versions, "mark one version, and only one, with storage: true");
        }

        if (view.Versions.Count > 0 && view.Versions[0].Text("name") is { Length: > 0 } first && !DnsNames.IsLabel1035(first))
        {
            errors.Invalid("spec.version", first, "must be a DNS label that begins with a letter");
        }
    }

    private static bool IsUnchanged(JsonMap? version, JsonMap? old) =>
        version is not null
        && old?.Map("spec")?.List("versions")?.Maps.FirstOrDefault(v => v.Text("name") == version.Text("name")) is { } was
        && JsonTree.Equals(was["schema"], version["schema"]);

    private static void CheckImmutable(JsonMap spec, JsonMap old, bool isEstablished, FieldPath path, FieldErrors errors)
    {
        if (isEstablished)
        {
            Compare(spec["scope"], old["scope"], path.Child("scope"));
            Compare(spec.At("names", "kind"), old.At("names", "kind"), path.Child("names").Child("kind"));
        }

        Compare(spec["group"], old["group"], path.Child("group"));
        Compare(spec.At("names", "plural"), old.At("names", "plural"), path.Child("names").Child("plural"));

        void Compare(object? value, object? was, FieldPath field)
        {
            if (!JsonTree.Equals(value, was))
            {
                errors.Invalid(field.ToString(), value, "cannot change any more");
            }
        }
    }

    private static void CheckNames(JsonMap names, FieldPath path, FieldErrors errors)
    {
        Check("plural", false);
        Check("singular", false);
        Check("kind", true);
        Check("listKind", true);
        CheckList("shortNames");
        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
        {
            errors.Invalid(path.Child("listKind").ToString(), kind, "the kind has this name; give the list another");
        }

        CheckList("categories");

        void Check(string key, bool mayHaveCapitals)
        {
            if (names.Text(key) is { Length: > 0 } name && !DnsNames.IsLabel1035(mayHaveCapitals ? name.ToLowerInvariant() : name))
            {
                errors.Invalid(path.Child(key).ToString(), name, mayHaveCapitals ? "capitals aside it has to be a DNS label" : "must be a DNS label that begins with a letter");
            }
        }

        void CheckList(string key)
        {
            var list = names.List(key) ?? [];
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is string name && !DnsNames.IsLabel1035(name))
                {
                    errors.Invalid(path.Child(key).Index(i).ToString(), name, "must be a DNS label that begins with a letter");
                }
            }
        }
    }

    private static void CheckStoredVersions(JsonList? stored, IReadOnlyList<JsonMap> versions, FieldErrors errors)
    {
        const string Field = "status.storedVersions";
        if (stored is not { Count: > 0 })
        {
            errors.Invalid(Field, stored ?? [], "cannot be empty");
            return;
        }

        foreach (var version in versions)
        {
            if (version.Flag("storage") == true && !stored.Contains(version.Text("name")))
            {
                errors.Invalid(Field, stored, $"lacks {version.Text("name")}, which objects are stored in");
            }
        }

        for (var i = 0; i < stored.Count; i++)
        {
            if (stored[i] is string name && versions.All(v => v.Text("name") != name))
            {
                errors.Invalid(new FieldPath(Field).Index(i).ToString(), name, $"objects may still be stored as {name}: migrate them and take it out of status.storedVersions before spec.versions");
            }
        }
    }

    private static void CheckApproval(JsonMap value, JsonMap? old, FieldErrors errors)
    {
        if (!IsProtectedGroup(value.Map("spec")?.Text("group") ?? ""))
        {
            return;
        }

        var (_, reason, message) = Approval(value);
        if (old is not null && Approval(old).Reason == reason)
        {
            return;
        }

        var field = new FieldPath("metadata.annotations").Key(ApprovalAnnotation).ToString();
        if (reason == "MissingAnnotation")
        {
            errors.Required(field, message);
        }
        else if (reason == "InvalidAnnotation")
        {
            errors.Invalid(field, value.At("metadata", "annotations", ApprovalAnnotation), message);
        }
    }

    private static void CheckChoice(string? value, string field, FieldErrors errors, params ReadOnlySpan<string> choices)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(field);
        }
        else if (!choices.Contains(value))
        {
            errors.NotSupported(field, value, choices);
        }
    }
}
