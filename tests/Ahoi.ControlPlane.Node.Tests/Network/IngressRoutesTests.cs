using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Network.Ingresses;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class IngressRoutesTests
{
    private static readonly IngressRoutes Routes = new(
    [
        Ingress("first", """
            {"defaultBackend":{"service":{"name":"first-default","port":{"number":80}}},
             "rules":[
              {"host":"shop.example","http":{"paths":[
                {"path":"/cart","pathType":"Prefix","backend":{"service":{"name":"cart","port":{"number":80}}}},
                {"path":"/cart/checkout/","pathType":"Prefix","backend":{"service":{"name":"checkout","port":{"number":80}}}},
                {"path":"/cart/now","pathType":"Prefix","backend":{"service":{"name":"now-prefix","port":{"number":80}}}},
                {"path":"/cart/now","pathType":"Exact","backend":{"service":{"name":"now-exact","port":{"number":80}}}},
                {"path":"/any","pathType":"ImplementationSpecific","backend":{"service":{"name":"any","port":{"number":80}}}}]}}]}
            """),
        Ingress("second", """
            {"defaultBackend":{"service":{"name":"second-default","port":{"number":80}}},
             "rules":[
              {"host":"*.example","http":{"paths":[{"path":"/wild","pathType":"Prefix","backend":{"service":{"name":"wild","port":{"number":80}}}}]}},
              {"host":"shop.example","http":{"paths":[{"path":"/cart","pathType":"Prefix","backend":{"service":{"name":"too-late","port":{"number":80}}}}]}}]}
            """),
        Ingress("third", """
            {"rules":[
              {"http":{"paths":[{"path":"/everywhere","pathType":"Exact","backend":{"service":{"name":"everywhere","port":{"number":80}}}}]}}]}
            """),
    ]);

    [Theory]
    [InlineData("shop.example", "/cart", "cart")]
    [InlineData("SHOP.example.", "/cart", "cart")]
    [InlineData("shop.example", "/cart/", "cart")]
    [InlineData("shop.example", "/cart/things", "cart")]
    [InlineData("shop.example", "/carton", "first-default")]
    [InlineData("shop.example", "/Cart", "first-default")]
    [InlineData("shop.example", "/cart/checkout", "checkout")]
    [InlineData("shop.example", "/cart/checkout/now", "checkout")]
    [InlineData("shop.example", "/cart/now", "now-exact")]
    [InlineData("shop.example", "/cart/now/", "now-prefix")]
    [InlineData("shop.example", "/any/thing", "any")]
    [InlineData("shop.example", "/wild", "wild")]
    [InlineData("other.example", "/wild", "wild")]
    [InlineData("a.b.example", "/wild", "first-default")]
    [InlineData("example", "/wild", "first-default")]
    [InlineData("other.example", "/elsewhere", "second-default")]
    [InlineData("127.0.0.1", "/everywhere", "everywhere")]
    [InlineData("127.0.0.1", "/everywhere/", "first-default")]
    public void Find_FollowsHostsPathsAndAge(string host, string path, string service) =>
        Assert.Equal(service, Routes.Find(host, path)?.Service?.Name);

    [Fact]
    public void Find_WithoutRules_IsNothing() => Assert.Null(IngressRoutes.Empty.Find("shop.example", "/"));

    [Fact]
    public void Find_PrefixOfEverything_MatchesEverything()
    {
        var routes = new IngressRoutes([Ingress("all", """{"rules":[{"http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"all","port":{"name":"http"}}}}]}}]}""")]);

        Assert.Equal(new IngressBackend(new("default", "all"), "http", 0), routes.Find("a", "/b/c"));
    }

    private static IngressView Ingress(string name, string spec) => IngressView.Read(RawObject.FromMap(JsonTree.ParseMap(
        $$"""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"{{name}}","namespace":"default"},"spec":{{spec}} }""")));
}
