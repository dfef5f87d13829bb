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
        "photonPersistentDisk", "storageos", "scaleIO", "projected", "csi", "ephemeral", "image",
    ];

    /// <summary>Refuses bad volumes.</summary>
    /// <param name="volumes">The volumes.</param>
    /// <returns>The sound ones by name, with the kind of their source.</returns>
    public static Dictionary<string, string> Volumes(this Field volumes)
    {
        var sound = new Dictionary<string, string>(StringComparer.Ordinal);
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
        if (source["path"].MustExist() && !source["path"].Text.StartsWith('/'))
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
                Downward(source["items"]);
                break;
            case "projected":
                Mode(source["defaultMode"]);
                Projected(source["sources"]);
                break;
            case "csi":
                source["driver"].RequiredAnd(Names.Subdomain);
                if (source["nodePublishSecretRef"].Has)
                {
                    source["nodePublishSecretRef"]["name"].MustExist();
                }

                break;
            case "ephemeral":
                if (source["volumeClaimTemplate"] is { Has: true } template)
                {
                    template["metadata"]["labels"].As(template.Path + ".labels").Labels();
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

    private static void FileName(Field path)
    {
        if (path.MustExist())
        {
            path.LocalPath();
            if (path.Text.StartsWith("..", StringComparison.Ordinal) && path.Text != ".." && !path.Text.StartsWith("../", StringComparison.Ordinal))
            {
                path.Invalid("must not start with '..'");
            }
        }
    }

    private static void Mode(Field mode)
    {
        if (mode.Has)
        {
            mode.Between(0, 511);
        }
    }

    private static void Downward(Field items)
    {
        foreach (var item in items.Items)
        {
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

    private static void Projected(Field sources)
    {
        foreach (var source in sources.Items)
        {
            var count = 0;
            foreach (var kind in (ReadOnlySpan<string>)["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"])
            {
                var projection = source[kind];
                if (!projection.Has)
                {
                    continue;
                }

                if (count++ > 0)
                {
                    projection.Forbidden("may not specify more than 1 volume type");
                    continue;
                }

                switch (kind)
                {
                    case "downwardAPI":
                        Downward(projection["items"]);
                        break;
                    case "serviceAccountToken":
                        Token(projection);
                        break;
                    case "clusterTrustBundle" or "podCertificate":
                        break;
                    default:
                        projection["name"].MustExist();
                        KeysToPaths(projection["items"]);
                        break;
                }
            }

            if (count == 0)
            {
                source.Required("must specify a source");
            }
        }
    }

    private static void Token(Field token)
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

        FileName(token["path"]);
    }
}
