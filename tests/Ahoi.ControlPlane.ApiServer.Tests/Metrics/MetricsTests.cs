using System.Net;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Metrics;

public sealed class MetricsTests : IAsyncLifetime
{
    private const string Pods = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods";
    private readonly MemoryRevisionStore _store = new();
    private readonly KubeApiServer _server;
    private readonly HttpClient _client;

    public MetricsTests()
    {
        _server = new(new()
        {
            Store = _store,
            Metrics = new KnownMetrics(),
            Tokens = [new TokenUser("t", "admin", "", ["system:masters"]), new TokenUser("v", "viewer", "", []), new TokenUser("n", "nobody", "", [])],
        });
        _client = new(_server.CreateHandler()) { BaseAddress = new("http://localhost") };
    }

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync(CancellationToken.None);
        await PostAsync("/api/v1/nodes", """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"zone":"a"}}}""");
        await PodAsync("one", "n", "a", "Running");
        await PodAsync("two", "n", "b", "Running");
        await PodAsync("done", "n", "a", "Succeeded");
        await PodAsync("elsewhere", "m", "a", "Running");
    }

    [Fact]
    public async Task Pod_ThatRuns_HasTheUsageOfItsContainers()
    {
        var pod = await GetAsync($"{Pods}/one");

        Assert.Equal(("PodMetrics", "metrics.k8s.io/v1beta1"), (pod.Text("kind"), pod.Text("apiVersion")));
        Assert.Equal(("one", "default", "a"), (pod.At("metadata", "name"), pod.At("metadata", "namespace"), pod.At("metadata", "labels", "app")));
        Assert.Equal(("2026-03-02T10:00:14Z", "15.077s"), (pod.Text("timestamp"), pod.Text("window")));
        Assert.Equal(
            """[{"name":"app","usage":{"cpu":"250123456n","memory":"5000Ki"}},{"name":"side","usage":{"cpu":"1m","memory":"1Mi"}}]""", pod.List("containers")!.ToString());
    }

    [Fact]
    public async Task Node_HasItsUsage()
    {
        var node = await GetAsync("/apis/metrics.k8s.io/v1beta1/nodes/n");

        Assert.Equal("""{"cpu":"1250m","memory":"3Gi"}""", node.Map("usage")!.ToString());
        Assert.Equal(("1m5.25s", "a"), (node.Text("window"), node.At("metadata", "labels", "zone")));
        Assert.Single((await GetAsync("/apis/metrics.k8s.io/v1beta1/nodes?labelSelector=zone%3Da")).List("items")!);
    }

    [Theory]
    [InlineData("", "one,two")]
    [InlineData("?labelSelector=app%3Db", "two")]
    [InlineData("?labelSelector=app%21%3Db", "one")]
    [InlineData("?fieldSelector=metadata.name%3Done", "one")]
    public async Task Pods_AreListed_WhereTheyRunAndAreSelected(string query, string names)
    {
        var list = await GetAsync(Pods + query);

        Assert.Equal(("PodMetricsList", "{}"), (list.Text("kind"), list.Map("metadata")!.ToString()));
        Assert.Equal(names, string.Join(',', list.List("items")!.Maps.Select(i => i.At("metadata", "name"))));
        Assert.All(list.List("items")!.Maps, i => Assert.False(i.ContainsKey("kind")));
    }

    [Theory]
    [InlineData("done", "podmetrics.metrics.k8s.io \"default/done\" not found")]
    [InlineData("elsewhere", "podmetrics.metrics.k8s.io \"default/elsewhere\" not found")]
    [InlineData("none", "pods \"default/none\" not found")]
    public async Task Pod_WithoutFigures_IsNotFound(string name, string message)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"{Pods}/{name}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(message, JsonTree.ParseMap(await answer.Content.ReadAsStringAsync()).Text("message"));
    }

    [Fact]
    public async Task Table_ShowsSumsAndWindow()
    {
        var table = await GetAsync($"{Pods}/one", "application/json;as=Table;v=v1;g=meta.k8s.io");

        Assert.Equal("Name,cpu,memory,Window", string.Join(',', table.List("columnDefinitions")!.Maps.Select(c => c.Text("name"))));
        Assert.Equal("""["one","251123456n","6024Ki","15.077s"]""", table.List("rows")!.Maps.Single().List("cells")!.ToString());
    }

    [Fact]
    public async Task Discovery_SaysWhatIsServed_AndOpenApiDescribesIt()
    {
        var resources = (await GetAsync("/apis/metrics.k8s.io/v1beta1")).List("resources")!.Maps;
        var documents = (await GetAsync("/openapi/v3/apis/metrics.k8s.io/v1beta1")).At("components", "schemas") as JsonMap;

        Assert.Equal("NodeMetrics false [\"get\",\"list\"];PodMetrics true [\"get\",\"list\"]", string.Join(
            ';', resources.Select(r => $"{r.Text("kind")} {(r.Flag("namespaced") == true ? "true" : "false")} {r.List("verbs")}")));
        Assert.Contains(documents!.Keys, k => k.EndsWith(".PodMetrics", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE", "/one")]
    [InlineData("POST", "")]
    [InlineData("PUT", "/one")]
    public async Task Writes_AreNotAllowed(string method, string path)
    {
        using var answer = await SendAsync(new(method), Pods + path, body: "{}");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task Access_IsAskedAsForEverything()
    {
        await PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"v"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:aggregated-metrics-reader"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"viewer"}]}
            """);
        using var seen = await SendAsync(HttpMethod.Get, Pods, token: "v");
        using var refused = await SendAsync(HttpMethod.Get, Pods, token: "n");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (seen.StatusCode, refused.StatusCode));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task PodAsync(string name, string node, string app, string phase)
    {
        await PostAsync("/api/v1/namespaces/default/pods", $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"app":"{{{app}}}"}},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"app","image":"x"}]}}
            """);
        using var answer = await SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/default/pods/{name}/status", body: $$$"""{"status":{"phase":"{{{phase}}}"}}""", type: "application/merge-patch+json");
        answer.EnsureSuccessStatusCode();
    }

    private async Task PostAsync(string path, string body)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body: body);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonMap> GetAsync(string path, string accept = "application/json")
    {
        using var answer = await SendAsync(HttpMethod.Get, path, accept);
        answer.EnsureSuccessStatusCode();
        return JsonTree.ParseMap(await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string accept = "application/json", string token = "t", string? body = null, string type = "application/json")
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, type) };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.Authorization = new("Bearer", token);
        return _client.SendAsync(request);
    }
}
