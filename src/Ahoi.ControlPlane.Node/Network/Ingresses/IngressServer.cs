using System.Net;
using System.Net.Security;
using Ahoi.ControlPlane.Node.Network.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>Kestrel with the ingress' forwarder and nothing else: one port for HTTP, one for TLS.</summary>
internal sealed class IngressServer : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly IngressForwarder _forwarder;
    private readonly TimeProvider _time;

    private IngressServer(WebApplication application, IngressForwarder forwarder, TimeProvider time)
    {
        (_application, _forwarder, _time) = (application, forwarder, time);
        var urls = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToList();
        Http = urls.Find(u => u.Scheme == Uri.UriSchemeHttp);
        Https = urls.Find(u => u.Scheme == Uri.UriSchemeHttps);
    }

    /// <summary>Gets where HTTP is served, or <see langword="null"/>.</summary>
    public Uri? Http { get; }

    /// <summary>Gets where TLS is served, or <see langword="null"/>.</summary>
    public Uri? Https { get; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">An address is in use or not this machine's.</exception>
    public static async Task<IngressServer> StartAsync(
        IPEndPoint? http, IPEndPoint? https, IngressTable table, ServiceTable services, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = null; // That is for the programs behind to say, as is how slow a client may be.
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            if (http is not null)
            {
                options.Listen(http, listen => listen.Protocols = HttpProtocols.Http1);
            }

            if (https is not null)
            {
                options.Listen(https, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        HandshakeTimeout = HandshakeTimeout,
                        OnConnection = context => new(new SslServerAuthenticationOptions
                        {
                            ServerCertificateContext = table.Certificates.Find(context.ClientHelloInfo.ServerName),
                        }),
                    });
                });
            }
        });
        var application = builder.Build();
        var forwarder = new IngressForwarder(table, services, application.Services.GetRequiredService<IHttpForwarder>());
        application.Run(forwarder.InvokeAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return new(application, forwarder, time);
        }
        catch (Exception exception)
        {
            forwarder.Dispose();
            await application.DisposeAsync().ConfigureAwait(false);
            if (exception is IOException or System.Net.Sockets.SocketException)
            {
                throw new IOException($"The ingress cannot listen at {string.Join(" and ", new[] { http, https }.OfType<IPEndPoint>())}: {exception.Message}. Choose other ports.", exception);
            }

            throw;
        }
    }

    /// <summary>Stops: requests under way have two seconds to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout, _time);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _forwarder.Dispose();
    }
}
