using System.Collections.Concurrent;
using Ahoi.ControlPlane.Node.Streams.Spdy;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>The streams of a remote command over SPDY, one each, that the client opens.</summary>
internal sealed class SpdyStreams : IRemoteStreams
{
    private readonly ConcurrentDictionary<RemoteStream, SpdyStream> _streams = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stream _transport;
    private readonly SpdyConnection _connection;
    private readonly Task _running;
    private readonly int _expected;

    /// <summary>Starts to read the connection.</summary>
    /// <param name="transport">The upgraded connection.</param>
    /// <param name="expected">How many streams the client opens.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public SpdyStreams(Stream transport, int expected, CancellationToken cancellationToken)
    {
        _transport = transport;
        _expected = expected;
        _connection = new(transport);
        _running = _connection.RunAsync(Opened, cancellationToken);
    }

    /// <summary>Waits until the client has opened all streams.</summary>
    public async Task OpenAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken) =>
        await Task.WhenAny(_complete.Task, _running).WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);

    public ValueTask SendAsync(RemoteStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _streams.TryGetValue(stream, out var known) ? known.WriteAsync(bytes, cancellationToken) : ValueTask.CompletedTask;

    public async Task ReadAsync(Func<RemoteStream, ReadOnlyMemory<byte>, Task> received, CancellationToken cancellationToken)
    {
        var readers = _streams.Where(s => s.Key is RemoteStream.Input or RemoteStream.Resize).Select(s => ReadAsync(s.Key, s.Value, received, cancellationToken)).ToList();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(readers).ConfigureAwait(false);
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var stream in _streams.Values)
        {
            await stream.CloseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.Dispose();
    }

    private static async Task ReadAsync(RemoteStream kind, SpdyStream stream, Func<RemoteStream, ReadOnlyMemory<byte>, Task> received, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await stream.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var part in result.Buffer)
            {
                await received(kind, part).ConfigureAwait(false);
            }

            stream.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                await received(kind, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
                return;
            }
        }
    }

    private void Opened(SpdyStream stream)
    {
        RemoteStream? kind = stream.Headers.GetValueOrDefault("streamtype") switch
        {
            "stdin" => RemoteStream.Input,
            "stdout" => RemoteStream.Output,
            "stderr" => RemoteStream.Error,
            "error" => RemoteStream.Status,
            "resize" => RemoteStream.Resize,
            _ => null,
        };
        if (kind is { } known)
        {
            _streams[known] = stream;
        }

        if (_streams.Count >= _expected)
        {
            _complete.TrySetResult();
        }
    }
}
