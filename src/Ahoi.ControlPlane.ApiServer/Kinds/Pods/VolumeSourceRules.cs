using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>
/// Sources of volumes that are about somebody's storage system. Volumes of pods and persistent volumes share them; what
/// a persistent volume asks for beyond is said by its parameter.
/// </summary>
internal static class VolumeSourceRules
{
    private const int LongestDriver = 63;

    /// <summary>What must be there, kind by kind, in the order of the fields.</summary>
    private static readonly Dictionary<string, string[]> Needed = new(StringComparer.Ordinal)
    {
        ["gcePersistentDisk"] = ["pdName"],
        ["awsElasticBlockStore"] = ["volumeID"],
        ["iscsi"] = ["targetPortal", "iqn"],
        ["glusterfs"] = ["endpoints", "path"],
        ["rbd"] = ["monitors", "image"],
        ["cinder"] = ["volumeID"],
        ["cephfs"] = ["monitors"],
        ["flexVolume"] = ["driver"],
        ["azureFile"] = ["secretName", "shareName"],
        ["vsphereVolume"] = ["volumePath"],
        ["photonPersistentDisk"] = ["pdID"],
        ["portworxVolume"] = ["volumeID"],
        ["azureDisk"] = ["diskName", "diskURI"],
        ["storageos"] = ["volumeName"],
        ["scaleIO"] = ["gateway", "system", "volumeName"],
    };

    /// <summary>Refuses a bad source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="kind">Its field's name.</param>
    /// <param name="persistent">Whether it is a persistent volume's.</param>
    public static void StorageSource(this Field source, string kind, bool persistent)
    {
        if (kind == "gcePersistentDisk")
        {
            // Faults of this one are reported under the name it once had.
            source = source.As(source.Path[..^kind.Length] + "persistentDisk");
        }

        foreach (var field in Needed.GetValueOrDefault(kind, []))
        {
            source[field].MustExist();
        }

        switch (kind)
        {
            case "gcePersistentDisk" or "awsElasticBlockStore":
                source["partition"].Between(0, 255);
                break;
            case "iscsi":
                Iscsi(source, persistent);
                break;
            case "fc":
                FibreChannel(source);
                break;
            case "cinder":
                Secret(source["secretRef"], persistent);
                break;
            case "storageos":
                source["volumeName"].MustIfSet(Names.Label);
                source["volumeNamespace"].MustIfSet(Names.Label);
                Secret(source["secretRef"], persistent);
                break;
            case "flexVolume":
                FlexOptions(source["options"]);
                break;
            case "flocker":
                Flocker(source);
                break;
            case "quobyte":
                Quobyte(source);
                break;
            case "azureDisk":
                AzureDisk(source);
                break;
            case "azureFile" when persistent && source["secretNamespace"].Has:
                source["secretNamespace"].MustExist();
                break;
            case "glusterfs" when persistent && source["endpointsNamespace"].Has:
                source["endpointsNamespace"].Must(Names.Label);
                break;
            default:
                break;
        }
    }

    /// <summary>Refuses a bad name of a driver for the container storage interface.</summary>
    public static void CsiDriver(this Field driver)
    {
        driver.MustExist();
        if (driver.Text.Length > LongestDriver)
        {
            driver.TooLong(LongestDriver);
        }

#pragma warning disable CA1308 // Not a normalization: capitals are allowed, and the rest has to be a subdomain.
        foreach (var fault in Names.Subdomain(driver.Text.ToLowerInvariant()))
#pragma warning restore CA1308
        {
            driver.Invalid(fault);
        }
    }

    private static void Iscsi(Field source, bool persistent)
    {
        if (!source["iqn"].IsEmpty)
        {
            Initiator(source["iqn"]);
        }

        source["lun"].Between(0, 255);
        if ((source["chapAuthDiscovery"].Flag || source["chapAuthSession"].Flag) && !source["secretRef"].Has)
        {
            source["secretRef"].Required();
        }

        if (persistent && source["secretRef"].Has)
        {
            source["secretRef"]["name"].MustExist();
        }

        if (source["initiatorName"].Has)
        {
            Initiator(source["initiatorName"].As(source.Path + ".initiatorname"));
        }
    }

