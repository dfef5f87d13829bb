using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>What a pod that names its operating system may not have of the other one.</summary>
internal static class SystemRules
{
    private const string NotWindows = "cannot be set for a windows pod";

    private static readonly string[] LinuxOfPod = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];

    private static readonly string[] LinuxOfPodSecurity =
    [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup",
        "supplementalGroups", "supplementalGroupsPolicy",
    ];

    private static readonly string[] LinuxOfContainer =
    [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation",
        "procMount", "runAsUser", "runAsGroup",
    ];

    /// <summary>Refuses an operating system that is not known, and settings of the other one.</summary>
    public static void System(this Field spec)
    {
        var system = spec["os"];
        if (!system.Has)
        {
            return;
        }

        if (system["name"].IsEmpty)
        {
            system["name"].Required("cannot be empty");
            return;
        }

        var contexts = spec["initContainers"].Items.Concat(spec["containers"].Items).Concat(spec["ephemeralContainers"].Items)
            .Select(c => c["securityContext"]).ToArray();
        switch (system["name"].Text)
        {
            case "linux":
                foreach (var context in contexts.Prepend(spec["securityContext"]).Where(c => c["windowsOptions"].Has))
                {
                    context["windowsOptions"].Forbidden("windows options cannot be set for a linux pod");
                }

                break;
            case "windows":
                Forbid(spec["securityContext"], LinuxOfPodSecurity);
                Forbid(spec, LinuxOfPod);
                foreach (var context in contexts)
                {
                    Forbid(context, LinuxOfContainer);
                }

                break;
            default:
                system["name"].As(system.Path).NotSupported("linux", "windows");
                break;
        }
    }

    private static void Forbid(Field place, string[] fields)
    {
        foreach (var field in fields)
        {
            // Flags that are off are as good as not there, where they cannot be told apart in Kubernetes.
            if (place[field].Has && !(field is "hostPID" or "hostIPC" && !place[field].Flag))
            {
                place[field].Forbidden(NotWindows);
            }
        }
    }
}
