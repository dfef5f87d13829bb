using Ahoi.Api.Json;
using Ahoi.Previews.Api;
using Ahoi.Previews.Planning;

namespace Ahoi.Previews.Tests.Planning;

/// <summary>Objects for tests of planning.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static PreviewApp App(Func<PreviewAppSpec, PreviewAppSpec>? change = null, PreviewAppStatus? status = null)
    {
        var spec = new PreviewAppSpec
        {
            Base = new() { Deployment = "web", Service = "web", Ingress = "web" },
            Source = new() { Repository = "github.com/acme/shop" },
            Domain = "example.com",
        };
        return new() { Metadata = new() { Namespace = "shop", Name = "web", Uid = "app-uid" }, Spec = change?.Invoke(spec) ?? spec, Status = status };
    }

    public static Preview Preview(string branch, string commit = "1111111", bool keep = false)
    {
        var hash = BranchIdentity.Hash("github.com/acme/shop", "web", branch, 8, _ => false);
        return new()
        {
            Metadata = new() { Namespace = "shop-previews", Name = $"web-{hash}", Uid = $"uid-{hash}" },
            Spec = new() { AppRef = new() { Namespace = "shop", Name = "web" }, Branch = branch, Commit = commit, Hash = hash, Keep = keep },
        };
    }

    public static CloneContext Clone(string branch = "feat/xyz", Func<PreviewAppSpec, PreviewAppSpec>? change = null)
    {
        var app = App(change);
        var preview = Preview(branch);
        return new(app, preview, HostNames.Of(app, preview));
    }

    public static JsonMap Map(string json) => JsonTree.ParseMap(System.Text.Encoding.UTF8.GetBytes(json));

    public static JsonMap Deployment() => Map(
        """
        {"apiVersion":"apps/v1","kind":"Deployment",
         "metadata":{"name":"web","namespace":"shop","uid":"u","resourceVersion":"7","generation":3,"finalizers":["x/y"],
          "ownerReferences":[{"kind":"Thing","name":"t","uid":"o","apiVersion":"v1"}],"managedFields":[{}],
          "labels":{"app":"web","app.kubernetes.io/instance":"shop"},
          "annotations":{"deployment.kubernetes.io/revision":"4","kubectl.kubernetes.io/last-applied-configuration":"{}","meta.helm.sh/release-name":"shop","argocd.argoproj.io/tracking-id":"t","team":"a"}},
         "spec":{"replicas":5,"selector":{"matchLabels":{"app":"web","tier":"front"}},
          "template":{"metadata":{"labels":{"app":"web","tier":"front","pod-template-hash":"abc","extra":"1"},"annotations":{"kubectl.kubernetes.io/restartedAt":"x","scrape":"yes"}},
           "spec":{"imagePullSecrets":[{"name":"pull"}],
            "volumes":[{"name":"s","secret":{"secretName":"prod"}},{"name":"c","configMap":{"name":"settings"}},{"name":"k","secret":{"secretName":"allowed"}}],
            "containers":[{"name":"web","image":"web:1","env":[{"name":"A","value":"1"},{"name":"P","valueFrom":{"secretKeyRef":{"name":"prod","key":"p"}}}],
             "envFrom":[{"secretRef":{"name":"prod"}},{"configMapRef":{"name":"settings"}}],
             "volumeMounts":[{"name":"s","mountPath":"/s"},{"name":"c","mountPath":"/c"},{"name":"k","mountPath":"/k"}]}]}}},
         "status":{"replicas":5}}
        """);

    public static JsonMap Service() => Map(
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop","annotations":{"external-dns.alpha.kubernetes.io/hostname":"www.example.com"}},
         "spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"healthCheckNodePort":30001,"loadBalancerIP":"1.2.3.4","selector":{"app":"web"},
          "ports":[{"name":"http","port":80,"targetPort":8080,"nodePort":30000}]},"status":{"loadBalancer":{}}}
        """);

    public static JsonMap Ingress() => Map(
        """
        {"apiVersion":"networking.k8s.io/v1","kind":"Ingress",
         "metadata":{"name":"web","namespace":"shop","annotations":{"cert-manager.io/cluster-issuer":"prod","nginx.ingress.kubernetes.io/server-alias":"x.example.com",
          "nginx.ingress.kubernetes.io/canary":"true","nginx.ingress.kubernetes.io/canary-weight":"5","external-dns.alpha.kubernetes.io/hostname":"www.example.com","nginx.ingress.kubernetes.io/proxy-body-size":"8m"}},
         "spec":{"ingressClassName":"nginx","tls":[{"hosts":["www.example.com"],"secretName":"www"}],
          "defaultBackend":{"service":{"name":"web","port":{"number":80}}},
          "rules":[{"host":"www.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"name":"http"}}}}]}}]}}
        """);
}
