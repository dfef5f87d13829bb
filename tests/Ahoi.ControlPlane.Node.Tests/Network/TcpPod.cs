using System.Net;
using System.Net.Sockets;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>A small TCP server at an address of its own.</summary>
internal sealed class TcpPod : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Func<Socket, Task> _serve;
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private int _accepted;

    public TcpPod(int port, Func<Socket, Task> serve, IPAddress? address = null)
    {
        Address = address ?? NetworkWorld.NewAddress();
        _serve = serve;
        _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(Address, port));
        _socket.Listen(512);
        _accepting = Task.Run(AcceptAsync);
    }

    public IPAddress Address { get; }

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Makes one that says its address and waits for the client to end.</summary>
    public static TcpPod SayingWhoItIs(int port)
    {
        TcpPod? pod = null;
        pod = new(port, async socket =>
        {
            await socket.SendAsync(pod!.Address.GetAddressBytes());
            while (await socket.ReceiveAsync(new byte[64]) > 0)
            {
            }
        });
        return pod;
    }

    /// <summary>Stops to listen, as a process does that ends in order: connections there are end by themselves.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_serving);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _socket.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                _serving.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            await _serve(client);
        }
        catch (SocketException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
        }
    }
}
