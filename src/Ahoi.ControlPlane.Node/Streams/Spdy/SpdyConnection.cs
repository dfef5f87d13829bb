using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Ahoi.ControlPlane.Node.Streams.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection as kubectl and kubelets speak it: streams that the client opens, without flow
/// control, over an upgraded HTTP connection or inside of a WebSocket.
/// </summary>
internal sealed class SpdyConnection(Stream transport) : IDisposable
{
    private const int SynStream = 1;
    private const int SynReply = 2;
    private const int Reset = 3;
    private const int Ping = 6;
    private const int GoAway = 7;
    private const int HeadersFrame = 8;
    private const int LargestFrame = 16 << 20;

    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SpdyHeaders _headers = new();

    /// <summary>Reads until the client ends the connection.</summary>
    /// <param name="opened">Is given each stream that the client opens; it must not wait for what the stream brings.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    /// <exception cref="InvalidDataException">The client does not speak SPDY.</exception>
    public async Task RunAsync(Action<SpdyStream> opened, CancellationToken cancellationToken)
    {
        var head = new byte[8];
        try
        {
            while (await transport.ReadAtLeastAsync(head, 8, false, cancellationToken).ConfigureAwait(false) == 8)
            {
                var length = (head[5] << 16) | (head[6] << 8) | head[7];
                if (length > LargestFrame)
                {
                    throw new InvalidDataException($"A SPDY frame has {length} bytes.");
                }

                var body = new byte[length];
                await transport.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
                var first = BinaryPrimitives.ReadUInt32BigEndian(head);
                if ((first & 0x80000000) == 0)
                {
                    await ReceiveAsync((int)first, body, (head[4] & 1) != 0, cancellationToken).ConfigureAwait(false);
                }
                else if (!await HandleAsync((int)(first & 0xffff), body, opened, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
        catch (EndOfStreamException)
        {
            // Cut off.
        }
        finally
        {
            foreach (var stream in _streams.Values)
            {
                await stream.Incoming.CompleteAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says that no stream is taken any more.</summary>
    public ValueTask GoAwayAsync(CancellationToken cancellationToken) => WriteControlAsync(GoAway, new byte[8], cancellationToken);

    public void Dispose()
    {
        _headers.Dispose();
        _writing.Dispose();
    }

    internal ValueTask WriteDataAsync(int stream, ReadOnlyMemory<byte> bytes, bool last, CancellationToken cancellationToken)
    {
        var head = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, stream);
        WriteLength(head, bytes.Length);
        head[4] = last ? (byte)1 : (byte)0;
        return WriteAsync(head, bytes, cancellationToken);
    }

    private async ValueTask<bool> HandleAsync(int type, byte[] body, Action<SpdyStream> opened, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case SynStream when body.Length > 10:
                var id = BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue;
                var stream = new SpdyStream(this, id, _headers.Read(body.AsSpan(10)));
                _streams[id] = stream;
                var reply = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(reply, id);
                await WriteControlAsync(SynReply, [.. reply, .. _headers.WriteEmpty()], cancellationToken).ConfigureAwait(false);
                opened(stream);
                return true;
            case HeadersFrame when body.Length > 4:
                _headers.Read(body.AsSpan(4)); // So that what follows can be read.
                return true;
            case Reset when body.Length >= 4 && _streams.TryRemove(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, out var reset):
                await reset.Incoming.CompleteAsync().ConfigureAwait(false);
                return true;
            case Ping:
                await WriteControlAsync(Ping, body, cancellationToken).ConfigureAwait(false);
                return true;
            default:
                return type != GoAway;
        }
    }

    private async ValueTask ReceiveAsync(int id, byte[] body, bool last, CancellationToken cancellationToken)
    {
        if (!_streams.TryGetValue(id, out var stream))
        {
            return;
        }

        if (body.Length > 0)
        {
            await stream.Incoming.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        }

        if (last)
        {
            await stream.Incoming.CompleteAsync().ConfigureAwait(false);
        }
    }

    private ValueTask WriteControlAsync(int type, byte[] body, CancellationToken cancellationToken)
    {
        var head = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(head, 0x80030000u | (uint)type);
        WriteLength(head, body.Length);
        return WriteAsync(head, body, cancellationToken);
    }

    private static void WriteLength(byte[] head, int length) => (head[5], head[6], head[7]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);

    private async ValueTask WriteAsync(byte[] head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await transport.WriteAsync(head, cancellationToken).ConfigureAwait(false);
            await transport.WriteAsync(body, cancellationToken).ConfigureAwait(false);
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
