using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ahoi.ControlPlane.Node.Streams.Spdy;

/// <summary>
/// Reads and writes the header blocks of one connection. All blocks of a direction are one zlib stream that knows SPDY's
/// dictionary. .NET's decompressor takes no dictionary, but a stored block at the start of the stream has the same effect;
/// what is written is stored, not compressed, which every reader takes.
/// </summary>
internal sealed class SpdyHeaders : IDisposable
{
    private const int MostHeaders = 64;
    private const int LongestText = 64 * 1024;

    private readonly Feed _feed = new();
    private readonly DeflateStream _inflater;
    private bool _read;
    private bool _written;

    public SpdyHeaders() => _inflater = new(_feed, CompressionMode.Decompress);

    /// <summary>Reads a block.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (!_read)
        {
            _read = true;
            if (block.Length < 6)
            {
                throw new InvalidDataException("The first SPDY header block is too short.");
            }

            var withDictionary = (block[1] & 0x20) != 0;
            _feed.Add(Stored(SpdyDictionary.Bytes));
            _inflater.ReadExactly(new byte[SpdyDictionary.Bytes.Length]);
            block = block[(withDictionary ? 6 : 2)..];
        }

        _feed.Add(block.ToArray());
        var count = ReadNumber(MostHeaders);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < count; i++)
        {
            var name = ReadText();
            headers[name] = ReadText();
        }

        return headers;
    }

    /// <summary>Writes a block without headers, which is all that a reply needs.</summary>
    public byte[] WriteEmpty()
    {
        byte[] header = _written ? [] : [0x78, 0x01];
        _written = true;
        // An empty block tells readers to hand over what they have (zlib's Z_SYNC_FLUSH).
        return [.. header, .. Stored([0, 0, 0, 0]), .. Stored([])];
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _feed.Dispose();
    }

    private static byte[] Stored(byte[] bytes) => [0, (byte)bytes.Length, (byte)(bytes.Length >> 8), (byte)~bytes.Length, (byte)(~bytes.Length >> 8), .. bytes];

    private string ReadText()
    {
        var bytes = new byte[ReadNumber(LongestText)];
        _inflater.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private int ReadNumber(int most)
    {
        Span<byte> bytes = stackalloc byte[4];
        _inflater.ReadExactly(bytes);
        var number = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return number >= 0 && number <= most ? number : throw new InvalidDataException($"A SPDY header block has a length of {number}.");
    }

    /// <summary>Gives the decompressor what has come so far.</summary>
    private sealed class Feed : Stream
    {
        private readonly Queue<byte[]> _parts = new();
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(byte[] part) => _parts.Enqueue(part);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (!_parts.TryPeek(out var part))
            {
                return 0;
            }

            var count = Math.Min(buffer.Length, part.Length - _at);
            part.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            if (_at == part.Length)
            {
                _parts.Dequeue();
                _at = 0;
            }

            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
