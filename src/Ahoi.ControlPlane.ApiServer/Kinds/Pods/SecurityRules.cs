using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Security contexts of containers and pods.</summary>
internal static class SecurityRules
{
    private const int LongestPath = 4095;
    private static readonly string[] IpcSysctls = ["kernel.shm", "kernel.msg", "fs.mqueue."];

    /// <summary>Refuses a bad security context of a container.</summary>
    public static void ContainerSecurity(this Field context)
    {
        if (!context.Has)
        {
            return;
        }

        UserId(context["runAsUser"]);
        UserId(context["runAsGroup"]);
        Seccomp(context["seccompProfile"]);
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

        AppArmor(context["appArmorProfile"]);
    }

    /// <summary>Refuses a bad view of /proc.</summary>
    /// <param name="context">The security context of a container.</param>
    /// <param name="isolated">Whether the pod has users of its own.</param>
    public static void ProcMount(this Field context, bool isolated)
    {
        var mount = context["procMount"];
        if (mount.Has)
        {
            mount.OneOf("Default", "Unmasked");
            if (mount.Text == "Unmasked" && !isolated)
            {
                mount.Invalid("`hostUsers` must be false to use `Unmasked`");
            }
        }
    }

    /// <summary>Refuses a bad security context of a pod, and host ports that the host's network contradicts.</summary>
    /// <param name="spec">The pod's spec.</param>
    /// <param name="isPod">Whether it is a pod's own: ports of a template's may be left out still.</param>
    public static void PodSecurity(this Field spec, bool isPod)
    {
        if (spec["hostNetwork"].Flag)
        {
            HostNetwork(spec["containers"], isPod);
        }

        if (spec["hostUsers"].Value is false)
        {
            foreach (var (name, reported) in (ReadOnlySpan<(string, string)>)[("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")])
            {
                if (spec[name].Flag)
                {
                    spec[reported].Forbidden("when `hostUsers` is false");
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

        Sysctls(context["sysctls"], spec);
        if (context["fsGroupChangePolicy"].Has)
        {
            context["fsGroupChangePolicy"].OneOf("Always", "OnRootMismatch");
        }

        Seccomp(context["seccompProfile"]);
        AppArmor(context["appArmorProfile"]);
        if (context["supplementalGroupsPolicy"].Has)
        {
            context["supplementalGroupsPolicy"].OneOf("Merge", "Strict");
        }

        if (context["seLinuxChangePolicy"].Has)
        {
            context["seLinuxChangePolicy"].OneOf("MountOption", "Recursive");
        }
    }

    private static void HostNetwork(Field containers, bool isPod)
    {
        foreach (var port in containers.Items.SelectMany(c => c["ports"].Items))
        {
            var (host, container) = (port["hostPort"].Integer, port["containerPort"].Integer);
            if ((isPod || host != 0) && host != container)
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

    private static void Seccomp(Field profile)
    {
        if (!profile.Has)
        {
            return;
        }

        var local = profile["localhostProfile"];
        profile["type"].RequiredOneOf("Localhost", "RuntimeDefault", "Unconfined");
        if (profile["type"].Text != "Localhost")
        {
            if (local.Has)
            {
                local.Invalid("can only be set when the type is Localhost");
            }
        }
        else if (!local.Has)
        {
            local.Required("must be set when the type is Localhost");
        }
        else
        {
            local.LocalPath();
        }
    }

    private static void AppArmor(Field profile)
    {
        if (!profile.Has)
        {
            return;
        }

        var local = profile["localhostProfile"];
        if (!profile["type"].RequiredOneOf("Localhost", "RuntimeDefault", "Unconfined"))
        {
            return;
        }

        if (profile["type"].Text != "Localhost")
        {
            if (local.Has)
            {
                local.Invalid("can only be set when the type is Localhost");
            }

            return;
        }

        if (local.Text.Trim() != local.Text)
        {
            local.Invalid("must not be padded with whitespace");
        }
        else if (local.Text.Length == 0)
        {
            local.Required("must be set when the type is Localhost");
        }

        if (local.Text.Length > LongestPath)
        {
            local.TooLong(LongestPath);
        }
    }

    private static void Sysctls(Field sysctls, Field spec)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sysctl in sysctls.Items)
        {
            var name = sysctl["name"];
            if (name.IsEmpty)
            {
                name.Required();
            }
            else if (name.Text.Length > 253 || !name.Text.Split('.', '/').All(IsSysctlPart))
            {
                name.Invalid("must be names of lower case letters, digits, '-' and '_', separated by '.' or '/'");
            }
            else if (names.Contains(name.Text))
            {
                name.Duplicate();
            }

            names.Add(name.Text);
            var key = name.Text.Replace('/', '.');
            if (spec["hostNetwork"].Flag && key.StartsWith("net.", StringComparison.Ordinal))
            {
                name.Invalid("may not be specified when 'hostNetwork' is true");
            }
            else if (spec["hostIPC"].Flag && (key is "kernel.sem" || IpcSysctls.Any(p => key.StartsWith(p, StringComparison.Ordinal))))
            {
                name.Invalid("may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static bool IsSysctlPart(string part) =>
        part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
