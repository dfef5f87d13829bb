using System.Text;
using System.Text.RegularExpressions;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Validates the metadata of an embedded object: names of any kind, labels, annotations, owners and finalizers.</summary>
internal static partial class EmbeddedMetadata
{
    private const int MaxAnnotationBytes = 256 * 1024;

    /// <summary>Validates metadata.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Validate(JsonMap metadata, FieldPath path, FieldErrors errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["generateName", "name"])
        {
            if (metadata.Text(name) is { Length: > 0 } text && (text is "." or ".." || text.Contains('/', StringComparison.Ordinal) || text.Contains('%', StringComparison.Ordinal)))
            {
                errors.Invalid(path.Child(name).ToString(), text, "may not be '.' or '..' or contain '/' or '%'");
            }
        }

        if (metadata.Text("namespace") is { Length: > 0 } space && !(space.Length <= 63 && Label().IsMatch(space)))
        {
            errors.Invalid(path.Child("namespace").ToString(), space, "must be a DNS label");
        }

        if (metadata["generation"] is long and < 0)
        {
            errors.Invalid(path.Child("generation").ToString(), metadata["generation"], "must be greater than or equal to 0");
        }

        foreach (var (key, value) in metadata.Map("labels") ?? [])
        {
            if (!IsQualifiedName(key))
            {
                errors.Invalid(path.Child("labels").ToString(), key, "must be a qualified name");
            }

            if (value is string text && !(text.Length <= 63 && LabelValue().IsMatch(text)))
            {
                errors.Invalid(path.Child("labels").ToString(), text, "must be a valid label value");
            }
        }

        ValidateAnnotations(metadata.Map("annotations") ?? [], path.Child("annotations"), errors);
        ValidateOwners(metadata.List("ownerReferences") ?? [], path.Child("ownerReferences"), errors);
        var finalizers = metadata.List("finalizers") ?? [];
        for (var i = 0; i < finalizers.Count; i++)
        {
            if (finalizers[i] is string finalizer && !IsQualifiedName(finalizer))
            {
                errors.Invalid(path.Child("finalizers").Index(i).ToString(), finalizer, "must be a qualified name");
            }
        }
    }

    private static void ValidateAnnotations(JsonMap annotations, FieldPath path, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations)
        {
            if (!IsQualifiedName(key.ToLowerInvariant()))
            {
                errors.Invalid(path.ToString(), key, "must be a qualified name");
            }

            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value as string ?? "");
        }

        if (size > MaxAnnotationBytes)
        {
            errors.Add(new(FieldErrorReason.TooLong, path.ToString(), null, "annotations may not be larger than 256 KiB"));
        }
    }

    private static void ValidateOwners(JsonList owners, FieldPath path, FieldErrors errors)
    {
        var controllers = 0;
        for (var i = 0; i < owners.Count; i++)
        {
            if (owners[i] is not JsonMap owner)
            {
                continue;
            }

            var at = path.Index(i);
            if (owner.Text("apiVersion") is not { Length: > 0 } version)
            {
                errors.Invalid(at.Child("apiVersion").ToString(), "", "version must not be empty");
            }
            else if (version.Count(c => c == '/') > 1)
            {
                errors.Invalid(at.Child("apiVersion").ToString(), version, "must be a version or a group and a version");
            }

            foreach (var name in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(name)))
                {
                    errors.Invalid(at.Child(name).ToString(), "", "must not be empty");
                }
            }

            if (owner.Flag("controller") == true && ++controllers == 2)
            {
                errors.Invalid(path.ToString(), owners, "only one reference can have controller set to true");
            }
        }
    }

    private static bool IsQualifiedName(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = text[(slash + 1)..];
        return name.Length is > 0 and <= 63 && QualifiedPart().IsMatch(name) && (slash < 0 || DnsNames.IsSubdomain(text[..slash]));
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();

    [GeneratedRegex("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex QualifiedPart();
}
