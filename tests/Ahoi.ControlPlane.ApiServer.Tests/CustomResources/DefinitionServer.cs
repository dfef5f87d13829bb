using System.Net;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>A server in process with a client that may do everything, to define kinds and use them.</summary>
internal sealed class DefinitionServer : IAsyncDisposable
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    public const string Widgets = "/apis/example.com/v1/namespaces/default/widgets";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IRevisionStore _store;
    private readonly KubeApiServer _server;
    private readonly HttpClient _client;

    private DefinitionServer(IRevisionStore store)
    {
        _store = store;
        _server = new(new ApiServerOptions { Store = store, Tokens = [new TokenUser("admin", "admin", "admin", ["system:masters"])] });
        _client = new(_server.CreateHandler()) { BaseAddress = new("http://localhost") };
        _client.DefaultRequestHeaders.Authorization = new("Bearer", "admin");
    }

    public HttpClient Client => _client;

    public Requests.ServerParts Parts => _server.Parts;

    public static async Task<DefinitionServer> StartAsync(IRevisionStore? store = null)
    {
        var server = new DefinitionServer(store ?? new MemoryRevisionStore());
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Makes a definition of widgets.example.com with one version, v1, whose schema and parts are given.</summary>
    public static JsonMap Widget(string spec, string more = "", string versions = "", string top = "") => Parse($$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"} {{{top}}},
          "versions":[{"name":"v1","served":true,"storage":true{{{more}}},
            "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{{{spec}}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } } {{{versions}}}]} }
        """);

    public static JsonMap Parse(string json) => JsonTree.ParseMap(Encoding.UTF8.GetBytes(json));

    public async Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> SendAsync(string method, string path, JsonMap? body = null, string type = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(JsonTree.ToUtf8(body));
            request.Content.Headers.ContentType = new(type);
        }

        if (accept is not null)
        {
            request.Headers.Add("Accept", accept);
        }

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var warnings = response.Headers.TryGetValues("Warning", out var given) ? given.ToList() : [];
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonTree.ParseMap(bytes) : [], warnings);
    }

    public Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> SendAsync(string method, string path, string body, string type = "application/json") =>
        SendAsync(method, path, Parse(body), type);

    /// <summary>Defines a kind and waits until it is served.</summary>
    public async Task DefineAsync(JsonMap definition)
    {
        var (code, body, _) = await SendAsync("POST", Definitions, definition);
        Assert.True(code == HttpStatusCode.Created, body.ToString());
        await UntilAsync(async () => (await SendAsync("GET", Widgets)).Code == HttpStatusCode.OK);
    }

    public Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> CreateAsync(string name, string fields) =>
        SendAsync("POST", Widgets, Parse($$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"{{name}}"},{{fields}}}"""));

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
    }
}
