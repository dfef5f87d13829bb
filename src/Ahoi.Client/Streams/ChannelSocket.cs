using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Streams;

/// <summary>
/// Several streams in one WebSocket: each message begins with the number of its channel. What is not read yet is kept up to
/// a limit; then the socket is no longer read, and the sender waits.
/// </summary>
internal sealed class ChannelSocket : IAsyncDisposable
{
    public const string Version5 = "v5.channel.k8s.io";
    public const string Version4 = "v4.channel.k8s.io";

    private const byte CloseChannel = 255;

    private readonly Dictionary<byte, Pipe> _readers = [];
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebSocket _socket;
    private Task _receiving = Task.CompletedTask;

    public ChannelSocket(WebSocket socket) => _socket = socket;

    /// <summary>What comes on a channel; all of them are asked for before <see cref="Start"/>.</summary>
    public Stream Reader(byte channel)
    {
        var pipe = new Pipe(new(useSynchronizationContext: false));
        _readers.Add(channel, pipe);
        return pipe.Reader.AsStream();
    }

    /// <summary>What goes out on a channel.</summary>
    public Stream Writer(byte channel) => new ChannelWriteStream(this, channel);

    public void Start() => _receiving = ReceiveAsync(_stopping.Token);

    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(content.Length + 1);
        try
        {
            message[0] = channel;
            content.CopyTo(message.AsMemory(1));
            await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await _socket.SendAsync(message.AsMemory(0, content.Length + 1), WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
            }
            catch (WebSocketException exception)
            {
                throw new TransportException(TransportFault.Interrupted, "The stream was cut off.", exception);
            }
            finally
            {
                _sending.Release();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Tells the other side that nothing more comes on a channel; only the newer protocol can.</summary>
    public ValueTask CloseAsync(byte channel, CancellationToken cancellationToken) =>
        _socket.SubProtocol == Version5 && _socket.State == WebSocketState.Open
            ? SendAsync(CloseChannel, new[] { channel }, cancellationToken)
            : ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _stopping.Dispose();
        _sending.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        Exception? fault = null;
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (await ReceiveMessageAsync(buffer, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            fault = cancellationToken.IsCancellationRequested
                ? new OperationCanceledException("The stream was closed on this side.", exception, cancellationToken)
                : new TransportException(TransportFault.Interrupted, "The stream was cut off.", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (var pipe in _readers.Values)
            {
                await pipe.Writer.CompleteAsync(fault).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> ReceiveMessageAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        PipeWriter? target = null;
        var isFirst = true;
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            var content = buffer.AsMemory(0, part.Count);
            if (isFirst && content.Length > 0)
            {
                var channel = content.Span[0];
                if (channel == CloseChannel && content.Length > 1 && _readers.TryGetValue(content.Span[1], out var closed))
                {
                    await closed.Writer.CompleteAsync().ConfigureAwait(false);
                }

                target = _readers.GetValueOrDefault(channel)?.Writer;
                content = content[1..];
                isFirst = false;
            }

            if (target is not null && content.Length > 0)
            {
                await target.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            }

            if (part.EndOfMessage)
            {
                return true;
            }
        }
    }
}
