using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Ahoi.Client.Tests.Servers;

/// <summary>A server that does to each request what a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();

    private ScriptedServer(WebApplication app) => _app = app;

    public int Port { get; private set; }

    public bool IsTls { get; private init; }

    public Uri Address => new($"{(IsTls ? "https" : "http")}://127.0.0.1:{Port}/");

    /// <summary>Ends handlers that hang on purpose.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public static async Task<ScriptedServer> StartAsync(
        Func<HttpContext, Task> script, X509Certificate2? certificate = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2, bool askForClientCertificate = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : protocols;
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = askForClientCertificate ? ClientCertificateMode.AllowCertificate : ClientCertificateMode.NoCertificate;
                    https.ClientCertificateValidation = static (_, _, _) => true;
                });
            }
        }));
        var app = builder.Build();
        var server = new ScriptedServer(app) { IsTls = certificate is not null };
        app.UseWebSockets();
        app.Run(async context =>
        {
            try
            {
                await script(context);
            }
            catch (OperationCanceledException)
            {
                // The test is over, or the client went away.
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Port = new Uri(app.Urls.First()).Port;
        return server;
    }

    public ApiClient Client(ApiClientOptions? options = null, Func<ApiConnection, ApiConnection>? adapt = null)
    {
        var connection = new ApiConnection { Server = Address, InsecureSkipTlsVerify = IsTls };
        return new(adapt?.Invoke(connection) ?? connection, options);
    }

    public static async Task SendAsync(HttpContext context, string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        await context.Response.Body.FlushAsync();
    }

    public static Task AnswerAsync(HttpContext context, string json, int code = 200)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return SendAsync(context, json);
    }

    public static Task HangAsync(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }
}
