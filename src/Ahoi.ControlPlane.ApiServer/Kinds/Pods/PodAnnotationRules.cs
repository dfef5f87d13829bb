using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Annotations of pods that mean something to the cluster.</summary>
internal static class PodAnnotationRules
{
    private const string Mirror = "kubernetes.io/config.mirror";
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";
    private const string Seccomp = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
    private const string AppArmor = "container.apparmor.security.beta.kubernetes.io/";

    /// <summary>Refuses bad annotations.</summary>
    public static void PodAnnotations(this Field annotations, Field spec)
    {
        foreach (var (key, item) in annotations.Entries)
        {
            switch (key)
            {
                case Mirror when spec["nodeName"].IsEmpty:
                    item.Invalid("must set spec.nodeName if mirror pod annotation is set");
                    break;
                case DeletionCost when !IsCost(item.Text):
                    item.Invalid("must be a 32bit integer");
                    break;
                case Seccomp:
                    Profile(annotations[key] with { Value = item.Value });
                    break;
                default:
                    if (key.StartsWith(SeccompOfContainer, StringComparison.Ordinal))
                    {
                        Profile(annotations[key] with { Value = item.Value });
                    }
                    else if (key.StartsWith(AppArmor, StringComparison.Ordinal))
                    {
                        AppArmorProfile(item, key[AppArmor.Length..], spec);
                    }

                    break;
            }
        }
    }

    /// <summary>Refuses to add, change or remove those that the node has acted upon.</summary>
    public static void PodAnnotationChanges(this Field annotations, JsonMap old)
    {
        foreach (var key in old.Keys.Union(annotations.Map.Keys, StringComparer.Ordinal))
        {
            if ((key == Mirror || key.StartsWith(AppArmor, StringComparison.Ordinal)) && !JsonTree.Equals(old[key], annotations.Map[key]))
            {
                annotations.Key(key).Forbidden(old.ContainsKey(key) ? "may not be removed or updated" : "may not be added");
            }
        }
    }

    // As written by a 32-bit integer: no sign but '-', no leading zeros.
    private static bool IsCost(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost)
        && (text == cost.ToString(CultureInfo.InvariantCulture) || text.TrimStart('-') == "0");

    private static void Profile(Field profile)
    {
        const string Local = "localhost/";
        if (profile.Text.StartsWith(Local, StringComparison.Ordinal))
        {
            (profile with { Value = profile.Text[Local.Length..] }).LocalPath();
        }
        else if (profile.Text is not ("runtime/default" or "docker/default" or "unconfined"))
        {
            profile.Invalid("must be a valid seccomp profile");
        }
    }

    private static void AppArmorProfile(Field profile, string container, Field spec)
    {
        if (!spec["containers"].Items.Concat(spec["initContainers"].Items).Concat(spec["ephemeralContainers"].Items).Any(c => c["name"].Text == container))
        {
            (profile with { Value = container }).Invalid("container not found");
        }

        if (profile.Text is not ("" or "runtime/default" or "unconfined") && !profile.Text.StartsWith("localhost/", StringComparison.Ordinal))
        {
            profile.Invalid("is no name of an AppArmor profile");
        }
    }
}
