using System.Runtime.CompilerServices;
using Ahoi.Api.Objects;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Watches;

/// <summary>
/// One open watch. Its events end when the server ends it, which is normal and asks for another one from the last resource
/// version. Otherwise the enumeration throws: a <see cref="TransportException"/> where the connection broke
/// (<see cref="TransportFault.Interrupted"/>) or where nothing at all came for too long (<see cref="TransportFault.Silent"/>);
/// an <see cref="OperationCanceledException"/> where the caller ended it.
/// </summary>
public sealed class WatchStream : IAsyncDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly ApiResponse _response;
    private readonly ManagedFieldsFilter? _filter;
    private bool _read;

    internal WatchStream(ApiResponse response, ManagedFieldsFilter? filter)
    {
        _response = response;
        _filter = filter;
    }

    /// <summary>Reads the events; once.</summary>
    /// <param name="cancellationToken">Ends the reading between events; the token the watch was opened with also ends a
    /// read.</param>
    /// <returns>The events.</returns>
    public async IAsyncEnumerable<WatchEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_read)
        {
            throw new InvalidOperationException("A watch is read once.");
        }

        _read = true;
        var cut = cancellationToken.UnsafeRegister(static state => ((ApiResponse)state!).Message.Dispose(), _response);
        await using (cut.ConfigureAwait(false))
        {
            using var buffer = new GrowingBuffer(BufferSize);
            var searched = 0;
            while (true)
            {
                var newline = buffer.Unread[searched..].IndexOf((byte)'\n');
                if (newline < 0)
                {
                    searched = buffer.Unread.Length;
                    if (!await FillAsync(buffer, cancellationToken).ConfigureAwait(false))
                    {
                        break;
                    }

                    continue;
                }

                var length = searched + newline;
                searched = 0;
                var found = TryDecode(buffer, length, out var change);
                buffer.Consumed(length + 1);
                if (!found)
                {
                    continue;
                }

                yield return change;
                if (change.Type == WatchEventType.Error)
                {
                    yield break;
                }
            }

            if (TryDecode(buffer, buffer.Unread.Length, out var last))
            {
                yield return last;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _response.DisposeAsync();

    private bool TryDecode(GrowingBuffer buffer, int length, out WatchEvent change) =>
        WatchLine.TryDecode(buffer.Unread[..length], _filter, out change);

    private async ValueTask<bool> FillAsync(GrowingBuffer buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await _response.ReadAsync(buffer.Room()).ConfigureAwait(false);
            buffer.Filled(count);
            return count > 0;
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{_response.Request} was cancelled.", exception, cancellationToken);
        }
    }
}
