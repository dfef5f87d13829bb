using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Ahoi.ControlPlane.Node.Streams.Spdy;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Connects somebody far away with ports of a pod: kubectl over SPDY, by itself or inside of a WebSocket, and older
/// clients over channels of a WebSocket, two for each port.</summary>
internal static class PortForwarding
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";

    public static async Task HandleAsync(HttpContext http, string address)
    {
        if (HttpUpgrade.Wants(http, "websocket"))
        {
            var offered = HttpUpgrade.SubProtocols(http).ToList();
            if (offered.Contains(Tunnel))
            {
                using var socket = await HttpUpgrade.AcceptWebSocketAsync(http, Tunnel).ConfigureAwait(false);
                var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
                await using var streamEnd = stream.ConfigureAwait(false);
                await RunAsync(stream, address, http.RequestAborted).ConfigureAwait(false);
                return;
            }

            var version = offered.FirstOrDefault(o => o is "v4.channel.k8s.io" or "portforward.k8s.io") ?? "v4.channel.k8s.io";
            using var channels = await HttpUpgrade.AcceptWebSocketAsync(http, version).ConfigureAwait(false);
            var ports = http.Request.Query["ports"].SelectMany(p => (p ?? "").Split(',')).Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
            await RunAsync(channels, ports, address, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.Headers["X-Stream-Protocol-Version"] = "portforward.k8s.io";
        var transport = await HttpUpgrade.AcceptAsync(http, "SPDY/3.1").ConfigureAwait(false);
        await using var transportEnd = transport.ConfigureAwait(false);
        await RunAsync(transport, address, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task RunAsync(Stream transport, string address, CancellationToken cancellationToken)
    {
        using var connection = new SpdyConnection(transport);
        var waiting = new ConcurrentDictionary<string, SpdyStream>(StringComparer.Ordinal);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new ConcurrentBag<Task>();
        try
        {
            await connection.RunAsync(
                stream =>
                {
                    // Each connection is a pair: one stream for what is sent, one for what goes wrong.
                    var request = stream.Headers.GetValueOrDefault("requestid") ?? "";
                    if (!waiting.TryRemove(request, out var other))
                    {
                        waiting[request] = stream;
                        return;
                    }

                    var (data, error) = stream.Headers.GetValueOrDefault("streamtype") == "data" ? (stream, other) : (other, stream);
                    running.Add(ConnectAsync(data, error, address, ending.Token));
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ConnectAsync(SpdyStream data, SpdyStream error, string address, CancellationToken cancellationToken)
    {
        var port = data.Headers.GetValueOrDefault("port") ?? "";
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, int.Parse(port, CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(
                SendAsync(data.Input, socket, cancellationToken),
                ReceiveAsync(socket, bytes => data.WriteAsync(bytes, cancellationToken), cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or FormatException)
        {
            await error.WriteAsync(Encoding.UTF8.GetBytes($"an error occurred forwarding {port} -> {port}: {exception.Message}"), cancellationToken).ConfigureAwait(false);
        }

        await data.CloseAsync(cancellationToken).ConfigureAwait(false);
        await error.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task SendAsync(PipeReader input, Socket socket, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var part in result.Buffer)
            {
                await SendAllAsync(socket, part, cancellationToken).ConfigureAwait(false);
            }

            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                socket.Shutdown(SocketShutdown.Send);
                return;
            }
        }
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
        }
    }

    private static async Task ReceiveAsync(Socket socket, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                await send(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task RunAsync(WebSocket socket, List<int> ports, string address, CancellationToken cancellationToken)
    {
        var streams = new WebSocketStreams(socket);
        await using var streamsEnd = streams.ConfigureAwait(false);
        var sockets = new List<Socket>();
        var receiving = new List<Task>();
        try
        {
            for (var i = 0; i < ports.Count; i++)
            {
                var number = new byte[2];
                BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)ports[i]);
                var (data, error) = ((RemoteStream)(2 * i), (RemoteStream)((2 * i) + 1));
                await streams.SendAsync(data, number, cancellationToken).ConfigureAwait(false);
                await streams.SendAsync(error, number, cancellationToken).ConfigureAwait(false);
                var connection = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                sockets.Add(connection);
                try
                {
                    await connection.ConnectAsync(address, ports[i], cancellationToken).ConfigureAwait(false);
                    receiving.Add(ReceiveAsync(connection, bytes => streams.SendAsync(data, bytes, cancellationToken), cancellationToken));
                }
                catch (SocketException exception)
                {
                    await streams.SendAsync(error, Encoding.UTF8.GetBytes($"an error occurred forwarding {ports[i]}: {exception.Message}"), cancellationToken).ConfigureAwait(false);
                }
            }

            var reading = streams.ReadAsync(
                (stream, bytes) => (byte)stream % 2 == 0 && (byte)stream / 2 < sockets.Count ? SendAllAsync(sockets[(byte)stream / 2], bytes, cancellationToken) : Task.CompletedTask,
                cancellationToken);
            await Task.WhenAny(reading, Task.WhenAll(receiving)).ConfigureAwait(false);
            await streams.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var connection in sockets)
            {
                connection.Dispose();
            }

            await Task.WhenAll(receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
