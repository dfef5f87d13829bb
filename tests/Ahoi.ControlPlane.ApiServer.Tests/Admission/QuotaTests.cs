using System.Net;
using Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.Admission;

/// <summary>Quotas, limit ranges and default classes.</summary>
public sealed class QuotaTests
{
    private const string Quotas = "/api/v1/namespaces/default/resourcequotas";
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Services = "/api/v1/namespaces/default/services";
    private const string Claims = "/api/v1/namespaces/default/persistentvolumeclaims";

    [Fact]
    public async Task Quota_ManyWritersAtOnce_AreLetInUntilItIsFull()
    {
        await using var server = await DefinitionServer.StartAsync();
        await QuotaAsync(server, "\"configmaps\":\"5\"", "\"configmaps\":\"0\"");

        var codes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await server.SendAsync(
            "POST", ConfigMaps, $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{i}}}"} }""")).Code));

        Assert.Equal(5, codes.Count(c => c == HttpStatusCode.Created));
        Assert.Equal(15, codes.Count(c => c == HttpStatusCode.Forbidden));
        Assert.Equal("5", await UsedAsync(server, "configmaps"));
    }

    [Fact]
    public async Task Quota_OneOfTwoRefuses_TheOtherIsNotCharged()
    {
        await using var server = await DefinitionServer.StartAsync();
        await QuotaAsync(server, "\"configmaps\":\"5\"", "\"configmaps\":\"0\"");
        await server.SendAsync("POST", Quotas, """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"z"},"spec":{"hard":{"count/configmaps":"0"}}}""");
        await server.SendAsync("PATCH", Quotas + "/z/status", """{"status":{"hard":{"count/configmaps":"0"},"used":{"count/configmaps":"0"}}}""", "application/merge-patch+json");

        var refused = await server.SendAsync("POST", ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}""");

        Assert.Equal(HttpStatusCode.Forbidden, refused.Code);
        Assert.Equal("0", await UsedAsync(server, "configmaps"));
    }

    [Fact]
    public async Task Quota_DryRun_IsJudgedAndNotCharged()
    {
        await using var server = await DefinitionServer.StartAsync();
        await QuotaAsync(server, "\"count/configmaps\":\"1\"", "\"count/configmaps\":\"0\"");

        var body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}""";
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", ConfigMaps + "?dryRun=All", body)).Code);
        Assert.Equal("0", await UsedAsync(server, "count/configmaps"));
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", ConfigMaps, body)).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", ConfigMaps + "?dryRun=All", body.Replace("\"c\"", "\"d\"", StringComparison.Ordinal))).Code);
    }

    [Theory]
    [InlineData("\"requests.cpu\":\"1\",\"limits.memory\":\"1Gi\"", """{"requests":{"cpu":"100m"}}""", "must specify limits.memory for: c")]
    [InlineData("\"requests.cpu\":\"1\"", """{"requests":{"cpu":"1500m"}}""", "exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=0, limited: requests.cpu=1")]
    [InlineData("\"requests.example.com/gpu\":\"1\"", """{"limits":{"example.com/gpu":"2"}}""", "exceeded quota")]
    [InlineData("\"requests.cpu\":\"1\"", """{"requests":{"cpu":"200m"}}""", null)]
    public async Task Quota_OfComputeResources_JudgesPods(string hard, string resources, string? refusal)
    {
        await using var server = await DefinitionServer.StartAsync();
        var used = string.Join(',', hard.Split(',').Select(h => $"{h[..h.LastIndexOf(':')]}:\"0\""));
        await QuotaAsync(server, hard, used);

        var (code, answer, _) = await server.SendAsync("POST", Pods, Pod(resources));

        Assert.Equal(refusal is null ? HttpStatusCode.Created : HttpStatusCode.Forbidden, code);
        Assert.True(refusal is null || answer.Text("message")!.Contains(refusal, StringComparison.Ordinal), answer.Text("message"));
    }

    [Theory]
    [InlineData("\"scopes\":[\"BestEffort\"]", "{}", HttpStatusCode.Forbidden)]
    [InlineData("\"scopes\":[\"BestEffort\"]", """{"requests":{"cpu":"1"}}""", HttpStatusCode.Created)]
    [InlineData("\"scopes\":[\"NotTerminating\"]", "{}", HttpStatusCode.Forbidden)]
    [InlineData("\"scopes\":[\"Terminating\"]", "{}", HttpStatusCode.Created)]
    [InlineData("""
        "scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}
        """, "{}", HttpStatusCode.Created)]
    [InlineData("""
        "scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"DoesNotExist"}]}
        """, "{}", HttpStatusCode.Forbidden)]
    public async Task Quota_WithScopes_CountsOnlyWhatIsInThem(string scopes, string resources, HttpStatusCode expected)
    {
        await using var server = await DefinitionServer.StartAsync();
        await QuotaAsync(server, "\"pods\":\"0\"", "\"pods\":\"0\"", scopes);

        Assert.Equal(expected, (await server.SendAsync("POST", Pods, Pod(resources))).Code);
    }

    [Fact]
    public async Task Quota_OfServices_ChargesTheDifferenceOfAnUpdate()
    {
        await using var server = await DefinitionServer.StartAsync();
        await QuotaAsync(server, "\"services.nodeports\":\"1\",\"services\":\"1\"", "\"services.nodeports\":\"0\",\"services\":\"0\"");
        var service = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"a"}]}}""";
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", Services, service)).Code);

        var one = await server.SendAsync("PATCH", Services + "/s", """{"spec":{"type":"NodePort"}}""", "application/merge-patch+json");
        var two = await server.SendAsync("PATCH", Services + "/s", """{"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}}""", "application/merge-patch+json");

        Assert.Equal(HttpStatusCode.OK, one.Code);
        Assert.Equal(HttpStatusCode.Forbidden, two.Code);
        Assert.Equal("1", await UsedAsync(server, "services.nodeports"));
        Assert.Equal("1", await UsedAsync(server, "services"));
    }

    [Fact]
    public async Task Quota_OfAClass_ChargesClaimsOfThatClass()
    {
        await using var server = await DefinitionServer.StartAsync();
        const string Storage = "fast.storageclass.storage.k8s.io/requests.storage";
        await QuotaAsync(server, $"\"{Storage}\":\"10Gi\"", $"\"{Storage}\":\"0\"");

        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", Claims, Claim("a", "slow", "20Gi"))).Code);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", Claims, Claim("b", "fast", "8Gi"))).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", Claims, Claim("c", "fast", "3Gi"))).Code);
        Assert.Equal("8Gi", await UsedAsync(server, Storage));
    }

    [Theory]
    [InlineData("""{"type":"Container","min":{"cpu":"500m"}}""", """{"requests":{"cpu":"100m"}}""", false)]
    [InlineData("""{"type":"Container","max":{"cpu":"1"}}""", """{"limits":{"cpu":"2"}}""", false)]
    [InlineData("""{"type":"Container","max":{"cpu":"1"}}""", "{}", true)]
    [InlineData("""{"type":"Container","maxLimitRequestRatio":{"cpu":"2"}}""", """{"requests":{"cpu":"1"},"limits":{"cpu":"3"}}""", false)]
    [InlineData("""{"type":"Container","maxLimitRequestRatio":{"cpu":"3"}}""", """{"requests":{"cpu":"1"},"limits":{"cpu":"3"}}""", true)]
    [InlineData("""{"type":"Pod","max":{"memory":"1Gi"}}""", """{"limits":{"memory":"2Gi"}}""", false)]
    [InlineData("""{"type":"Pod","max":{"memory":"1Gi"}}""", "{}", false)]
    public async Task LimitRange_PodOutsideOfIt_IsRefused(string limit, string resources, bool fits)
    {
        await using var server = await DefinitionServer.StartAsync();
        await LimitAsync(server, limit);

        Assert.Equal(fits ? HttpStatusCode.Created : HttpStatusCode.Forbidden, (await server.SendAsync("POST", Pods, Pod(resources))).Code);
    }

    [Fact]
    public async Task LimitRange_Defaults_ReachContainersAndInitContainersThatSayNothing()
    {
        await using var server = await DefinitionServer.StartAsync();
        await LimitAsync(server, """{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"100m"}}""");

        var (_, pod, _) = await server.SendAsync(
            "POST",
            Pods,
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"500m"}}}],
            "initContainers":[{"name":"init","image":"i"}]}}
            """);

        Assert.Equal("500m", pod.Map("spec")!.List("containers")!.Maps.First().At("resources", "requests", "cpu"));
        Assert.Equal("100m", pod.Map("spec")!.List("initContainers")!.Maps.First().At("resources", "requests", "cpu"));
        Assert.Equal(
            "LimitRanger plugin set: cpu request for init container init; cpu limit for init container init",
            pod.At("metadata", "annotations", "kubernetes.io/limit-ranger"));
    }

    [Fact]
    public async Task LimitRange_OfClaims_JudgesTheirSize()
    {
        await using var server = await DefinitionServer.StartAsync();
        await LimitAsync(server, """{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"5Gi"}}""");

        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", Claims, Claim("a", "x", "500Mi"))).Code);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", Claims, Claim("a", "x", "2Gi"))).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", Claims, Claim("b", "x", "6Gi"))).Code);
    }

    [Fact]
    public async Task DefaultClass_ClaimWithoutOne_GetsItAndAnEmptyOneStays()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.SendAsync(
            "POST",
            "/apis/storage.k8s.io/v1/storageclasses",
            """{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"std","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"p"}""");
        await server.SendAsync(
            "POST",
            "/apis/networking.k8s.io/v1/ingressclasses",
            """{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"web","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}},"spec":{"controller":"example.com/c"}}""");

        var filled = await server.SendAsync("POST", Claims, Claim("a", null, "1Gi"));
        var empty = await server.SendAsync("POST", Claims, Claim("b", "", "1Gi"));
        var ingress = await server.SendAsync(
            "POST",
            "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
            """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}""");

        Assert.Equal("std", filled.Body.At("spec", "storageClassName"));
        Assert.Equal("", empty.Body.At("spec", "storageClassName"));
        Assert.Equal("web", ingress.Body.At("spec", "ingressClassName"));
    }

    private static string Pod(string resources) =>
        $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{{{resources}}} }]} }""";

    private static string Claim(string name, string? kind, string size) =>
        $$$"""
        {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"{{{name}}}"},"spec":{"accessModes":["ReadWriteOnce"],{{{(kind is null ? "" : $"\"storageClassName\":\"{kind}\",")}}}
        "resources":{"requests":{"storage":"{{{size}}}"} } } }
        """;

    private static async Task LimitAsync(DefinitionServer server, string limit) => Assert.Equal(
        HttpStatusCode.Created,
        (await server.SendAsync(
            "POST", "/api/v1/namespaces/default/limitranges", $$$"""{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"l"},"spec":{"limits":[{{{limit}}}]} }""")).Code);

    private static async Task QuotaAsync(DefinitionServer server, string hard, string used, string? scopes = null)
    {
        var spec = $"\"hard\":{{{hard}}}{(scopes is null ? "" : $",{scopes}")}";
        Assert.Equal(
            HttpStatusCode.Created,
            (await server.SendAsync("POST", Quotas, $$$"""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{ {{{spec}}} } }""")).Code);
        Assert.Equal(
            HttpStatusCode.OK,
            (await server.SendAsync("PATCH", Quotas + "/q/status", $$$"""{"status":{"hard":{ {{{hard}}} },"used":{ {{{used}}} } } }""", "application/merge-patch+json")).Code);
    }

    private static async Task<object?> UsedAsync(DefinitionServer server, string resource) =>
        (await server.SendAsync("GET", Quotas + "/q")).Body.At("status", "used", resource);
}
