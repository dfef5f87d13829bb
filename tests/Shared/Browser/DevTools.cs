using System.Collections.Concurrent;
using System.Net.WebSockets;
using Ahoi.Api.Json;

namespace Ahoi.Tests.Shared.Browser;

/// <summary>Speaks the DevTools protocol with one browser: commands with their answers, and events by session.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonMap>> _waiting = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonMap>> _listeners = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _reading = Task.CompletedTask;
    private long _next;

    public static async Task<DevTools> ConnectAsync(Uri address)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, CancellationToken.None).WaitAsync(Limit);
        tools._reading = tools.ReadAsync();
        return tools;
    }

    public void Listen(string session, Action<string, JsonMap> listener) => _listeners[session] = listener;

    public async Task<JsonMap> SendAsync(string method, JsonMap? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref _next);
        var answer = _waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = new JsonMap { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            command["sessionId"] = session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonTree.ToUtf8(command), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        var map = await answer.Task.WaitAsync(Limit);
        return map.Map("error") is { } error ? throw new InvalidOperationException($"{method}: {error}") : map.Map("result") ?? [];
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            message.Write(buffer, 0, received.Count);
            if (!received.EndOfMessage)
            {
                continue;
            }

            var map = JsonTree.ParseMap(message.ToArray());
            message.SetLength(0);
            if (map["id"] is long id)
            {
                _waiting[id].TrySetResult(map);
            }
            else if (map.Text("method") is { } method && _listeners.TryGetValue(map.Text("sessionId") ?? "", out var listener))
            {
                listener(method, map.Map("params") ?? []);
            }
        }
    }
}
