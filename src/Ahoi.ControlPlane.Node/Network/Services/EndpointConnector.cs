using System.Net;
using System.Net.Sockets;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Connects to endpoints.</summary>
internal static class EndpointConnector
{
    // Linux: the port is chosen when connecting, so that one port serves connections to several addresses.
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    /// <summary>Connects to an endpoint; from the client's own address where both are loopback ones, so that the endpoint
    /// sees who calls.</summary>
    /// <exception cref="SocketException">It refuses, or cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint endpoint, IPAddress? client, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (client is { AddressFamily: AddressFamily.InterNetwork } && IPAddress.IsLoopback(client)
                && endpoint.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(endpoint.Address) && OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
                socket.Bind(new IPEndPoint(client, 0));
            }

            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
