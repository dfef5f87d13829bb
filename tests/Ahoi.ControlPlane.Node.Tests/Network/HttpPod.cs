using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>A small web server at an address of its own. Disposing of it ends it in order, as SIGTERM would.</summary>
internal sealed class HttpPod : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _served;

    private HttpPod(IPAddress address, WebApplication application) => (Address, _application) = (address, application);

    public IPAddress Address { get; }

    public int Served => Volatile.Read(ref _served);

    public static async Task<HttpPod> StartAsync(int port, RequestDelegate serve, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        var address = NetworkWorld.NewAddress();
        builder.WebHost.ConfigureKestrel(o => o.Listen(address, port, l => l.Protocols = protocols));
        var application = builder.Build();
        var pod = new HttpPod(address, application);
        application.UseWebSockets();
        application.Run(async http =>
        {
            Interlocked.Increment(ref pod._served);
            await serve(http);
        });
        await application.StartAsync();
        return pod;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
