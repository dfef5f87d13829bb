using System.Net;
using System.Security.Cryptography;
using Ahoi.Client.Connections;
using Ahoi.Dashboard.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ahoi.Dashboard;

/// <summary>
/// Serves the dashboard on this machine: a page, and behind it the API server as the connection's user may read it. Nothing
/// is written: only GET is forwarded, and nothing that leads into pods but their logs. Whoever asks must show the token that
/// only <see cref="Url"/> has.
/// </summary>
public sealed partial class DashboardServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ApiServerLink _link;
    private readonly CancellationTokenSource _stopping;
    private bool _disposed;

    private DashboardServer(WebApplication application, ApiServerLink link, CancellationTokenSource stopping, Uri address, string token)
    {
        _application = application;
        _link = link;
        _stopping = stopping;
        Address = address;
        Token = token;
    }

    /// <summary>Gets where the server listens, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <summary>Gets what a request has to show, as <c>Authorization: Bearer</c>; made anew with each start.</summary>
    public string Token { get; }

    /// <summary>Gets what to open in a browser. The token is in its fragment, which browsers send to nobody.</summary>
    public Uri Url => new(Address, $"/#token={Token}");

    /// <summary>Starts serving.</summary>
    /// <param name="connection">The cluster, and who asks there.</param>
    /// <param name="options">Where and how, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The server.</returns>
    /// <exception cref="ArgumentException">The address is not one of this machine alone.</exception>
    /// <exception cref="IOException">The address cannot be listened at; the message says why.</exception>
    public static async Task<DashboardServer> StartAsync(ApiConnection connection, DashboardOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        if (!IPAddress.IsLoopback(options.Listen.Address))
        {
            throw new ArgumentException(
                $"{options.Listen.Address} is reached by other machines, and whoever opens the dashboard acts as the kubeconfig's user; listen at 127.0.0.1 or ::1, and forward a port there.",
                nameof(options));
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var logger = options.Loggers.CreateLogger("Ahoi.Dashboard");
        var stopping = new CancellationTokenSource();
        var link = new ApiServerLink(connection, options);
        var application = Build(options);
        var requests = new DashboardRequests(new RequestGuard(token), new PageFiles(), link, logger, stopping.Token);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        application.Run(requests.AnswerAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            link.Dispose();
            stopping.Dispose();
            if (exception is IOException)
            {
                throw new IOException($"The dashboard cannot be served at {options.Listen}: {exception.Message}", exception);
            }

            throw;
        }

        var address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()); // Kestrel listens, so there is one.
        LogServing(logger, address);
        return new(application, link, stopping, address, token);
    }

    /// <summary>Ends everything that is being served.</summary>
    /// <returns>When nothing is served any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3)))
        {
            await _application.StopAsync(limit.Token).ConfigureAwait(false);
        }

        await _application.DisposeAsync().ConfigureAwait(false);
        _link.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication Build(DashboardOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(options.Loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 200;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 50;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinResponseDataRate = null; // A followed log says nothing for hours.
            kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    [LoggerMessage(1100, LogLevel.Information, "The dashboard is served at {Address}")]
    private static partial void LogServing(ILogger logger, Uri address);
}
