using System.IO.Pipelines;

namespace Ahoi.ControlPlane.Node.Streams.Spdy;

/// <summary>One stream of a SPDY connection.</summary>
internal sealed class SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
{
    private readonly Pipe _input = new(new(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));

    /// <summary>Gets its number.</summary>
    public int Id => id;

    /// <summary>Gets what it was opened with.</summary>
    public IReadOnlyDictionary<string, string> Headers => headers;

    /// <summary>Gets what comes.</summary>
    public PipeReader Input => _input.Reader;

    internal PipeWriter Incoming => _input.Writer;

    /// <summary>Sends bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => connection.WriteDataAsync(id, bytes, false, cancellationToken);

    /// <summary>Says that no more will be sent.</summary>
    public ValueTask CloseAsync(CancellationToken cancellationToken) => connection.WriteDataAsync(id, ReadOnlyMemory<byte>.Empty, true, cancellationToken);
}
