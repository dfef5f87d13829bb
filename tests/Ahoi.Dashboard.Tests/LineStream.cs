using System.Text;
using System.Threading.Channels;

namespace Ahoi.Dashboard.Tests;

/// <summary>A body of lines that are still being written.</summary>
internal sealed class LineStream(ChannelReader<string> lines) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await lines.WaitToReadAsync(cancellationToken) || !lines.TryRead(out var line))
        {
            return 0;
        }

        return Encoding.UTF8.GetBytes(line + "\n", buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
