using System.Buffers;
using System.IO.Pipelines;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>
/// Gathers many small pieces of a body into few large ones: Kestrel's writer takes locks for every piece, which for a
/// long list costs more than copying it.
/// </summary>
internal sealed class GatheringWriter(PipeWriter writer) : IDisposable
{
    private const int Size = 256 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int _filled;

    /// <summary>Adds a piece.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        if (piece.Length > _buffer.Length - _filled)
        {
            return WriteThroughAsync(piece, cancellationToken);
        }

        piece.Span.CopyTo(_buffer.AsSpan(_filled));
        _filled += piece.Length;
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await writer.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
        _filled = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (piece.Length > _buffer.Length)
        {
            await writer.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            return;
        }

        piece.Span.CopyTo(_buffer);
        _filled = piece.Length;
    }
}
