using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>What a client that writes pods should hear.</summary>
internal static class PodWarnings
{
    private static readonly Dictionary<string, string> DeprecatedLabels = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "kubernetes.io/arch",
        ["beta.kubernetes.io/os"] = "kubernetes.io/os",
        ["failure-domain.beta.kubernetes.io/region"] = "topology.kubernetes.io/region",
        ["failure-domain.beta.kubernetes.io/zone"] = "topology.kubernetes.io/zone",
        ["beta.kubernetes.io/instance-type"] = "node.kubernetes.io/instance-type",
    };

    private static readonly string[] DeprecatedVolumes =
        ["gitRepo", "glusterfs", "scaleIO", "flocker", "photonPersistentDisk", "quobyte", "storageos", "cephfs", "rbd"];

    /// <summary>Gets the warnings of a pod or of a template.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="path">Where the pod lies: empty, or <c>spec.template</c>.</param>
    /// <returns>The warnings.</returns>
    public static IEnumerable<string> Of(JsonMap metadata, JsonMap spec, string path)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        foreach (var key in (spec.Map("nodeSelector") ?? []).Keys)
        {
            if (DeprecatedLabels.TryGetValue(key, out var better))
            {
                yield return $"{prefix}spec.nodeSelector[{key}]: deprecated since v1.14; use \"{better}\" instead";
            }
        }

        const string Critical = "scheduler.alpha.kubernetes.io/critical-pod";
        if (metadata.Map("annotations")?.ContainsKey(Critical) == true)
        {
            yield return $"{prefix}metadata.annotations[{Critical}]: non-functional in v1.16+; use the \"priorityClassName\" field instead";
        }

        foreach (var (i, volume) in spec.Maps("volumes").Index())
        {
            foreach (var kind in DeprecatedVolumes.Where(volume.ContainsKey))
            {
                yield return $"{prefix}spec.volumes[{i}].{kind}: deprecated";
            }
        }

        foreach (var (i, account) in spec.Maps("imagePullSecrets").Index())
        {
            if (account.Text("name") is null or "")
            {
                yield return $"{prefix}spec.imagePullSecrets[{i}].name: invalid empty name \"\"";
            }
        }

        foreach (var list in (string[])["initContainers", "containers"])
        {
            foreach (var (i, container) in spec.Maps(list).Index())
            {
                foreach (var warning in OfContainer(container, $"{prefix}spec.{list}[{i}]"))
                {
                    yield return warning;
                }
            }
        }

        if (spec.Integer("terminationGracePeriodSeconds") < 0)
        {
            yield return $"{prefix}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1";
        }
    }

    private static IEnumerable<string> OfContainer(JsonMap container, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, variable) in container.Maps("env").Index())
        {
            var name = variable.Text("name") ?? "";
            var value = variable.Text("value");
            if (!seen.Add(name) && !(value?.Contains($"$({name})", StringComparison.Ordinal) ?? false))
            {
                yield return $"{path}.env[{i}]: hides previous definition of \"{name}\", which may be dropped when using apply";
            }
        }

        var ports = new HashSet<(long, string)>();
        foreach (var (i, port) in container.Maps("ports").Index())
        {
            var key = (port.Integer("containerPort") ?? 0, port.Text("protocol") ?? "TCP");
            if (!ports.Add(key))
            {
                yield return $"{path}.ports[{i}]: duplicate port definition";
            }
        }
    }
}
