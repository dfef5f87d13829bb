using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ahoi.Benchmarks.ApiServer;

/// <summary>The baseline: Kestrel with as little behind it as can be. It reads a body, decodes it as a JSON document and
/// answers it; or it answers bytes that it has.</summary>
internal sealed class BareServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private BareServer(WebApplication application) => _application = application;

    public IPEndPoint Address => IPEndPoint.Parse(_application.Urls.First()["http://".Length..]);

    public static async Task<BareServer> StartAsync(byte[] held)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        application.MapPost("/", EchoAsync);
        application.MapGet("/", (HttpContext http) => WriteAsync(http, held));
        await application.StartAsync();
        return new(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task EchoAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document);
        http.Response.StatusCode = 201;
        await WriteAsync(http, bytes);
    }

    private static async Task WriteAsync(HttpContext http, byte[] bytes)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes);
    }
}
