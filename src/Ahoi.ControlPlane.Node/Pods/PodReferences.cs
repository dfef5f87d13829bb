using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Names the other objects that a pod's spec refers to.</summary>
internal static class PodReferences
{
    public static IEnumerable<JsonMap> AllContainers(JsonMap spec) =>
        (spec.List("initContainers")?.Maps ?? []).Concat(spec.List("containers")?.Maps ?? []).Concat(spec.List("ephemeralContainers")?.Maps ?? []);

    /// <summary>Names ConfigMaps, Secrets and claims.</summary>
    public static IEnumerable<(string Kind, string Name)> Of(JsonMap pod)
    {
        var spec = pod.Map("spec") ?? [];
        foreach (var container in AllContainers(spec))
        {
            foreach (var from in container.List("envFrom")?.Maps ?? [])
            {
                foreach (var found in Named(from.Map("configMapRef"), "ConfigMap").Concat(Named(from.Map("secretRef"), "Secret")))
                {
                    yield return found;
                }
            }

            foreach (var from in (container.List("env")?.Maps ?? []).Select(e => e.Map("valueFrom")))
            {
                foreach (var found in Named(from?.Map("configMapKeyRef"), "ConfigMap").Concat(Named(from?.Map("secretKeyRef"), "Secret")))
                {
                    yield return found;
                }
            }
        }

        foreach (var volume in spec.List("volumes")?.Maps ?? [])
        {
            foreach (var source in (volume.Map("projected")?.List("sources")?.Maps ?? []).Prepend(volume))
            {
                foreach (var found in Named(source.Map("configMap"), "ConfigMap").Concat(Named(source.Map("secret"), "Secret", source == volume ? "secretName" : "name")))
                {
                    yield return found;
                }
            }

            if (ClaimName(pod, volume) is { } claim)
            {
                yield return ("PersistentVolumeClaim", claim);
            }
        }
    }

    /// <summary>Gets the claim behind a volume of a pod, or <see langword="null"/>.</summary>
    public static string? ClaimName(JsonMap pod, JsonMap volume) =>
        volume.Map("persistentVolumeClaim")?.Text("claimName")
        ?? (volume.Map("ephemeral") is not null ? $"{pod.At("metadata", "name")}-{volume.Text("name")}" : null);

    private static IEnumerable<(string Kind, string Name)> Named(JsonMap? reference, string kind, string field = "name") =>
        reference?.Text(field) is { Length: > 0 } name ? [(kind, name)] : [];
}
