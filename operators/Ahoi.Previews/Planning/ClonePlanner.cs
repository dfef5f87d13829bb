using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Planning;

/// <summary>
/// Makes copies of an app's Deployment, Service and Ingress. What ties the original to its place, its owner, its traffic or
/// its tools is left behind; labels of pods are made anew, so that nothing that selects the original's pods selects a copy's.
/// </summary>
internal static class ClonePlanner
{
    public static readonly GroupVersionKind Deployment = new("apps", "v1", "Deployment");
    public static readonly GroupVersionKind Service = new("", "v1", "Service");
    public static readonly GroupVersionKind Ingress = new("networking.k8s.io", "v1", "Ingress");
    public static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");
    public static readonly GroupVersionKind Claim = new("", "v1", "PersistentVolumeClaim");
    public static readonly GroupVersionKind Database = new("internal.example.com", "v1", "Database");

    public const string ExternalDnsHost = "external-dns.alpha.kubernetes.io/hostname";

    private static readonly string[] LostAnnotations =
    [
        "kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/", "meta.helm.sh/", "argocd.argoproj.io/", "external-dns.alpha.kubernetes.io/",
        "cert-manager.io/", "acme.cert-manager.io/", "nginx.ingress.kubernetes.io/server-alias", "nginx.ingress.kubernetes.io/canary", "ahoi.dev/",
    ];

    /// <summary>The labels of a copy's pods: those that the original selects by, with values of the preview's own, and the
    /// preview's label. Others are left out, because somebody may select by them.</summary>
    public static JsonMap PodLabels(CloneContext context, JsonMap deployment, JsonMap service)
    {
        var labels = new JsonMap();
        foreach (var (key, value) in context.App.Spec.Overrides?.Labels ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        foreach (var key in ((deployment.At("spec", "selector", "matchLabels") as JsonMap)?.Keys ?? []).Concat((service.At("spec", "selector") as JsonMap)?.Keys ?? []))
        {
            labels[key] = context.Name;
        }

        labels[Group.PreviewLabel] = context.Name;
        return labels;
    }

    /// <summary>Whether a Service's selector takes pods of these labels.</summary>
    public static bool Selects(JsonMap service, JsonMap labels) =>
        service.At("spec", "selector") is JsonMap { Count: > 0 } selector && selector.All(s => labels.Text(s.Key) is { } value && value == s.Value as string);

    public static JsonMap CloneDeployment(CloneContext context, JsonMap original, JsonMap service, bool running)
    {
        var clone = Start(context, Deployment, original);
        var spec = original.Map("spec")!.DeepClone();
        clone["spec"] = spec;
        spec["replicas"] = running ? (long)(context.App.Spec.Overrides?.Replicas ?? 1) : 0L;
        spec["selector"] = new JsonMap { ["matchLabels"] = Own(context) };
        var metadata = spec.EnsureMap("template").EnsureMap("metadata");
        var annotations = Kept(metadata.Map("annotations"));
        annotations.Remove("kubectl.kubernetes.io/restartedAt");
        annotations[Group.BranchAnnotation] = context.Preview.Spec.Branch;
        annotations[Group.Name + "/commit"] = context.Preview.Spec.Commit;
        metadata.Clear();
        metadata["labels"] = PodLabels(context, original, service);
        metadata["annotations"] = annotations;
        var pod = spec.EnsureMap("template").EnsureMap("spec");
        PodChanges.Apply(context, pod);
        clone.EnsureMap("metadata").EnsureMap("annotations")[Group.TemplateAnnotation] = TemplateHash(spec);
        return clone;
    }

    /// <summary>The hash of what a Deployment's pods are made from.</summary>
    private static string TemplateHash(JsonMap spec) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(JsonTree.ToUtf8(spec.Map("template"))))[..16];

    public static JsonMap CloneService(CloneContext context, JsonMap original)
    {
        var clone = Start(context, Service, original);
        var ports = new JsonList();
        foreach (var port in (original.At("spec", "ports") as JsonList)?.Maps ?? [])
        {
            var copy = port.DeepClone();
            copy.Remove("nodePort");
            ports.Add(copy);
        }

        clone["spec"] = new JsonMap { ["type"] = "ClusterIP", ["selector"] = Own(context), ["ports"] = ports };
        return clone;
    }

    public static JsonMap CloneIngress(CloneContext context, JsonMap original)
    {
        var clone = Start(context, Ingress, original);
        var annotations = clone.EnsureMap("metadata").EnsureMap("annotations");
        if (context.App.Spec.Dns == DnsMode.ExternalDNS)
        {
            annotations[ExternalDnsHost] = context.Host;
        }

        var rule = (original.At("spec", "rules") as JsonList)?.Maps.FirstOrDefault();
        var http = rule?.Map("http")?.DeepClone() ?? new JsonMap();
        var spec = new JsonMap();
        if (original.At("spec", "ingressClassName") is string name)
        {
            spec["ingressClassName"] = name;
        }

        foreach (var path in http.List("paths")?.Maps ?? [])
        {
            if (path.At("backend", "service") is JsonMap service)
            {
                service["name"] = context.Name;
            }
        }

        spec["rules"] = new JsonList { new JsonMap { ["host"] = context.Host, ["http"] = http } };
        if (context.App.Spec.Tls is { } tls)
        {
            spec["tls"] = new JsonList { new JsonMap { ["hosts"] = new JsonList { context.Host }, ["secretName"] = tls.WildcardSecret ?? $"{context.Name}-tls" } };
            if (tls.ClusterIssuer is { } issuer)
            {
                annotations["cert-manager.io/cluster-issuer"] = issuer;
            }
        }

        clone["spec"] = spec;
        return clone;
    }

