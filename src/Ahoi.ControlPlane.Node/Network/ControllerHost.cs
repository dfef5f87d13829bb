using Ahoi.Client.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>The controllers of the network, as one thing to stop.</summary>
internal sealed class ControllerHost(IHost host) : IAsyncDisposable
{
    /// <summary>Gets the client that the controllers use.</summary>
    public ApiClient Client => host.Services.GetRequiredService<ApiClient>();

    public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        host.Dispose();
    }
}
