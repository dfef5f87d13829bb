using System.Net.WebSockets;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Streams in one WebSocket, each message beginning with the number of its stream: Kubernetes' <c>v4</c> and
/// <c>v5.channel.k8s.io</c>. Version 5 adds a message that ends a stream.</summary>
internal sealed class WebSocketStreams(WebSocket socket) : IRemoteStreams
{
    /// <summary>The versions that are spoken, the best first.</summary>
    public static readonly string[] Versions = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    private const byte CloseMessage = 255;
    private const int LargestMessage = 1 << 20;
    private readonly SemaphoreSlim _sending = new(1, 1);

    public async ValueTask SendAsync(RemoteStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = new byte[bytes.Length + 1];
        message[0] = (byte)stream;
        bytes.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async Task ReadAsync(Func<RemoteStream, ReadOnlyMemory<byte>, Task> received, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            message.Write(buffer.AsSpan(0, part.Count));
            if (message.Length > LargestMessage)
            {
                throw new InvalidDataException("A message is larger than 1 MiB.");
            }

            if (!part.EndOfMessage)
            {
                continue;
            }

            if (message.Length > 0)
            {
                var bytes = message.ToArray();
                if (bytes[0] == CloseMessage)
                {
                    if (bytes.Length > 1)
                    {
                        await received((RemoteStream)bytes[1], ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
                    }
                }
                else if (bytes.Length > 1) // Clients say with an empty message that the stream is open.
                {
                    await received((RemoteStream)bytes[0], bytes.AsMemory(1)).ConfigureAwait(false);
                }
            }

            message.SetLength(0);
        }
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }
}
