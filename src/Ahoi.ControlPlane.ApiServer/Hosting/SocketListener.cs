using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Hosting;

/// <summary>Kestrel with the server's pipeline and nothing else.</summary>
internal sealed class SocketListener : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SocketListener(WebApplication application) => _application = application;

    /// <summary>Gets the address it listens at, with the port it was given.</summary>
    public Uri Url => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public static async Task<SocketListener> StartAsync(
        IPEndPoint endpoint, X509Certificate2? certificate, ConnectionLimits limits, ILoggerFactory loggers, RequestDelegate pipeline,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.AllowSynchronousIO = false;
            options.Limits.MaxRequestBodySize = null; // Read with our own limit, so that the answer is a Status.
            options.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            options.Limits.MaxRequestLineSize = 16 * 1024;
            options.Limits.MaxResponseBufferSize = 1024 * 1024; // Lists are long, and their bytes are there.
            options.Limits.MinResponseDataRate = null; // A watch may be quiet for long.
            options.Limits.Http2.MaxStreamsPerConnection = 1000;
            options.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
            options.Limits.KeepAliveTimeout = limits.KeepAliveTimeout;
            options.Limits.MinRequestBodyDataRate = new(limits.MinBodyBytesPerSecond, limits.BodyGracePeriod);
            options.Listen(endpoint, listen =>
            {
                if (certificate is null)
                {
                    listen.Protocols = HttpProtocols.Http1;
                }
                else
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(certificate, https => https.HandshakeTimeout = limits.HandshakeTimeout);
                }
            });
        });
        var application = builder.Build();
        application.Run(pipeline);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new(application);
    }

    /// <summary>Stops to listen and waits for requests until <paramref name="cancellationToken"/> says enough.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
