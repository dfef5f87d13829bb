using Ahoi.ControlPlane.ApiServer.Kinds.Rules;
using Ahoi.ControlPlane.ApiServer.Kinds.Storage;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Volumes of pods.</summary>
internal static class VolumeRules
{
    private static readonly string[] Sources =
    [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs", "persistentVolumeClaim",
        "rbd", "cinder", "cephfs", "flocker", "downwardAPI", "fc", "azureFile", "configMap", "vsphereVolume", "azureDisk", "portworxVolume", "quobyte",
        "photonPersistentDisk", "storageos", "scaleIO", "projected", "csi", "ephemeral", "image", "flexVolume",
    ];

    /// <summary>Refuses bad volumes.</summary>
    /// <param name="volumes">The volumes.</param>
    /// <returns>The sound ones by name, with the kind of their source.</returns>
    /// <param name="pod">The name of the pod, which claims of its own are called after; empty in a template.</param>
    public static Dictionary<string, string> Volumes(this Field volumes, string pod)
    {
        var sound = new Dictionary<string, string>(StringComparer.Ordinal);
        var own = pod.Length == 0 ? [] : volumes.Items.Where(v => v["ephemeral"].Has).Select(v => $"{pod}-{v["name"].Text}").ToArray();
        foreach (var volume in volumes.Items)
        {
            var before = volume.Errors.Count;
            var source = Source(volume);
            volume["name"].RequiredAnd(Names.Label);
            if (sound.ContainsKey(volume["name"].Text))
            {
                volume["name"].Duplicate();
            }

            if (volume.Errors.Count == before)
            {
                sound[volume["name"].Text] = source ?? "";
            }

            var claim = volume["persistentVolumeClaim"]["claimName"];
            if (claim.Has && own.Contains(claim.Text))
            {
                claim.Invalid("must not reference a claim that gets created for an ephemeral volume");
            }
        }

        return sound;
    }

    /// <summary>Refuses a path that leaves its directory.</summary>
    public static void LocalPath(this Field path)
    {
        if (path.Text.StartsWith('/'))
        {
            path.Invalid("must be a relative path");
        }

        path.NoBacksteps();
    }

    /// <summary>Refuses a path with '..' in it.</summary>
    public static void NoBacksteps(this Field path)
    {
        if (path.Text.Split('/').Contains(".."))
        {
            path.Invalid("must not contain '..'");
        }
    }

