using System.Buffers;

namespace Ahoi.Client.Transport;

/// <summary>An answer whose body is still to be read; each read has a limit, and disposing of it ends the request.</summary>
internal sealed class ApiResponse : IDisposable, IAsyncDisposable
{
    private readonly RequestDeadline _deadline;
    private readonly HttpResponseMessage _message;
    private readonly string _request;
    private readonly TimeSpan _idle;
    private Stream? _stream;

    public ApiResponse(HttpResponseMessage message, RequestDeadline deadline, string request, TimeSpan idle)
    {
        _message = message;
        _deadline = deadline;
        _request = request;
        _idle = idle;
    }

    public HttpResponseMessage Message => _message;

    /// <summary>The request, for messages.</summary>
    public string Request => _request;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _deadline.Arm(TransportFault.Silent, _idle);
        try
        {
            _stream ??= await _message.Content.ReadAsStreamAsync(_deadline.Token).ConfigureAwait(false);
            return await _stream.ReadAsync(buffer, _deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            throw _deadline.Explain(exception, _request);
        }
        finally
        {
            _deadline.Disarm();
        }
    }

    /// <summary>Reads the whole body into an array of its own, or its first <paramref name="limit"/> bytes and some more.</summary>
    public async ValueTask<byte[]> ReadAllAsync(int limit = int.MaxValue)
    {
        var (rented, length) = await RentAllAsync(limit).ConfigureAwait(false);
        try
        {
            return rented.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Reads the whole body, or its first <paramref name="limit"/> bytes and some more, into an array of the shared
    /// pool, which the caller gives back.</summary>
    public async ValueTask<(byte[] Rented, int Length)> RentAllAsync(int limit = int.MaxValue)
    {
        long? length = _message.Content.Headers.ContentLength is { } told and < int.MaxValue && told <= limit ? told : null;
        var buffer = ArrayPool<byte>.Shared.Rent(length is null ? 16 * 1024 : (int)length);
        var filled = 0;
        try
        {
            while (length is null ? filled < limit : filled < length)
            {
                if (filled == buffer.Length)
                {
                    buffer = GrowingBuffer.Grow(buffer, 0, filled);
                }

                var count = await ReadAsync(length is null ? buffer.AsMemory(filled) : buffer.AsMemory(filled, (int)length - filled)).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                filled += count;
            }

            return length is null || filled == length
                ? (buffer, filled)
                : throw new TransportException(TransportFault.Interrupted, $"{_request}: the body ended after {filled} of {length} bytes.");
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        // Not drained: a response nobody reads to its end is cut off, which frees the connection or the stream.
        _message.Dispose();
        _deadline.Dispose();
    }
}
