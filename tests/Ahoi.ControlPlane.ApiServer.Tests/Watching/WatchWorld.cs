using System.Net;
using System.Text;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.ApiServer.Tests.Watching;

/// <summary>A server whose clock is driven, that is restarted on its store now and then, and what clients do to it.</summary>
internal sealed class WatchWorld(IRevisionStore store) : IAsyncDisposable
{
    public static readonly string[] Namespaces = ["truth-a", "truth-b", "truth-c"];

    private readonly SemaphoreSlim _restarting = new(1, 1);
    private KubeApiServer _server = null!;

    public IRevisionStore Store => store;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public WatchHistory History { get; } = new();

    /// <summary>Gets the client of the server that runs now. Requests under way break when it is restarted.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Gets how often the server was started.</summary>
    public int Starts { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _server = new(new ApiServerOptions { Store = store, TimeProvider = Time, Tokens = [new TokenUser("t", "admin", "", ["system:masters"])] });
        await _server.StartAsync(cancellationToken);
        var client = new HttpClient(_server.CreateHandler()) { BaseAddress = new("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "t");
        Client = client;
        Starts++;
    }

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _restarting.WaitAsync(cancellationToken);
        try
        {
            await _server.DisposeAsync();
            await StartAsync(cancellationToken);
        }
        finally
        {
            _restarting.Release();
        }
    }

    public async Task<HttpStatusCode> WriteAsync(string method, string path, string? body, string type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new(type);
        }

        using var response = await Client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True((int)response.StatusCode is < 500 or 503, $"{method} {path}: {(int)response.StatusCode} {text}");
        Assert.True((int)response.StatusCode is not (400 or 415 or 422), $"{method} {path}: {(int)response.StatusCode} {text}");
        return response.StatusCode;
    }

    /// <summary>Does one random thing to one random object, or to many.</summary>
    public async Task ChangeAsync(Random random, CancellationToken cancellationToken)
    {
        var pods = random.Next(2) == 0;
        var (plural, kind) = pods ? ("pods", "Pod") : ("configmaps", "ConfigMap");
        var collection = $"/api/v1/namespaces/{Namespaces[random.Next(Namespaces.Length)]}/{plural}";
        var name = $"o{random.Next(6)}";
        var labels = $$"""{"app":"{{(char)('a' + random.Next(3))}}","tier":"{{random.Next(2)}}"}""";
        var json = $$"""{"apiVersion":"v1","kind":"{{kind}}","metadata":{"name":"{{name}}","labels":{{labels}},"annotations":{"n":"{{random.Next()}}"} }"""
            + (pods ? ",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}" : "}");
        const string Json = "application/json";
        switch (random.Next(12))
        {
            case <= 3:
                await WriteAsync("POST", collection, json, Json, cancellationToken);
                break;
            case 4 when !pods:
                await WriteAsync("PUT", $"{collection}/{name}", json, Json, cancellationToken);
                break;
            case 4 or 5 or 6:
                await WriteAsync("PATCH", $"{collection}/{name}", $$"""{"metadata":{"labels":{{labels}} } }""", "application/merge-patch+json", cancellationToken);
                break;
            case 7:
                await WriteAsync("PATCH", $"{collection}/{name}?fieldManager=m&force=true", json, "application/apply-patch+yaml", cancellationToken);
                break;
            case 8 when pods:
                var phase = random.Next(2) == 0 ? "Running" : "Pending";
                await WriteAsync("PATCH", $"{collection}/{name}/status", $$"""{"status":{"phase":"{{phase}}"} }""", "application/strategic-merge-patch+json", cancellationToken);
                break;
            case 9 when random.Next(4) == 0:
                await WriteAsync("DELETE", $"{collection}?labelSelector=app%3D{(char)('a' + random.Next(3))}&gracePeriodSeconds=0", null, Json, cancellationToken);
                break;
            default:
                await WriteAsync("DELETE", $"{collection}/{name}?gracePeriodSeconds=0", null, Json, cancellationToken);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _restarting.Dispose();
        await store.DisposeAsync();
    }
}
