using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Environment variables and the references to fields and resources that they share with volumes.</summary>
internal static class EnvironmentRules
{
    private static readonly string[] PodFields =
    [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.host", "spec.nodeName",
        "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.phase", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] EnvironmentFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] VolumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] Resources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    private static readonly string[] CpuDivisors = ["0", "1", "1m"];
    private static readonly string[] SizeDivisors = ["0", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    /// <summary>Refuses bad variables.</summary>
    public static void Environment(this Field variables)
    {
        foreach (var variable in variables.Items)
        {
            if (variable["name"].MustExist())
            {
                variable["name"].Must(Names.EnvironmentVariable);
            }

            if (variable["valueFrom"] is { Has: true } source)
            {
                Source(source, variable["value"].Text);
            }
        }
    }

    /// <summary>Refuses bad sources of variables.</summary>
    public static void EnvironmentSources(this Field sources)
    {
        foreach (var source in sources.Items)
        {
            source["prefix"].MustIfSet(Names.EnvironmentVariable);
            var count = 0;
            foreach (var kind in (ReadOnlySpan<string>)["configMapRef", "secretRef"])
            {
                if (source[kind] is { Has: true } reference)
                {
                    count++;
                    reference["name"].RequiredAnd(Names.Prefix);
                }
            }

            // Reported at the list, not at the item.
            if (count == 0)
            {
                sources.Errors.Invalid(sources.Path, "", "must specify one of: `configMapRef` or `secretRef`");
            }
            else if (count > 1)
            {
                sources.Errors.Invalid(sources.Path, "", "may not have more than one field specified at a time");
            }
        }
    }

    /// <summary>Refuses a bad reference to a field of the pod.</summary>
    public static void FieldReference(this Field reference, bool inVolume)
    {
        var (version, path) = (reference["apiVersion"], reference["fieldPath"]);
        if (!version.MustExist() || !path.MustExist())
        {
            return;
        }

        var text = path.Text;
        var bracket = text.IndexOf("['", StringComparison.Ordinal);
        if (bracket > 0 && text.EndsWith("']", StringComparison.Ordinal))
        {
            var key = text[(bracket + 2)..^2];
            switch (text[..bracket])
            {
                case "metadata.annotations":
                    (reference with { Value = key.ToLowerInvariant() }).Must(Names.Qualified);
                    break;
                case "metadata.labels":
                    (reference with { Value = key }).Must(Names.Qualified);
                    break;
                default:
                    path.Invalid("does not support subscript");
                    break;
            }
        }
        else if (version.Text != "v1" || !PodFields.Contains(text))
        {
            path.Invalid("is no field of a pod that can be referred to");
        }
        else
        {
            path.OneOf(inVolume ? VolumeFields : EnvironmentFields);
        }
    }

    /// <summary>Refuses a bad reference to a container's resource.</summary>
    public static void ResourceReference(this Field reference, bool inVolume)
    {
        var resource = reference["resource"].Text;
        var pages = resource.StartsWith("requests.hugepages-", StringComparison.Ordinal) || resource.StartsWith("limits.hugepages-", StringComparison.Ordinal);
        if ((!inVolume || reference["containerName"].MustExist()) && reference["resource"].MustExist() && !pages)
        {
            reference["resource"].OneOf(Resources);
        }

        var divisor = reference["divisor"].Quantity()?.ToString() ?? "0";
        if ((pages || Resources.Contains(resource)) && !(resource.EndsWith(".cpu", StringComparison.Ordinal) ? CpuDivisors : SizeDivisors).Contains(divisor))
        {
            reference["divisor"].Invalid("is not a divisor of this resource");
        }
    }

    private static void Source(Field source, string value)
    {
        var count = 0;
        if (source["fieldRef"] is { Has: true } field)
        {
            count++;
            field.FieldReference(inVolume: false);
        }

        if (source["resourceFieldRef"] is { Has: true } resource)
        {
            count++;
            resource.ResourceReference(inVolume: false);
        }

        foreach (var kind in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
        {
            if (source[kind] is { Has: true } reference)
            {
                count++;
                reference["name"].Must(Names.Subdomain);
                reference["key"].RequiredAnd(Names.ConfigKey);
            }
        }

        if (source["fileKeyRef"] is { Has: true } file)
        {
            count++;
            file["volumeName"].RequiredAnd(Names.Label);
            file["path"].MustExist();
            file["key"].RequiredAnd(Names.EnvironmentVariable);
        }

        if (count == 0)
        {
            source.Errors.Invalid(source.Path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        }
        else if (value.Length > 0)
        {
            source.Errors.Invalid(source.Path, "", "may not be specified when `value` is not empty");
        }
        else if (count > 1)
        {
            source.Errors.Invalid(source.Path, "", "may not have more than one field specified at a time");
        }
    }
}
