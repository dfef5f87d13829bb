using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>Stands between one operator and the API server, as a network that fails: it cuts connections, or keeps them open and
/// moves nothing.</summary>
internal sealed class ApiProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly Task _work;
    private TaskCompletionSource _flow = new();

    /// <summary>Starts it.</summary>
    /// <param name="target">The API server's port at 127.0.0.1.</param>
    public ApiProxy(int target)
    {
        _target = target;
        _flow.SetResult();
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _work = AcceptAsync();
    }

    /// <summary>Gets the port at 127.0.0.1 that it listens at.</summary>
    public int Port { get; }

    /// <summary>Ends all connections at once; new ones are taken.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            try
            {
                socket.LingerState = new(true, 0); // Reset, as by something in between that forgot the connection.
                socket.Close();
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                // It ended by itself.
            }
        }
    }

    /// <summary>Moves nothing for a while, in no direction, and ends no connection meanwhile.</summary>
    public async Task FreezeAsync(TimeSpan time)
    {
        var flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _flow = flow;
        try
        {
            await Task.Delay(time, _end.Token);
        }
        catch (OperationCanceledException)
        {
            // It ends: nobody waits any more.
        }
        finally
        {
            flow.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        _flow.TrySetResult();
        await _work;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets[client] = _sockets[server] = true;
        try
        {
            await _flow.Task;
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone; so is the other.
        }
        finally
        {
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var count)
            {
                await _flow.Task;
                await to.SendAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Whoever waits for this closes both.
        }
    }
}
