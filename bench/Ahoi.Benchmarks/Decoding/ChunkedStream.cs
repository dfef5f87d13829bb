namespace Ahoi.Benchmarks.Decoding;

/// <summary>Hands out bytes in the pieces a connection would.</summary>
internal sealed class ChunkedStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    private const int Piece = 16 * 1024;

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, Piece));

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, Piece)]);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, Piece)], cancellationToken);
}