    /// <summary>Refuses a bad path of the host.</summary>
    public static void HostPath(this Field source)
    {
        if (!source["path"].MustExist())
        {
            return;
        }

        source["path"].NoBacksteps();
        if (source["type"].Text.Length > 0)
        {
            source["type"].OneOf("BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
        }
    }

    /// <summary>Refuses a bad NFS share.</summary>
    public static void Nfs(this Field source)
    {
        source["server"].MustExist();
        source["path"].MustExist();
        if (!source["path"].Text.StartsWith('/'))
        {
            source["path"].Invalid("must be an absolute path");
        }
    }

    private static string? Source(Field volume)
    {
        string? first = null;
        foreach (var kind in Sources)
        {
            var source = volume[kind];
            if (!source.Has)
            {
                continue;
            }

            if (first is not null)
            {
                source.Forbidden("may not specify more than 1 volume type");
                continue;
            }

            first = kind;
            One(kind, source);
        }

        if (first is null)
        {
            volume.Required("must specify a volume type");
        }

        return first;
    }

    private static void One(string kind, Field source)
    {
        switch (kind)
        {
            case "emptyDir":
                if (source["sizeLimit"].Quantity() is { Sign: < 0 })
                {
                    source["sizeLimit"].Forbidden("must be a non-negative quantity");
                }

                break;
            case "hostPath":
                source.HostPath();
                break;
            case "secret":
                source["secretName"].MustExist();
                Keys(source);
                break;
            case "configMap":
                source["name"].MustExist();
                Keys(source);
                break;
            case "nfs":
                source.Nfs();
                break;
            case "persistentVolumeClaim":
                source["claimName"].MustExist();
                break;
            case "downwardAPI":
                Mode(source["defaultMode"]);
                Downward(source);
                break;
            case "projected":
                Mode(source["defaultMode"]);
                Projected(source);
                break;
            case "csi":
                source["driver"].CsiDriver();
                if (source["nodePublishSecretRef"]["name"] is var secret && source["nodePublishSecretRef"].Has && secret.MustExist())
                {
                    secret.As(source.Path + ".name").Must(Names.Subdomain);
                }

                break;
            case "ephemeral":
                if (source["volumeClaimTemplate"] is { Has: true } template)
                {
                    TemplateMetadata(template["metadata"]);
                    ClaimRules.ClaimSpec(template["spec"]);
                }
                else
                {
                    source["volumeClaimTemplate"].Required();
                }

                break;
            case "image":
                source["reference"].MustExist();
                source["pullPolicy"].OneOf("Always", "IfNotPresent", "Never");
                break;
            case "gitRepo":
                source["repository"].MustExist();
                source["directory"].LocalPath();
                break;
            default:
                source.StorageSource(kind, persistent: false);
                break;
        }
    }

    private static void Keys(Field source)
    {
        Mode(source["defaultMode"]);
        KeysToPaths(source["items"]);
    }

    private static void KeysToPaths(Field items)
    {
        foreach (var item in items.Items)
        {
            item["key"].MustExist();
            FileName(item["path"]);
            Mode(item["mode"]);
        }
    }

    private static void TemplateMetadata(Field metadata)
    {
        metadata["annotations"].Annotations();
        metadata["labels"].Labels();
        foreach (var (key, _) in metadata.Entries)
        {
            if (key is not ("annotations" or "labels") && !metadata[key].IsEmpty)
            {
                metadata[key].Forbidden("cannot be set");
            }
        }
    }

    private static void FileName(Field path)
    {
        path.MustExist();
        path.LocalPath();
        if (path.Text.StartsWith("..", StringComparison.Ordinal) && !path.Text.StartsWith("../", StringComparison.Ordinal))
        {
            path.Invalid("must not start with '..'");
        }
    }

    private static void Mode(Field mode)
    {
        if (mode.Has)
        {
            mode.Between(0, 511);
        }
    }

    // Faults in files of the downward API are reported at the source, wherever in its list the file stands.
    private static void Downward(Field source)
    {
        foreach (var file in source["items"].Items)
        {
            var item = file.As(source.Path);
            FileName(item["path"]);
            var (field, resource) = (item["fieldRef"], item["resourceFieldRef"]);
            if (field.Has)
            {
                field.FieldReference(inVolume: true);
                if (resource.Has)
                {
                    item.Errors.Invalid(item.Path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
                }
            }
            else if (resource.Has)
            {
                resource.ResourceReference(inVolume: true);
            }
            else
            {
                item.Required("one of fieldRef and resourceFieldRef is required");
            }

            Mode(item["mode"]);
        }
    }

    private static void Projected(Field projected)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in projected["sources"].Items)
        {
            var count = 0;
            foreach (var kind in (ReadOnlySpan<string>)["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"])
            {
                var projection = source[kind];
                if (!projection.Has)
                {
                    continue;
                }

                count++;
                switch (kind)
                {
                    case "downwardAPI":
                        Downward(projection);
                        break;
                    case "serviceAccountToken":
                        Token(projection, projected["path"]);
                        break;
                    case "clusterTrustBundle":
                        TrustBundle(projection.As(source.Path + ".clusterTrustBundlePEM"));
                        Distinct(projected, paths, projection["path"].Text);
                        break;
                    case "podCertificate":
                        break;
                    default:
                        projection["name"].MustExist();
                        KeysToPaths(projection["items"]);
                        break;
                }

                foreach (var item in projection["items"].Items.Where(i => !i["path"].IsEmpty))
                {
                    Distinct(projected, paths, item["path"].Text);
                }
            }

            if (count > 1)
            {
                source.Forbidden("may not specify more than 1 volume type");
            }
        }
    }

    private static void Distinct(Field projected, HashSet<string> paths, string path)
    {
        if (!paths.Add(path))
        {
            projected.Errors.Invalid(projected.Path, path, "conflicting duplicate paths");
        }
    }

    // A token's path is reported at the volume.
    private static void Token(Field token, Field path)
    {
        var lifetime = token["expirationSeconds"];
        if (lifetime.Integer < 600)
        {
            lifetime.Invalid("may not be less than 10 minutes");
        }
        else if (lifetime.Integer > 1L << 32)
        {
            lifetime.Invalid("may not be more than 2^32 seconds");
        }

        FileName(path with { Value = token["path"].Value });
    }

    private static void TrustBundle(Field bundle)
    {
        var (name, signer) = (bundle["name"], bundle["signerName"]);
        if (name.Has && signer.Has)
        {
            bundle.Invalid("only one of name and signerName may be used");
        }
        else if (name.Has)
        {
            name.RequiredAnd(Names.Subdomain);
            if (bundle["labelSelector"].Has)
            {
                bundle["labelSelector"].Invalid("labelSelector must be unset if name is specified");
            }
        }
        else if (signer.Has)
        {
            signer.DomainPrefixedPath();
            bundle["labelSelector"].LabelSelector();
        }
        else
        {
            bundle.Required("either name or signerName must be specified");
        }

        FileName(bundle["path"]);
    }
}
