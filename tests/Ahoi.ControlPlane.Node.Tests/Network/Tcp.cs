using System.Net;
using System.Net.Sockets;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>What TCP clients of the tests do.</summary>
internal static class Tcp
{
    public static async Task<Socket> ConnectAsync(IPEndPoint address, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(address);
        return socket;
    }

    public static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
        {
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    public static async Task<IPAddress> ReadAddressAsync(Socket socket)
    {
        var bytes = new byte[4];
        for (var at = 0; at < 4;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at));
            at += read > 0 ? read : throw new EndOfStreamException();
        }

        return new(bytes);
    }
}
