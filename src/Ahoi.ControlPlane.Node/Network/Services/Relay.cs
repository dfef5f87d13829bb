using System.Buffers;
using System.Net.Sockets;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Passes bytes between two connected sockets, both ways. Idle connections hold no buffer.</summary>
internal static class Relay
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Passes bytes until both sides have said that they send no more, or one of them is gone.</summary>
    /// <returns>Whether both ended in order; otherwise both connections are cut, so that neither side takes what it has for the whole.</returns>
    public static async Task<bool> RunAsync(Socket one, Socket other)
    {
        var there = PumpAsync(one, other);
        var back = PumpAsync(other, one);
        if (!await (await Task.WhenAny(there, back).ConfigureAwait(false)).ConfigureAwait(false))
        {
            Cut(one);
            Cut(other);
        }

        var inOrder = await there.ConfigureAwait(false) & await back.ConfigureAwait(false);
        if (!inOrder)
        {
            Cut(one);
            Cut(other);
        }

        return inOrder;
    }

    /// <summary>Closes a connection at once; the other side sees that it was not the end of what there was to say.</summary>
    public static void Cut(Socket socket)
    {
        try
        {
            socket.LingerState = new(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    private static async Task<bool> PumpAsync(Socket from, Socket to)
    {
        byte[]? buffer = null;
        try
        {
            from.Blocking = false;
            while (true)
            {
                if (buffer is null)
                {
                    // Ends when there is something to read; at times also when there is not, which the next line finds out.
                    await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
                    buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                }

                var read = from.Receive(buffer, SocketFlags.None, out var error);
                if (error == SocketError.Success && read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return true;
                }

                if (error is not (SocketError.Success or SocketError.WouldBlock))
                {
                    return false;
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), SocketFlags.None).ConfigureAwait(false);
                }

                if (read < buffer.Length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
