using Ahoi.Api.Json;
using Ahoi.Previews.Api;
using Ahoi.Previews.Planning;

namespace Ahoi.Previews.Tests.Planning;

public sealed class ClonePlannerTests
{
    private const string Name = "web-b6f6dd5b";

    [Fact]
    public void CloneDeployment_Original_LosesWhatTiesItToItsPlace()
    {
        var clone = ClonePlanner.CloneDeployment(Samples.Clone(), Samples.Deployment(), Samples.Service(), running: true);

        Assert.Equal(["apiVersion", "kind", "metadata", "spec"], clone.Keys);
        Assert.Equal(["annotations", "labels", "name", "namespace"], clone.Map("metadata")!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["preview.example.com/branch", "preview.example.com/template", "team"], ((JsonMap)clone.At("metadata", "annotations")!).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Name, clone.At("metadata", "name"));
        Assert.Equal("shop-previews", clone.At("metadata", "namespace"));
        Assert.Equal(1L, clone.At("spec", "replicas"));
        Assert.Equal([Group.PreviewLabel], ((JsonMap)clone.At("spec", "selector", "matchLabels")!).Keys);
        var labels = (JsonMap)clone.At("spec", "template", "metadata", "labels")!;
        Assert.Equal(["app", "preview.example.com/preview", "tier"], labels.Keys.Order(StringComparer.Ordinal));
        Assert.All(labels.Values, v => Assert.Equal(Name, v));
        var annotations = (JsonMap)clone.At("spec", "template", "metadata", "annotations")!;
        Assert.Equal(["preview.example.com/branch", "preview.example.com/commit", "scrape"], annotations.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void CloneDeployment_SecretsOfTheOriginal_AreTakenOutUnlessAllowed()
    {
        var context = Samples.Clone(change: s => s with { Overrides = new() { SecretAllowList = ["allowed"] } });

        var clone = ClonePlanner.CloneDeployment(context, Samples.Deployment(), Samples.Service(), running: true);

        var text = clone.ToString();
        Assert.DoesNotContain("prod", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pull", text, StringComparison.Ordinal);
        var pod = (JsonMap)clone.At("spec", "template", "spec")!;
        Assert.Equal(["c", "k"], pod.List("volumes")!.Maps.Select(v => v.Text("name")));
        Assert.Equal(["c", "k"], pod.List("containers")!.Maps.Single().List("volumeMounts")!.Maps.Select(v => v.Text("name")));
        Assert.Contains("web-b6f6dd5b-settings", text, StringComparison.Ordinal);
        Assert.Equal(["settings"], PodChanges.ConfigMaps((JsonMap)Samples.Deployment().At("spec", "template", "spec")!));
    }

    [Fact]
    public void CloneDeployment_BranchThatLooksLikeAVariable_StaysText()
    {
        var context = Samples.Clone("a$(A){commit}", s => s with
        {
            Image = new() { Template = "registry/web:{commit}" },
            Overrides = new() { Env = [new() { Name = "B", Value = "{branch}@{commit} {host}" }], DropEnv = ["A"] },
        });

        var clone = ClonePlanner.CloneDeployment(context, Samples.Deployment(), Samples.Service(), running: false);

        Assert.Equal(0L, clone.At("spec", "replicas"));
        var container = ((JsonList)clone.At("spec", "template", "spec", "containers")!).Maps.Single();
        Assert.Equal("registry/web:1111111", container.Text("image"));
        var variable = Assert.Single(container.List("env")!.Maps);
        Assert.Equal($"a$$(A){{commit}}@1111111 {context.Host}", variable.Text("value"));
    }

    [Fact]
    public void CloneService_LoadBalancer_BecomesClusterIPWithoutAddresses()
    {
        var clone = ClonePlanner.CloneService(Samples.Clone(), Samples.Service());

        Assert.Equal("""{"type":"ClusterIP","selector":{"preview.example.com/preview":"web-b6f6dd5b"},"ports":[{"name":"http","port":80,"targetPort":8080}]}""", clone.Map("spec")!.ToString());
        Assert.Equal(["preview.example.com/branch"], ((JsonMap)clone.At("metadata", "annotations")!).Keys);
    }

    [Fact]
    public void CloneIngress_Original_KeepsPathsAndNothingOfItsHost()
    {
        var clone = ClonePlanner.CloneIngress(Samples.Clone(), Samples.Ingress());

        Assert.DoesNotContain("www", clone.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"ingressClassName":"nginx","rules":[{"host":"preview-b6f6dd5b.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web-b6f6dd5b","port":{"name":"http"}}}}]}}]}""",
            clone.Map("spec")!.ToString());
        Assert.Equal(["nginx.ingress.kubernetes.io/proxy-body-size", "preview.example.com/branch"], ((JsonMap)clone.At("metadata", "annotations")!).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void CloneIngress_TlsAndExternalDns_AreForTheOwnHost()
    {
        var wildcard = ClonePlanner.CloneIngress(Samples.Clone(change: s => s with { Tls = new() { WildcardSecret = "wild" } }), Samples.Ingress());
        var issued = ClonePlanner.CloneIngress(
            Samples.Clone(change: s => s with { Dns = DnsMode.ExternalDNS, Tls = new() { ClusterIssuer = "letsencrypt" } }), Samples.Ingress());

        Assert.Equal("""[{"hosts":["preview-b6f6dd5b.example.com"],"secretName":"wild"}]""", wildcard.At("spec", "tls")!.ToString());
        Assert.Null(wildcard.At("metadata", "annotations", "cert-manager.io/cluster-issuer"));
        Assert.Equal("""[{"hosts":["preview-b6f6dd5b.example.com"],"secretName":"web-b6f6dd5b-tls"}]""", issued.At("spec", "tls")!.ToString());
        Assert.Equal("letsencrypt", issued.At("metadata", "annotations", "cert-manager.io/cluster-issuer"));
        Assert.Equal("preview-b6f6dd5b.example.com", issued.At("metadata", "annotations", ClonePlanner.ExternalDnsHost));
    }

    [Fact]
    public void Fault_BaseThatCannotBeCopied_NamesWhatIsWrong()
    {
        var two = Samples.Deployment();
        ((JsonList)two.At("spec", "template", "spec", "containers")!).Add(Samples.Map("""{"name":"sidecar"}"""));
        var hosts = Samples.Ingress();
        ((JsonList)hosts.At("spec", "rules")!).Add(Samples.Map("""{"host":"shop.example.com"}"""));
        var other = Samples.Ingress();
        ((JsonList)((JsonList)other.At("spec", "rules")!).Maps.Single().At("http", "paths")!).Add(Samples.Map("""{"path":"/api","backend":{"service":{"name":"api"}}}"""));
        var context = Samples.Clone(change: s => s with { Image = new() { Template = "x:{commit}" } });

        Assert.Null(ClonePlanner.Fault(context, Samples.Deployment(), Samples.Service(), Samples.Ingress()));
        Assert.Contains("2 containers (web, sidecar): name one in spec.image.container", ClonePlanner.Fault(context, two, Samples.Service(), Samples.Ingress()), StringComparison.Ordinal);
        Assert.Contains("2 rules (www.example.com, shop.example.com)", ClonePlanner.Fault(context, Samples.Deployment(), Samples.Service(), hosts), StringComparison.Ordinal);
        Assert.Contains("Service api", ClonePlanner.Fault(context, Samples.Deployment(), Samples.Service(), other), StringComparison.Ordinal);
    }

    [Fact]
    public void PodLabels_RandomLabels_NeverMatchTheOriginalsSelector()
    {
        var random = new Random(20260101);
        string[] keys = ["app", "tier", "app.kubernetes.io/name", "version", "team", "a", "b"];
        string[] values = ["web", "front", "1", "x", ""];
        for (var round = 0; round < 10_000; round++)
        {
            var labels = new JsonMap();
            foreach (var key in keys.Where(_ => random.Next(2) == 0).DefaultIfEmpty("app"))
            {
                labels[key] = values[random.Next(values.Length)];
            }

            var selected = Some(labels, random);
            var deployment = Samples.Deployment();
            ((JsonMap)deployment.At("spec", "template", "metadata")!)["labels"] = labels;
            ((JsonMap)deployment.At("spec", "selector")!)["matchLabels"] = selected;
            var service = Samples.Service();
            service.Map("spec")!["selector"] = Some(labels, random);
            var context = Samples.Clone(change: s => s with
            {
                Overrides = new() { Labels = labels.Where(_ => random.Next(3) == 0).ToDictionary(l => l.Key, l => (string)l.Value!) },
            });

            var own = ClonePlanner.PodLabels(context, deployment, service);

            Assert.False(ClonePlanner.Selects(service, own), $"{service.At("spec", "selector")} selects {own}");
            Assert.True(ClonePlanner.Selects(ClonePlanner.CloneService(context, service), own));
            Assert.False(ClonePlanner.Selects(ClonePlanner.CloneService(Samples.Clone("other"), service), own));
        }
    }

    private static JsonMap Some(JsonMap labels, Random random)
    {
        var some = new JsonMap();
        foreach (var (key, value) in labels.Where(_ => random.Next(2) == 0).DefaultIfEmpty(labels.First()))
        {
            some[key] = value;
        }

        return some;
    }
}
