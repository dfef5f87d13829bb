using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>The rules of <c>metadata</c>, the same for every kind.</summary>
internal static class MetadataRules
{
    private const int MaxAnnotations = 256 * 1024;
    private static readonly string[] StandardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

    /// <summary>Finds the faults of a new object's metadata.</summary>
    public static void ValidateCreate(JsonMap value, ServedResource resource, FieldErrors errors)
    {
        var metadata = value.Metadata();
        if (metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            ValidateName(prefix, resource.Strategy.NameFormat, "metadata.generateName", errors, isPrefix: true);
        }

        if (metadata.Text("name") is { Length: > 0 } name)
        {
            ValidateName(name, resource.Strategy.NameFormat, "metadata.name", errors, isPrefix: false);
        }
        else
        {
            errors.Required("metadata.name", "name or generateName is required");
        }

        ValidateNamespace(metadata, resource, errors);
        ValidateGeneration(metadata, errors);
        ValidateLabels(metadata, errors);
        ValidateAnnotations(metadata, errors);
        ValidateOwners(metadata, errors);
        ValidateFinalizers(metadata, resource, errors);
    }

    /// <summary>Finds the faults of a changed object's metadata.</summary>
    public static void ValidateUpdate(JsonMap value, JsonMap old, ServedResource resource, FieldErrors errors)
    {
        // The real server looks twice, as a kind and as any object, and reports what it finds twice.
        var first = new FieldErrors();
        ValidateChange(value.Metadata(), old.Metadata(), first);
        foreach (var error in first.Concat(first))
        {
            errors.Add(error);
        }

        if (!resource.IsCustom)
        {
            ValidateFinalizerDomains(value.Metadata(), errors);
        }
    }

    private static void ValidateChange(JsonMap metadata, JsonMap old, FieldErrors errors)
    {
        if (old["deletionTimestamp"] is not null)
        {
            var had = old.List("finalizers")?.Texts.ToArray() ?? [];
            var added = metadata.List("finalizers")?.Texts.Except(had, StringComparer.Ordinal).ToArray() ?? [];
            if (added.Length > 0)
            {
                errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers [{string.Join(' ', added)}]");
            }
        }

        if ((metadata.Integer("generation") ?? 0) < (old.Integer("generation") ?? 0))
        {
            errors.Invalid("metadata.generation", metadata["generation"], "must not be decremented");
        }

        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            if (!JsonTree.Equals(metadata[field], old[field]))
            {
                errors.Invalid("metadata." + field, metadata[field], "field is immutable");
            }
        }

