using System.Net;
using System.Net.Sockets;

namespace Ahoi.Client.Tests.Servers;

/// <summary>Passes bytes on until it is frozen; then it keeps its sockets open and drops the bytes, as a lost node does.</summary>
internal sealed class FreezableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _frozen;

    public static Task<FreezableProxy> StartAsync(int port)
    {
        var proxy = new FreezableProxy();
        proxy._listener.Start();
        _ = proxy.AcceptAsync(port);
        return Task.FromResult(proxy);
    }

    public Uri AddressLike(Uri address) => new UriBuilder(address) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    public void Freeze() => _frozen = true;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (!_frozen)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone, or the test is over.
        }
        finally
        {
            if (!_frozen || _stopping.IsCancellationRequested)
            {
                from.Dispose();
                to.Dispose();
            }
        }
    }
}
