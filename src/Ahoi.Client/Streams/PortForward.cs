using Ahoi.Client.Transport;

namespace Ahoi.Client.Streams;

/// <summary>A connection to a port of a pod.</summary>
public sealed class PortForward : IAsyncDisposable
{
    private readonly ChannelSocket _socket;
    private readonly Stream _errors;

    private PortForward(ChannelSocket socket, Stream input, Stream errors)
    {
        _socket = socket;
        _errors = errors;
        Input = input;
        Output = socket.Writer(0);
    }

    /// <summary>Gets what the pod sends.</summary>
    public Stream Input { get; }

    /// <summary>Gets where to write to the pod.</summary>
    public Stream Output { get; }

    /// <summary>Reads why the connection failed, once it has ended.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The complaint; empty where there is none.</returns>
    public async Task<string> ReadErrorAsync(CancellationToken cancellationToken = default)
    {
        using var reader = new StreamReader(_errors, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync().ConfigureAwait(false);
        await _errors.DisposeAsync().ConfigureAwait(false);
        await Input.DisposeAsync().ConfigureAwait(false);
    }

    internal static async Task<PortForward> StartAsync(ChannelSocket socket, CancellationToken cancellationToken)
    {
        var forward = new PortForward(socket, socket.Reader(0), socket.Reader(1));
        socket.Start();
        try
        {
            // Each channel begins with the port's number.
            var port = new byte[2];
            await forward.Input.ReadExactlyAsync(port, cancellationToken).ConfigureAwait(false);
            await forward._errors.ReadExactlyAsync(port, cancellationToken).ConfigureAwait(false);
            return forward;
        }
        catch (EndOfStreamException exception)
        {
            await socket.DisposeAsync().ConfigureAwait(false);
            throw new TransportException(TransportFault.Interrupted, "The server closed the connection to the port at once.", exception);
        }
        catch
        {
            await socket.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
