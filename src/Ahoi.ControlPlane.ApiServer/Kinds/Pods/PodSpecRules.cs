using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>What a pod's spec must hold to, alone or in a template.</summary>
internal static class PodSpecRules
{
    /// <summary>Refuses a bad template of pods.</summary>
    /// <param name="template">The template.</param>
    /// <param name="claims">The names of volumes that each pod gets beside those of the template, from templates of claims.</param>
    public static void PodTemplate(this Field template, params IEnumerable<string> claims)
    {
        template["metadata"]["labels"].As(template.Path + ".labels").Labels();
        template["metadata"]["annotations"].As(template.Path + ".annotations").Annotations();
        template["metadata"]["annotations"].As(template.Path + ".annotations").PodAnnotations(template["spec"]);
        template["spec"].PodSpec("", claims);
        if (template["spec"]["ephemeralContainers"].Count > 0)
        {
            template["spec"]["ephemeralContainers"].Forbidden("ephemeral containers not allowed in pod template");
        }
    }

    /// <summary>Refuses a bad spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="pod">The name of the pod; empty in a template.</param>
    /// <param name="claims">The names of volumes beside those of the spec.</param>
    public static void PodSpec(this Field spec, string pod, params IEnumerable<string> claims)
    {
        var volumes = spec["volumes"].Volumes(pod);
        foreach (var claim in claims)
        {
            volumes.TryAdd(claim, "persistentVolumeClaim");
        }

        PodResources(spec["resources"]);
        spec["resourceClaims"].ResourceClaims();
        spec.Containers(volumes);
        spec["restartPolicy"].RequiredOneOf("Always", "Never", "OnFailure");
        spec["dnsPolicy"].RequiredOneOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        spec["nodeSelector"].Labels();
        spec.PodSecurity(isPod: pod.Length > 0);
        spec["affinity"].Affinity();
        DnsConfig(spec);
        spec.Gates();
        spec["topologySpreadConstraints"].TopologySpread();
        spec["serviceAccountName"].MustIfSet(Names.Subdomain);
        spec["nodeName"].MustIfSet(Names.Subdomain);
        if (spec["activeDeadlineSeconds"].Has)
        {
            spec["activeDeadlineSeconds"].Between(1, int.MaxValue);
        }

        spec["hostname"].MustIfSet(Names.Label);
        spec["subdomain"].MustIfSet(Names.Label);
        spec["tolerations"].Tolerations();
        HostAliases(spec["hostAliases"]);
        spec["priorityClassName"].MustIfSet(Names.Subdomain);
        spec["runtimeClassName"].MustIfSet(Names.Subdomain);
        if (spec["preemptionPolicy"].Has)
        {
            spec["preemptionPolicy"].OneOf("Never", "PreemptLowerPriority");
        }

        foreach (var (name, amount) in spec["overhead"].Entries)
        {
            var limit = amount.As($"{spec["overhead"].Path}.limits[{name}]");
            limit.ContainerResourceName(name);
            limit.ResourceAmount(name);
        }

        spec.System();
    }

    private static void PodResources(Field resources)
    {
        if (!resources.Has)
        {
            return;
        }

        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (name, amount) in resources[list].Entries)
            {
                if (name is not ("cpu" or "memory") && !ResourceRules.IsHugePage(name))
                {
                    amount.Errors.NotSupported(amount.Path, name, "cpu", "memory");
                }
            }
        }

        resources.ResourceRequirements();
    }

    private static void DnsConfig(Field spec)
    {
        var config = spec["dnsConfig"];
        var servers = config["nameservers"];
        if (spec["dnsPolicy"].Text == "None" && servers.Count == 0)
        {
            (config.Has ? servers : config).Required("must provide at least one DNS nameserver when `dnsPolicy` is None");
            return;
        }

        if (!config.Has)
        {
            return;
        }

        if (servers.Count > 3)
        {
            servers.Invalid("must not have more than 3 nameservers");
        }

        foreach (var server in servers.Items)
        {
            server.Ip();
        }

        if (config["searches"].Count > 32)
        {
            config["searches"].Invalid("must not have more than 32 search paths");
        }

        if (config["searches"].Items.Sum(s => s.Text.Length + 1) - 1 > 2048)
        {
            config["searches"].Invalid("must not have more than 2048 characters (including spaces) in the search list");
        }

        foreach (var search in config["searches"].Items.Where(s => s.Text != "."))
        {
            (search with { Value = search.Text.TrimEnd('.').Replace('_', '-') }).Must(Names.Subdomain);
        }

        foreach (var option in config["options"].Items)
        {
            if (option["name"].IsEmpty)
            {
                config["options"].Errors.Required(option.Path, "must not be empty");
            }
        }
    }

    private static void HostAliases(Field aliases)
    {
        foreach (var alias in aliases.Items)
        {
            alias["ip"].Ip();
            foreach (var name in alias["hostnames"].Items)
            {
                name.Must(Names.Subdomain);
            }
        }
    }
}
