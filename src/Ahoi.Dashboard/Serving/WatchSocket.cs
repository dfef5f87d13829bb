using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Ahoi.Api.Json;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Dashboard.Serving;

/// <summary>
/// Many watches over one WebSocket, because a browser opens six connections to one address and a cluster has more kinds
/// than that. The page says <c>{"open": 1, "path": "/api/v1/pods?watch=true", "accept": "..."}</c> and <c>{"close": 1}</c>;
/// it hears that a watch has begun as <c>{"watch": 1, "begun": true}</c>, the server's lines as <c>{"watch": 1, "event": ...}</c>, and last <c>{"watch": 1, "end": STATUS}</c>.
/// </summary>
internal sealed class WatchSocket(WebSocket socket, ApiServerLink link) : IDisposable
{
    private const int MaxRequest = 16 * 1024;
    private const int MaxWatches = 1000;
    private const int MaxLine = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<long, CancellationTokenSource> _open = new();
    private readonly SemaphoreSlim _sending = new(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = new List<Task>();
        try
        {
            while (await ReceiveAsync(ending.Token).ConfigureAwait(false) is { } request)
            {
                if (request["open"] is long opened && request.Text("path") is { } path)
                {
                    watches.RemoveAll(w => w.IsCompleted);
                    watches.Add(WatchAsync(opened, path, request.Text("accept") ?? "application/json", watches.Count, ending.Token));
                }
                else if (request["close"] is long closed && _open.TryRemove(closed, out var watch))
                {
                    await CancelAsync(watch).ConfigureAwait(false);
                }
            }
        }
        catch (WebSocketException)
        {
            // The page is gone.
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _sending.Dispose();

    private static async Task CancelAsync(CancellationTokenSource watch)
    {
        try
        {
            await watch.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>The page's next wish; null when it leaves, or says what nobody understands.</summary>
    private async Task<JsonMap?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxRequest];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += received.Count;
            if (received.MessageType != WebSocketMessageType.Text || (length == MaxRequest && !received.EndOfMessage))
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                return TryRead(buffer.AsSpan(0, length));
            }
        }
    }

    private static JsonMap? TryRead(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonTree.Parse(text) as JsonMap;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task WatchAsync(long id, string pathAndQuery, string accept, int others, CancellationToken cancellationToken)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (others >= MaxWatches || !_open.TryAdd(id, closing))
        {
            await EndAsync(id, StatusText.Of(429, "TooManyRequests", "There are too many watches, or there is one of this number."), cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await EndAsync(id, await FollowAsync(id, pathAndQuery, accept, closing.Token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The page closed it, or is gone.
        }
        finally
        {
            _open.TryRemove(KeyValuePair.Create(id, closing));
        }
    }

    /// <summary>Hands on the lines of one watch, and says how it ended.</summary>
    private async Task<JsonMap> FollowAsync(long id, string pathAndQuery, string accept, CancellationToken cancellationToken)
    {
        var query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        if (!path.StartsWith('/') || !ReadablePath.IsReadable(new PathString(path)))
        {
            return StatusText.Of(404, "NotFound", $"{path} is not forwarded.");
        }

        try
        {
            using var response = await link.GetAsync(pathAndQuery, accept, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                if (!response.IsSuccessStatusCode)
                {
                    return await ReadStatusAsync(response, body, cancellationToken).ConfigureAwait(false);
                }

                await SendAsync(Encoding.UTF8.GetBytes(new JsonMap { ["watch"] = id, ["begun"] = true }.ToString()), cancellationToken).ConfigureAwait(false);
                await HandOnAsync(id, body, cancellationToken).ConfigureAwait(false);
                return StatusText.Of(200, "Ended", "The watch ended.");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return StatusText.Of(502, "ServerUnreachable", exception.Message);
        }
    }

    private async Task HandOnAsync(long id, Stream body, CancellationToken cancellationToken)
    {
        var prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"watch\":{id},\"event\":"));
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024));
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                message.ResetWrittenCount();
                message.Write(prefix);
                foreach (var part in rest.Slice(0, end))
                {
                    message.Write(part.Span);
                }

                message.Write("}"u8);
                await SendAsync(message.WrittenMemory, cancellationToken).ConfigureAwait(false);
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return;
            }

            if (rest.Length > MaxLine)
            {
                throw new IOException($"One change is longer than {MaxLine} bytes.");
            }
        }
    }

    private static async Task<JsonMap> ReadStatusAsync(HttpResponseMessage response, Stream body, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var buffer = new byte[64 * 1024];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return TryRead(buffer.AsSpan(0, length)) is { } status && status.Text("kind") == "Status" ? status : StatusText.Of(code, "", response.ReasonPhrase ?? "");
    }

    private Task EndAsync(long id, JsonMap status, CancellationToken cancellationToken) =>
        SendAsync(Encoding.UTF8.GetBytes(new JsonMap { ["watch"] = id, ["end"] = status }.ToString()), cancellationToken);

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A message that is begun is ended, whatever becomes of its watch: cutting it short would end the socket.
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }
}
