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

    private static readonly Dictionary<string, string> StableLabels = new(StringComparer.Ordinal)
    {
        ["failure-domain.beta.kubernetes.io/zone"] = "topology.kubernetes.io/zone",
        ["failure-domain.beta.kubernetes.io/region"] = "topology.kubernetes.io/region",
        ["beta.kubernetes.io/os"] = "kubernetes.io/os",
        ["beta.kubernetes.io/arch"] = "kubernetes.io/arch",
        ["beta.kubernetes.io/instance-type"] = "node.kubernetes.io/instance-type",
    };

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
        if (spec["hostPath"]["path"].Text.TrimEnd('/').Length == 0 && spec["hostPath"].Has && spec["persistentVolumeReclaimPolicy"].Text == "Recycle")
        {
            spec["persistentVolumeReclaimPolicy"].Forbidden("may not be 'recycle' for a hostPath mount of '/'");
        }

        spec["storageClassName"].MustIfSet(Names.Subdomain);
        if (spec["volumeMode"].Has)
        {
            spec["volumeMode"].OneOf("Block", "Filesystem");
        }

        if (spec["volumeAttributesClassName"].Has)
        {
            spec["volumeAttributesClassName"].RequiredAnd(Names.Subdomain);
            if (!spec["csi"].Has)
            {
                spec["csi"].Required("has to be specified when using volumeAttributesClassName");
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec") ?? [];
        var sources = spec.Map.DeepClone();
        if (sources.Map("csi") is { } csi && was.Map("csi") is { } before && before["controllerExpandSecretRef"] is null)
        {
            csi.Remove("controllerExpandSecretRef");
        }

        if (!SameOutside(sources, was, NotSources))
        {
            spec["persistentvolumesource"].Forbidden("spec.persistentvolumesource is immutable after creation");
        }

        spec["volumeMode"].As("volumeMode").Immutable(was["volumeMode"]);
        if (was["nodeAffinity"] is { } affinity && !JsonTree.Equals(WithStableLabels(affinity, spec["nodeAffinity"].Value), spec["nodeAffinity"].Value))
        {
            spec["nodeAffinity"].As("nodeAffinity").Invalid("field is immutable, except for updating from beta label to GA");
        }

        if (was["volumeAttributesClassName"] is not null && !spec["volumeAttributesClassName"].Has)
        {
            spec["volumeAttributesClassName"].Forbidden("update from non-nil value to nil is forbidden");
        }
    }

    // Labels that have got their final names may be renamed.
    private static JsonMap? WithStableLabels(object old, object? now)
    {
        var renamed = (old as JsonMap)?.DeepClone();
        var before = (renamed?.Map("required") ?? []).Maps("nodeSelectorTerms").SelectMany(t => t.Maps("matchExpressions"));
        var after = ((now as JsonMap)?.Map("required") ?? []).Maps("nodeSelectorTerms").SelectMany(t => t.Maps("matchExpressions"));
        foreach (var (expression, wanted) in before.Zip(after))
        {
            if (StableLabels.GetValueOrDefault(expression.Text("key") ?? "") is { } stable && stable == wanted.Text("key"))
            {
                expression["key"] = stable;
            }
        }

        return renamed;
    }

    private static void SecretReference(Field reference)
    {
        if (reference.Has)
        {
            reference["name"].RequiredAnd(Names.Subdomain);
            reference["namespace"].RequiredAnd(Names.Label);
        }
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
                    if (spec[name]["path"].MustExist())
                    {
                        spec[name]["path"].NoBacksteps();
                    }

                    if (!spec["nodeAffinity"].Has)
                    {
                        spec["nodeAffinity"].Required("local volume requires node affinity");
                    }

                    break;
                case "csi":
                    spec[name]["driver"].CsiDriver();
                    spec[name]["volumeHandle"].MustExist();
                    foreach (var secret in (ReadOnlySpan<string>)["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"])
                    {
                        SecretReference(spec[name][secret]);
                    }

                    break;
                default:
                    spec[name].StorageSource(name, persistent: true);
                    break;
            }
        }

        if (first is null)
        {
            spec.Required("must specify a volume type");
        }
    }
}