        ValidateLabels(metadata, errors);
        ValidateAnnotations(metadata, errors);
        ValidateOwners(metadata, errors);
    }

    private static void ValidateName(string name, NameFormat format, string field, FieldErrors errors, bool isPrefix)
    {
        // The end of a prefix is not the end of the name.
        var whole = isPrefix && name.EndsWith('-') ? name[..^1] + "a" : name;
        switch (format)
        {
            case NameFormat.PathSegment:
                if (!isPrefix && whole is "." or "..")
                {
                    errors.Invalid(field, name, $"may not be '{whole}'");
                }

                foreach (var c in (ReadOnlySpan<char>)['/', '%'])
                {
                    if (whole.Contains(c, StringComparison.Ordinal))
                    {
                        errors.Invalid(field, name, $"may not contain '{c}'");
                    }
                }

                break;
            case NameFormat.Label:
                Length(63);
                Require(LabelSyntax.IsDnsLabel(Cut(whole, 63)), "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character");
                break;
            case NameFormat.ServiceLabel:
                Length(63);
                Require(LabelSyntax.IsServiceName(Cut(whole, 63)), "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character");
                break;
            default:
                Length(253);
                Require(LabelSyntax.IsSubdomain(Cut(whole, 253)), "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character");
                break;
        }

        void Length(int max)
        {
            if (whole.Length > max)
            {
                errors.Invalid(field, name, $"must be no more than {max} characters");
            }
        }

        void Require(bool holds, string rule)
        {
            if (!holds)
            {
                errors.Invalid(field, name, rule);
            }
        }
    }

    // The form of an overlong name is judged as well; cutting must not make up a bad end.
    private static string Cut(string name, int max) => name.Length > max ? name[..max].TrimEnd('-', '.') : name;

    private static void ValidateNamespace(JsonMap metadata, ServedResource resource, FieldErrors errors)
    {
        var @namespace = metadata.Text("namespace") ?? "";
        if (!resource.Namespaced)
        {
            if (@namespace.Length > 0)
            {
                errors.Forbidden("metadata.namespace", "not allowed on this type");
            }
        }
        else if (@namespace.Length == 0)
        {
            errors.Required("metadata.namespace");
        }
        else if (!LabelSyntax.IsDnsLabel(@namespace))
        {
            errors.Invalid("metadata.namespace", @namespace, "must be a lowercase RFC 1123 label");
        }
    }

    private static void ValidateGeneration(JsonMap metadata, FieldErrors errors)
    {
        if (metadata.Integer("generation") is < 0)
        {
            errors.Invalid("metadata.generation", metadata["generation"], "must be greater than or equal to 0");
        }
    }

    private static void ValidateLabels(JsonMap metadata, FieldErrors errors)
    {
        foreach (var (key, value) in metadata.Map("labels") ?? [])
        {
            if (!LabelSyntax.IsQualifiedName(key))
            {
                errors.Invalid("metadata.labels", key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            }

            if (!LabelSyntax.IsValue(value as string ?? ""))
            {
                errors.Invalid("metadata.labels", value, "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            }
        }
    }

    private static void ValidateAnnotations(JsonMap metadata, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in metadata.Map("annotations") ?? [])
        {
            // The case of annotations' domains does not matter.
            if (!LabelSyntax.IsQualifiedName(key.ToLowerInvariant()))
            {
                errors.Invalid("metadata.annotations", key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            }

            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount(value as string ?? "");
        }

        if (size > MaxAnnotations)
        {
            errors.Add(new(FieldErrorReason.TooLong, "metadata.annotations", null, $"may not be more than {MaxAnnotations} bytes"));
        }
    }

    private static void ValidateOwners(JsonMap metadata, FieldErrors errors)
    {
        if (metadata.List("ownerReferences") is not { } owners)
        {
            return;
        }

        var controllers = 0;
        foreach (var owner in owners.Maps)
        {
            var apiVersion = owner.Text("apiVersion") ?? "";
            if (apiVersion.Length == 0 || apiVersion.EndsWith('/'))
            {
                errors.Invalid("metadata.ownerReferences.apiVersion", apiVersion, "version must not be empty");
            }

            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (owner.Text(field) is not { Length: > 0 })
                {
                    errors.Invalid("metadata.ownerReferences." + field, owner.Text(field) ?? "", $"{field} must not be empty");
                }
            }

            if (apiVersion == "v1" && owner.Text("kind") == "Event")
            {
                errors.Invalid("metadata.ownerReferences", owner, "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner.Flag("controller") == true && ++controllers == 2)
            {
                errors.Invalid("metadata.ownerReferences", owners, "Only one reference can have Controller set to true");
            }
        }
    }

    private static void ValidateFinalizers(JsonMap metadata, ServedResource resource, FieldErrors errors)
    {
        if (metadata.List("finalizers") is not { } finalizers)
        {
            return;
        }

        foreach (var finalizer in finalizers.Texts)
        {
            if (!LabelSyntax.IsQualifiedName(finalizer))
            {
                errors.Invalid("metadata.finalizers", finalizer, "must be a qualified name");
            }
        }

        if (finalizers.Contains("orphan") && finalizers.Contains("foregroundDeletion"))
        {
            errors.Invalid("metadata.finalizers", finalizers, "finalizer set cannot contain both orphan and foregroundDeletion");
        }

        if (!resource.IsCustom)
        {
            ValidateFinalizerDomains(metadata, errors);
        }
    }

    private static void ValidateFinalizerDomains(JsonMap metadata, FieldErrors errors)
    {
        var index = 0;
        foreach (var finalizer in metadata.List("finalizers")?.Texts ?? [])
        {
            if (!finalizer.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizer, StringComparer.Ordinal))
            {
                errors.Invalid($"metadata.finalizers[{index}]", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
            }

            index++;
        }
    }
}
