using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>Persistent volumes.</summary>
internal sealed class PersistentVolumeStrategy : KindStrategy
{
    private static readonly string[] NotSources =
    [
        "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions", "volumeMode", "nodeAffinity", "volumeAttributesClassName",
    ];

    public PersistentVolumeStrategy() => HasStatus = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.Default("persistentVolumeReclaimPolicy", "Retain");
        spec.Default("volumeMode", "Filesystem");
        spec.Map("hostPath")?.Default("type", "");
        spec.Map("iscsi")?.Default("iscsiInterface", "default");
        value.Map("status")?.Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        ClaimStrategy.Protect(value, "kubernetes.io/pv-protection");
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value)
    {
        var status = new JsonMap { ["phase"] = "Pending" };
        if (value.At("metadata", "creationTimestamp") is string now)
        {
            status["lastPhaseTransitionTime"] = now;
        }

        return status;
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        ClaimRules.AccessModes(spec["accessModes"]);
        var capacity = spec["capacity"];
        capacity.MustExist();
        if (capacity.Count != 1 || !capacity.Key("storage").Has)
        {
            capacity.NotSupported("storage");
        }

        foreach (var (_, amount) in capacity.Entries)
        {
            ClaimRules.Positive(amount);
        }

        if (spec["persistentVolumeReclaimPolicy"].Text.Length > 0)
        {
            spec["persistentVolumeReclaimPolicy"].OneOf("Delete", "Recycle", "Retain");
        }

        if (spec["nodeAffinity"]["required"] is { Has: true } required)
        {
            required.NodeSelector();
        }
        else if (spec["nodeAffinity"].Has)
        {
            spec["nodeAffinity"]["required"].Required("must specify required node constraints");
        }

        Source(spec);
        spec["storageClassName"].MustIfSet(Names.Subdomain);
        if (spec["volumeMode"].Has)
        {
            spec["volumeMode"].OneOf("Block", "Filesystem");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec") ?? [];
        if (!SameOutside(spec.Map, was, NotSources))
        {
            spec["persistentvolumesource"].Forbidden("spec.persistentvolumesource is immutable after creation");
        }

        spec["volumeMode"].Immutable(was["volumeMode"]);
    }

    private static void Source(Field spec)
    {
        string? first = null;
        foreach (var name in spec.Map.Keys.Where(k => !NotSources.Contains(k)).Order(StringComparer.Ordinal))
        {
            if (!spec[name].Has)
            {
                continue;
            }

            if (first is not null)
            {
                spec[name].Forbidden("may not specify more than 1 volume type");
                continue;
            }

            first = name;
            switch (name)
            {
                case "hostPath":
                    spec[name].HostPath();
                    break;
                case "nfs":
                    spec[name].Nfs();
                    break;
                case "local":
                    spec[name]["path"].MustExist();
                    if (!spec["nodeAffinity"].Has)
                    {
                        spec["nodeAffinity"].Required("local volume requires node affinity");
                    }

                    break;
                case "csi":
                    spec[name]["driver"].RequiredAnd(Names.Subdomain);
                    spec[name]["volumeHandle"].MustExist();
                    break;
                default:
                    break;
            }
        }

        if (first is null)
        {
            spec.Required("must specify a volume type");
        }
    }
}