    /// <summary>Makes a claim that asks for what the original asks for, and has nothing in it.</summary>
    public static JsonMap CloneClaim(CloneContext context, JsonMap original)
    {
        var clone = Start(context, Claim, original);
        clone.EnsureMap("metadata")["name"] = PodChanges.CopyName(context, (string)original.At("metadata", "name")!);
        clone["spec"] = Pick(original.Map("spec") ?? [], "accessModes", "resources", "storageClassName", "volumeMode");
        return clone;
    }

    /// <summary>Makes a Database like the original. It belongs to no customer, and its data goes with it.</summary>
    public static JsonMap CloneDatabase(CloneContext context, JsonMap original)
    {
        var clone = Start(context, Database, original);
        clone.EnsureMap("metadata")["name"] = DatabaseName(context);
        var spec = Pick(original.Map("spec") ?? [], "provider", "serverName", "storage", "storageClassName", "instances", "maxConnections");
        spec["deletion"] = new JsonMap { ["policy"] = "Delete", ["finalBackup"] = "Skip" };
        clone["spec"] = spec;
        return clone;
    }

    /// <summary>The name of a preview's own Database.</summary>
    public static string DatabaseName(CloneContext context) =>
        context.Name.Length <= 50 ? context.Name : $"{context.Name[..39]}-{BranchIdentity.Digits("", "", context.Name)[..10]}";

    /// <summary>The name of the Secret that tells programs how to reach a Database.</summary>
    public static string DatabaseSecret(string database) => $"{database}-database";

    private static JsonMap Pick(JsonMap from, params string[] fields)
    {
        var picked = new JsonMap();
        foreach (var field in fields.Where(from.ContainsKey))
        {
            picked[field] = JsonTree.DeepClone(from[field]);
        }

        return picked;
    }

    public static JsonMap CloneConfigMap(CloneContext context, JsonMap original)
    {
        var clone = Start(context, ConfigMap, original);
        clone.EnsureMap("metadata")["name"] = PodChanges.CopyName(context, (string)original.At("metadata", "name")!);
        foreach (var field in (string[])["data", "binaryData"])
        {
            if (original.Map(field) is { } data)
            {
                clone[field] = data.DeepClone();
            }
        }

        return clone;
    }

    /// <summary>What cannot be copied, and why.</summary>
    public static string? Fault(CloneContext context, JsonMap deployment, JsonMap service, JsonMap ingress)
    {
        var containers = (deployment.At("spec", "template", "spec", "containers") as JsonList)?.Maps.Select(c => c.Text("name")).ToList() ?? [];
        if (context.App.Spec.Image is not null || context.Preview.Spec.Image is not null)
        {
            var named = context.App.Spec.Image?.Container;
            if (named is null && containers.Count != 1)
            {
                return $"Deployment {context.App.Spec.Base.Deployment} has {containers.Count} containers ({string.Join(", ", containers)}): name one in spec.image.container";
            }

            if (named is not null && !containers.Contains(named))
            {
                return $"Deployment {context.App.Spec.Base.Deployment} has no container {named}: it has {string.Join(", ", containers)}";
            }
        }

        var rules = (ingress.At("spec", "rules") as JsonList)?.Maps.ToList() ?? [];
        if (rules.Count != 1)
        {
            return $"Ingress {context.App.Spec.Base.Ingress} has {rules.Count} rules ({string.Join(", ", rules.Select(r => r.Text("host")))}): a preview has one host, so it needs exactly one";
        }

        var other = (rules[0].At("http", "paths") as JsonList)?.Maps.Select(p => p.At("backend", "service", "name") as string).FirstOrDefault(n => n != context.App.Spec.Base.Service);
        if (other is not null)
        {
            return $"Ingress {context.App.Spec.Base.Ingress} leads to Service {other} too, which is not copied: give the app an Ingress to {context.App.Spec.Base.Service} alone";
        }

        return service.At("spec", "type") is "ExternalName" ? $"Service {context.App.Spec.Base.Service} is of type ExternalName, which has no pods to copy" : null;
    }

    public static JsonMap Own(CloneContext context) => new() { [Group.PreviewLabel] = context.Name };

    private static JsonMap Start(CloneContext context, GroupVersionKind kind, JsonMap original)
    {
        var annotations = Kept(original.At("metadata", "annotations") as JsonMap);
        annotations[Group.BranchAnnotation] = context.Preview.Spec.Branch;
        return new()
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonMap { ["name"] = context.Name, ["namespace"] = context.Namespace, ["labels"] = Own(context), ["annotations"] = annotations },
        };
    }

    private static JsonMap Kept(JsonMap? annotations)
    {
        var kept = new JsonMap();
        foreach (var (key, value) in annotations ?? [])
        {
            if (!LostAnnotations.Any(l => key.StartsWith(l, StringComparison.Ordinal)))
            {
                kept[key] = value;
            }
        }

        return kept;
    }
}
