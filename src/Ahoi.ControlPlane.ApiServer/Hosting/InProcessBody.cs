using System.IO.Pipelines;

namespace Ahoi.ControlPlane.ApiServer.Hosting;

/// <summary>The body of an answer in process. Disposing of it before its end aborts the request.</summary>
internal sealed class InProcessBody(PipeReader reader, InProcessExchange exchange, Task run) : Stream
{
    private bool _disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var available = result.Buffer;
        if (available.IsEmpty)
        {
            reader.AdvanceTo(available.End);
            return 0;
        }

        var part = available.Slice(0, Math.Min(buffer.Length, available.Length));
        var target = buffer.Span;
        foreach (var segment in part)
        {
            segment.Span.CopyTo(target);
            target = target[segment.Length..];
        }

        // Advancing recycles the segments, after which the sequence does not know its length any more.
        var count = (int)part.Length;
        reader.AdvanceTo(part.End);
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            if (!run.IsCompleted)
            {
                exchange.Abort();
            }

            reader.Complete();
        }

        base.Dispose(disposing);
    }
}
