using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hostile;

/// <summary>
/// A server that is sent things it must refuse. Each request has a deadline; an answer that is no proper one, and
/// whatever the server logs as a failure of its own, fails the test.
/// </summary>
internal sealed class HostileServer : IAsyncDisposable
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    public const string Maps = "/api/v1/namespaces/default/configmaps";
    public const string Widgets = "/apis/hostile.example/v1/namespaces/default/widgets";

    /// <summary>Far more than any refusal takes, far less than a hang.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Failures _failures = new();
    private readonly KubeApiServer _server;
    private readonly HttpClient _client;

    private HostileServer(IPEndPoint? listen, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate, ConnectionLimits? limits)
    {
        _server = new(new ApiServerOptions
        {
            Store = Store,
            Tokens = [new TokenUser("admin", "admin", "admin", ["system:masters"])],
            LoggerFactory = _failures,
            Listen = listen,
            Certificate = certificate,
            Connections = limits ?? new(),
        });
        _client = new(_server.CreateHandler()) { BaseAddress = new("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public MemoryRevisionStore Store { get; } = new();

    public Uri Url => _server.Url!;

    public static async Task<HostileServer> StartAsync(
        IPEndPoint? listen = null, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null, ConnectionLimits? limits = null)
    {
        var server = new HostileServer(listen, certificate, limits);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Sends anything and gets the answer, which is a Status where it is a refusal.</summary>
    public async Task<(HttpStatusCode Code, string Body)> SendAsync(
        string method, string path, byte[]? body = null, string type = "application/json", IEnumerable<(string Name, string Value)>? headers = null)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer admin");
        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var watches = path.Contains("watch", StringComparison.Ordinal);
            using var response = await _client.SendAsync(
                request, watches ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, deadline.Token);
            if (watches && response.IsSuccessStatusCode)
            {
                // A watch would go on; that it stands is enough.
                return (response.StatusCode, "");
            }

            var text = await response.Content.ReadAsStringAsync(deadline.Token);
            return (response.StatusCode, text);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{method} {Short(path)} did not answer within {Deadline}.");
        }
    }

    public Task<(HttpStatusCode Code, string Body)> SendAsync(string method, string path, string body, string type = "application/json") =>
        SendAsync(method, path, Encoding.UTF8.GetBytes(body), type);

    /// <summary>Sends something and requires a refusal by the client's fault; gets its message.</summary>
    public async Task<string> RefusedAsync(string method, string path, byte[]? body, string type = "application/json")
    {
        var (code, text) = await SendAsync(method, path, body, type);
        Assert.True((int)code is >= 400 and < 500, $"{(int)code} {Short(text)}");
        RequireNoFailure();
        return JsonTree.ParseMap(text).Text("message") ?? "";
    }

    public Task<string> RefusedAsync(string method, string path, string body, string type = "application/json") =>
        RefusedAsync(method, path, Encoding.UTF8.GetBytes(body), type);

    /// <summary>Sends something that is not as bad as it looks.</summary>
    public async Task<JsonMap> AcceptedAsync(string method, string path, string? body = null, string type = "application/json")
    {
        var (code, text) = await SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), type);
        Assert.True((int)code is >= 200 and < 300, $"{(int)code} {Short(text)}");
        return JsonTree.ParseMap(text);
    }

    /// <summary>Defines widgets.hostile.example, and waits until it is served.</summary>
    public async Task DefineAsync(string schema, string more = "")
    {
        await AcceptedAsync("POST", Definitions, Definition(schema, more));
        var waited = Stopwatch.StartNew();
        while ((await SendAsync("GET", Widgets)).Code != HttpStatusCode.OK)
        {
            Assert.True(waited.Elapsed < Deadline, "The kind is not served.");
            await Task.Yield();
        }

        // The definition's own conditions are written until it says that it is established.
        while (!(await SendAsync("GET", Definitions + "/widgets.hostile.example")).Body.Contains("\"Established\",\"status\":\"True\"", StringComparison.Ordinal)
            && !(await SendAsync("GET", Definitions + "/widgets.hostile.example")).Body.Contains("InitialNamesAccepted", StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < Deadline, "The kind is not established.");
            await Task.Yield();
        }
    }

    public static string Definition(string schema, string more = "") => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.hostile.example"},
         "spec":{"group":"hostile.example","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
          "versions":[{"name":"v1","served":true,"storage":true{{{more}}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{{{schema}}}} } } }]} }
        """;

    public static string Widget(string name, string spec) =>
        $$"""{"apiVersion":"hostile.example/v1","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{{spec}}}""";

    /// <summary>Gets what is stored, in a form that can be compared.</summary>
    public async Task<string> FingerprintAsync()
    {
        var page = await Store.ListAsync("", new(), TestContext.Current.CancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in page.Items)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(item.Key));
            hash.AppendData(item.Value.Span);
        }

        return $"{page.Revision} {Convert.ToHexString(hash.GetHashAndReset())}";
    }

    /// <summary>Requires that nothing the server was asked made it fail by its own fault.</summary>
    public void RequireNoFailure() => Assert.True(_failures.Seen.IsEmpty, string.Join("\n", _failures.Seen.Take(3)));

    public static string Short(string text) => text.Length < 400 ? text : text[..400] + "...";

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await Store.DisposeAsync();
        _failures.Dispose();
    }

    private sealed class Failures : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        // Kestrel calls it an error where it cuts a client off.
        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Ahoi.", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Seen.Enqueue(Short(formatter(state, exception)) + " " + exception);
            }
        }

        public void Dispose()
        {
        }
    }
}
