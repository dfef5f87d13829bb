using System.Buffers;

namespace Ahoi.Client.Transport;

/// <summary>A pooled buffer that keeps what is not consumed yet at its start, and grows only for what does not fit.</summary>
internal sealed class GrowingBuffer : IDisposable
{
    private byte[] _bytes;
    private int _start;
    private int _end;

    public GrowingBuffer(int size) => _bytes = ArrayPool<byte>.Shared.Rent(size);

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public bool IsFull => _start == 0 && _end == _bytes.Length;

    /// <summary>Room for the next read; there always is some.</summary>
    public Memory<byte> Room()
    {
        if (_end == _bytes.Length)
        {
            if (_start > 0)
            {
                Unread.CopyTo(_bytes);
                (_start, _end) = (0, _end - _start);
            }
            else
            {
                _bytes = Grow(_bytes, 0, _end);
            }
        }

        return _bytes.AsMemory(_end);
    }

    public void Filled(int count) => _end += count;

    public void Consumed(int count)
    {
        _start += count;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
    }

    /// <summary>Copies into a buffer of twice the size and gives the old one back.</summary>
    public static byte[] Grow(byte[] buffer, int start, int end)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(buffer.Length * 2));
        buffer.AsSpan(start, end - start).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
