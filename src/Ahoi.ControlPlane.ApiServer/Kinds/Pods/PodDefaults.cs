using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>The defaults of pods and of the templates of pods.</summary>
internal static class PodDefaults
{
    private const long DefaultMode = 420;

    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>Completes a pod's spec, with what only pods get and their templates do not.</summary>
    public static void SetForPod(JsonMap spec)
    {
        foreach (var container in spec.Maps("containers").Concat(spec.Maps("initContainers")))
        {
            // What is limited is requested in full, unless the client says otherwise.
            if (container.Map("resources")?.Map("limits") is { Count: > 0 } limits)
            {
                var requests = container.Map("resources")!.EnsureMap("requests");
                foreach (var (name, limit) in limits)
                {
                    requests.Default(name, limit);
                }
            }
        }

        spec.Default("enableServiceLinks", true);
        if (spec.Flag("hostNetwork") == true)
        {
            foreach (var port in spec.Maps("containers").Concat(spec.Maps("initContainers")).SelectMany(c => c.Maps("ports")))
            {
                port.DefaultZero("hostPort", port.Integer("containerPort") ?? 0);
            }
        }

        SetForSpec(spec);
    }

    /// <summary>Completes the template of a workload.</summary>
    public static void SetForTemplate(JsonMap? template)
    {
        if (template is not null)
        {
            SetForSpec(template.EnsureMap("spec"));
        }
    }

    private static void SetForSpec(JsonMap spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.EnsureMap("securityContext");
        spec.Default("schedulerName", "default-scheduler");

        // The same field under its old name.
        var account = spec.Text("serviceAccountName") is { Length: > 0 } name ? name : spec.Text("serviceAccount");
        if (account is { Length: > 0 })
        {
            spec["serviceAccountName"] = account;
            spec["serviceAccount"] = account;
        }

        foreach (var container in ContainerLists.SelectMany(spec.Maps))
        {
            SetForContainer(container);
        }

        foreach (var volume in spec.Maps("volumes"))
        {
            SetForVolume(volume);
        }
    }

    private static void SetForContainer(JsonMap container)
    {
        container.Default("imagePullPolicy", IsLatest(container.Text("image") ?? "") ? "Always" : "IfNotPresent");
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.EnsureMap("resources");
        foreach (var port in container.Maps("ports"))
        {
            port.Default("protocol", "TCP");
        }

        foreach (var variable in container.Maps("env"))
        {
            SetForFieldReference(variable.Map("valueFrom"));
        }

        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Map(name) is { } probe)
            {
                SetForProbe(probe);
            }
        }

        if (container.Map("lifecycle") is { } lifecycle)
        {
            SetForHttp(lifecycle.Map("postStart")?.Map("httpGet"));
            SetForHttp(lifecycle.Map("preStop")?.Map("httpGet"));
        }
    }

    private static void SetForProbe(JsonMap probe)
    {
        probe.DefaultZero("timeoutSeconds", 1);
        probe.DefaultZero("periodSeconds", 10);
        probe.DefaultZero("successThreshold", 1);
        probe.DefaultZero("failureThreshold", 3);
        SetForHttp(probe.Map("httpGet"));
        if (probe.Map("grpc") is { } grpc)
        {
            grpc.Default("service", "");
        }
    }

    private static void SetForHttp(JsonMap? request)
    {
        request?.Default("path", "/");
        request?.Default("scheme", "HTTP");
    }

    private static void SetForFieldReference(JsonMap? source) => source?.Map("fieldRef")?.Default("apiVersion", "v1");

    private static void SetForVolume(JsonMap volume)
    {
        if (volume.All(f => f.Key == "name" || f.Value is null))
        {
            volume["emptyDir"] = new JsonMap();
        }

        foreach (var (kind, value) in volume)
        {
            if (value is JsonMap source)
            {
                SetForVolumeSource(kind, source);
            }
        }
    }

    private static void SetForVolumeSource(string kind, JsonMap source)
    {
        switch (kind)
        {
            case "secret" or "configMap":
                source.Default("defaultMode", DefaultMode);
                break;
            case "downwardAPI":
                source.Default("defaultMode", DefaultMode);
                SetForDownwardItems(source);
                break;
            case "projected":
                source.Default("defaultMode", DefaultMode);
                foreach (var projection in source.Maps("sources"))
                {
                    projection.Map("serviceAccountToken")?.Default("expirationSeconds", 3600);
                    SetForDownwardItems(projection.Map("downwardAPI") ?? []);
                }

                break;
            case "hostPath":
                source.Default("type", "");
                break;
            case "iscsi":
                source.Default("iscsiInterface", "default");
                break;
            case "rbd":
                source.Default("pool", "rbd");
                source.Default("user", "admin");
                source.Default("keyring", "/etc/ceph/keyring");
                break;
            case "azureDisk":
                source.Default("cachingMode", "ReadWrite");
                source.Default("kind", "Shared");
                source.Default("fsType", "ext4");
                source.Default("readOnly", false);
                break;
            case "scaleIO":
                source.Default("storageMode", "ThinProvisioned");
                source.Default("fsType", "xfs");
                break;
            case "ephemeral":
                source.Map("volumeClaimTemplate")?.EnsureMap("spec").Default("volumeMode", "Filesystem");
                break;
            case "image":
                source.Default("pullPolicy", IsLatest(source.Text("reference") ?? "") ? "Always" : "IfNotPresent");
                break;
            default:
                break;
        }
    }

    private static void SetForDownwardItems(JsonMap source)
    {
        foreach (var item in source.Maps("items"))
        {
            SetForFieldReference(item);
        }
    }

    private static bool IsLatest(string image)
    {
        if (image.Length == 0 || image.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest";
    }
}
