using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>What a claim's spec must hold to, alone or in a template.</summary>
internal static class ClaimRules
{
    private static readonly string[] Modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    /// <summary>Refuses a bad spec of a claim.</summary>
    public static void ClaimSpec(Field spec)
    {
        AccessModes(spec["accessModes"]);
        spec["selector"].LabelSelector();
        var storage = spec["resources"]["requests"].Key("storage").As(spec["resources"].Path + "[storage]");
        if (!storage.Has)
        {
            storage.Required();
        }
        else
        {
            Positive(storage);
        }

        spec["storageClassName"].MustIfSet(Names.Subdomain);
        if (spec["volumeMode"].Has)
        {
            spec["volumeMode"].OneOf("Block", "Filesystem");
        }

        foreach (var name in (ReadOnlySpan<string>)["dataSource", "dataSourceRef"])
        {
            if (spec[name] is { Has: true } source)
            {
                source["name"].MustExist();
                source["kind"].MustExist();
                if (source["apiGroup"].Text.Length == 0 && source["kind"].Text != "PersistentVolumeClaim")
                {
                    (source with { Value = source["kind"].Value }).Invalid("must be 'PersistentVolumeClaim' when referencing the default apiGroup");
                }

                source["apiGroup"].MustIfSet(Names.Subdomain);
                source["namespace"].MustIfSet(Names.Label);
            }
        }

        var (data, reference) = (spec["dataSource"], spec["dataSourceRef"]);
        if (data.Has && reference.Has)
        {
            if (!reference["namespace"].IsEmpty)
            {
                (spec with { Value = "dataSource" }).Invalid("dataSource may not be specified when dataSourceRef.namespace is specified");
            }
            else if (((ReadOnlySpan<string>)["apiGroup", "kind", "name"]).ToArray().Any(f => data[f].Text != reference[f].Text))
            {
                (spec with { Value = "dataSource" }).Invalid("dataSource must match dataSourceRef");
            }
        }

        spec["volumeAttributesClassName"].MustIfSet(Names.Subdomain);
    }

    /// <summary>Refuses missing or unknown access modes.</summary>
    public static void AccessModes(Field modes)
    {
        modes.MustExist("at least 1 access mode is required");
        foreach (var mode in modes.Items)
        {
            mode.As(modes.Path).OneOf(Modes);
        }

        if (modes.Items.Any(m => m.Text == "ReadWriteOncePod") && modes.Items.Any(m => m.Text != "ReadWriteOncePod" && Modes.Contains(m.Text)))
        {
            modes.Forbidden("may not use ReadWriteOncePod with other access modes");
        }
    }

    /// <summary>Refuses a quantity that is not positive.</summary>
    public static void Positive(Field quantity)
    {
        if (quantity.Quantity() is { Sign: <= 0 })
        {
            quantity.Invalid("must be greater than zero");
        }
    }
}
