using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Security contexts of containers and pods.</summary>
internal static class SecurityRules
{
    /// <summary>Refuses a bad security context of a container.</summary>
    public static void ContainerSecurity(this Field context)
    {
        if (!context.Has)
        {
            return;
        }

        UserId(context["runAsUser"]);
        UserId(context["runAsGroup"]);
        if (context["procMount"].Has)
        {
            context["procMount"].OneOf("Default", "Unmasked");
        }

        Profile(context["seccompProfile"], "RuntimeDefault");
        if (context["allowPrivilegeEscalation"].Value is false)
        {
            if (context["privileged"].Flag)
            {
                context.Invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }

            if (context["capabilities"]["add"].Items.Any(c => c.Text is "CAP_SYS_ADMIN"))
            {
                context.Invalid("cannot set `allowPrivilegeEscalation` to false and `capabilities.add` CAP_SYS_ADMIN");
            }
        }

        Profile(context["appArmorProfile"], "RuntimeDefault");
    }

    /// <summary>Refuses a bad security context of a pod, and host ports that the host's network contradicts.</summary>
    public static void PodSecurity(this Field spec)
    {
        if (spec["hostNetwork"].Flag)
        {
            HostNetwork(spec["containers"]);
            HostNetwork(spec["initContainers"]);
        }

        if (spec["hostUsers"].Value is false)
        {
            foreach (var name in (ReadOnlySpan<string>)["hostNetwork", "hostPID", "hostIPC"])
            {
                if (spec[name].Flag)
                {
                    spec["hostUsers"].Forbidden($"when `{name}` is true");
                }
            }
        }

        var context = spec["securityContext"];
        UserId(context["fsGroup"]);
        UserId(context["runAsUser"]);
        UserId(context["runAsGroup"]);
        foreach (var group in context["supplementalGroups"].Items)
        {
            UserId(group);
        }

        if (spec["shareProcessNamespace"].Flag && spec["hostPID"].Flag)
        {
            context["shareProcessNamespace"].Invalid("ShareProcessNamespace and HostPID cannot both be enabled");
        }

        Sysctls(context["sysctls"]);
        if (context["fsGroupChangePolicy"].Has)
        {
            context["fsGroupChangePolicy"].OneOf("Always", "OnRootMismatch");
        }

        Profile(context["seccompProfile"], "RuntimeDefault");
        Profile(context["appArmorProfile"], "RuntimeDefault");
        if (context["supplementalGroupsPolicy"].Has)
        {
            context["supplementalGroupsPolicy"].OneOf("Merge", "Strict");
        }

        if (context["seLinuxChangePolicy"].Has)
        {
            context["seLinuxChangePolicy"].OneOf("MountOption", "Recursive");
        }
    }

    private static void HostNetwork(Field containers)
    {
        foreach (var port in containers.Items.SelectMany(c => c["ports"].Items))
        {
            if (port["hostPort"].Integer != port["containerPort"].Integer)
            {
                port["hostPort"].Invalid("must match `containerPort` when `hostNetwork` is true");
            }
        }
    }

    private static void UserId(Field id)
    {
        if (id.Has)
        {
            id.Between(0, int.MaxValue);
        }
    }

    private static void Profile(Field profile, string byDefault)
    {
        if (!profile.Has)
        {
            return;
        }

        var local = profile["localhostProfile"];
        if (!profile["type"].RequiredOneOf("Localhost", byDefault, "Unconfined"))
        {
            return;
        }

        if (profile["type"].Text == "Localhost")
        {
            if (local.MustExist("must be set when the type is Localhost"))
            {
                local.LocalPath();
            }
        }
        else if (local.Has)
        {
            local.Invalid("can only be set when the type is Localhost");
        }
    }

    private static void Sysctls(Field sysctls)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sysctl in sysctls.Items)
        {
            var name = sysctl["name"];
            if (!name.MustExist())
            {
                continue;
            }

            if (name.Text.Length > 253 || !name.Text.Split('.', '/').All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')))
            {
                name.Invalid("must be names of lower case letters, digits, '-' and '_', separated by '.' or '/'");
            }
            else if (!names.Add(name.Text))
            {
                name.Duplicate();
            }
        }
    }
}