    // RFC 3721: iqn.2001-04.com.example:name, eui.02004567A425678D, naa.52004567BA64678D.
    private static void Initiator(Field name)
    {
        var text = name.Text;
        var isName = text switch
        {
            _ when text.StartsWith("iqn.", StringComparison.Ordinal) => text.Length > 12 && text[8] == '-' && text[11] == '.' && text[4..8].All(char.IsAsciiDigit)
                && text[9..11].All(char.IsAsciiDigit),
            _ when text.StartsWith("eui.", StringComparison.Ordinal) => text.Length == 20 && text[4..].All(char.IsAsciiHexDigit),
            _ when text.StartsWith("naa.", StringComparison.Ordinal) => text.Length is 20 or 36 && text[4..].All(char.IsAsciiHexDigit),
            _ => false,
        };
        if (!isName)
        {
            name.Invalid("must be the name of an iSCSI node, which starts with iqn, eui or naa");
        }
    }

    private static void FibreChannel(Field source)
    {
        var (targets, ids, lun) = (source["targetWWNs"], source["wwids"], source["lun"]);
        if (targets.Count == 0 && ids.Count == 0)
        {
            targets.Required("must specify either targetWWNs or wwids");
        }
        else if (targets.Count > 0 && ids.Count > 0)
        {
            targets.Invalid("targetWWNs and wwids can not be specified simultaneously");
        }

        if (targets.Count > 0)
        {
            if (!lun.Has)
            {
                lun.Required("lun is required if targetWWNs is specified");
            }
            else
            {
                lun.Between(0, 255);
            }
        }
    }

    private static void Secret(Field reference, bool persistent)
    {
        if (reference.Has)
        {
            reference["name"].MustExist();
            if (persistent)
            {
                reference["namespace"].MustExist();
            }
        }
    }

    private static void FlexOptions(Field options)
    {
        foreach (var (key, _) in options.Entries)
        {
            var domain = "." + key.Split('/')[0];
            if (domain.EndsWith(".kubernetes.io", StringComparison.OrdinalIgnoreCase) || domain.EndsWith(".k8s.io", StringComparison.OrdinalIgnoreCase))
            {
                (options.Key(key) with { Value = key }).Invalid("kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void Flocker(Field source)
    {
        var (name, uuid) = (source["datasetName"], source["datasetUUID"]);
        if (name.IsEmpty && uuid.IsEmpty)
        {
            source.Required("one of datasetName and datasetUUID is required");
        }
        else if (!name.IsEmpty && !uuid.IsEmpty)
        {
            (source with { Value = "resource" }).Invalid("datasetName and datasetUUID can not be specified simultaneously");
        }

        if (name.Text.Contains('/', StringComparison.Ordinal))
        {
            name.Invalid("must not contain '/'");
        }
    }

    private static void Quobyte(Field source)
    {
        var registry = source["registry"];
        if (registry.MustExist("must be a host:port pair or several, separated by commas"))
        {
            if (source["tenant"].Text.Length > 64)
            {
                source["tenant"].Required("must be a UUID and may not exceed a length of 64 characters");
            }
            else if (registry.Text.Split(',').Any(pair => pair.IndexOf(':', StringComparison.Ordinal) < 0))
            {
                registry.Invalid("must be a host:port pair or several, separated by commas");
            }
        }

        source["volume"].MustExist();
    }

    private static void AzureDisk(Field source)
    {
        if (source["cachingMode"].Has)
        {
            source["cachingMode"].OneOf("None", "ReadOnly", "ReadWrite");
        }

        var kind = source["kind"];
        if (!kind.Has)
        {
            return;
        }

        kind.OneOf("Dedicated", "Managed", "Shared");
        var uri = source["diskURI"];
        if (!uri.Text.StartsWith(kind.Text == "Managed" ? "/subscriptions/" : "https://", StringComparison.Ordinal))
        {
            uri.NotSupported(kind.Text == "Managed"
                ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
                : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
        }
    }
}
