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

    /// <summary>Reads the whole body into an array of its own.</summary>
    public async ValueTask<byte[]> ReadAllAsync(int limit = int.MaxValue)
    {
        if (_message.Content.Headers.ContentLength is { } length and >= 0 and < int.MaxValue && length <= limit)
        {
            var exact = GC.AllocateUninitializedArray<byte>((int)length);
            var filled = 0;
            while (filled < exact.Length && await ReadAsync(exact.AsMemory(filled)).ConfigureAwait(false) is > 0 and var count)
            {
                filled += count;
            }

            if (filled == exact.Length)
            {
                return exact;
            }

            throw new TransportException(TransportFault.Interrupted, $"{_request}: the body ended after {filled} of {length} bytes.");
        }

        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var filled = 0;
            while (await ReadAsync(buffer.AsMemory(filled)).ConfigureAwait(false) is > 0 and var count)
            {
                filled += count;
                if (filled >= limit)
                {
                    break;
                }

                if (filled == buffer.Length)
                {
                    buffer = GrowingBuffer.Grow(buffer, 0, filled);
                }
            }

            return buffer.AsSpan(0, filled).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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
