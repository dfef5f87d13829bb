using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>Listens at one address for one TCP port of a Service, and passes connections on to endpoints.</summary>
internal sealed partial class ServiceListener : IServiceListener
{
    private const int Backlog = 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ServiceBackend _backend;
    private Task _accepting = Task.CompletedTask;
    private int _serving = 1; // The accept loop counts too.
    private bool _disposed;

    private ServiceListener(Socket socket, IPEndPoint address, ServiceBackend backend, TimeProvider time, ILogger logger)
    {
        (_socket, Address, _backend, _time, _logger) = (socket, address, backend, time, logger);
    }

    /// <summary>Gets where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Gets or sets what chooses the endpoints of new connections.</summary>
    public ServiceBackend Backend
    {
        get => _backend;
        set => _backend = value;
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is in use, not this machine's, or needs rights that this process has not.</exception>
    public static ServiceListener Start(IPEndPoint address, ServiceBackend backend, TimeProvider time, ILogger logger)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listener = new ServiceListener(socket, address, backend, time, logger);
        listener._accepting = Task.Run(listener.AcceptAsync);
        return listener;
    }

    /// <summary>Stops to listen and cuts the connections there are.</summary>
    public async ValueTask DisposeAsync()
    {
        Socket[] open;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            open = [.. _open];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        foreach (var socket in open)
        {
            Relay.Cut(socket);
        }

        await _accepting.ConfigureAwait(false);
        await _drained.Task.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _serving);
                _ = ServeAsync(client); // Counted, and waited for when this ends.
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException || _stopping.IsCancellationRequested)
            {
                Left();
                return;
            }
            catch (SocketException exception)
            {
                // A client that is gone already, or no file descriptor left, which passes.
                LogAcceptFailed(_logger, exception, Address);
                await Task.Delay(AcceptPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            if (Enter(client))
            {
                client.NoDelay = true;
                await ServeOpenAsync(client, (client.RemoteEndPoint as IPEndPoint)?.Address).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Loop boundary: whatever becomes of one connection, the others go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_stopping.IsCancellationRequested && exception is not SocketException)
            {
                LogConnectionFailed(_logger, exception);
            }

            Relay.Cut(client);
        }
        finally
        {
            Leave(client);
            Left();
        }
    }

    private async Task ServeOpenAsync(Socket client, IPAddress? from)
    {
        var backend = _backend;
        var tried = new List<ServiceEndpoint>();
        while (backend.Take(from, tried) is { } endpoint)
        {
            var refused = true;
            Socket? server = null;
            try
            {
                server = await ConnectAsync(endpoint, from).ConfigureAwait(false);
                refused = false;
                backend.Accepted(endpoint);
                if (Enter(server))
                {
                    await Relay.RunAsync(client, server).ConfigureAwait(false);
                }
                else
                {
                    Relay.Cut(client);
                }

                return;
            }
            catch (SocketException) when (refused)
            {
                tried.Add(endpoint);
            }
            catch (OperationCanceledException) when (refused && !_stopping.IsCancellationRequested)
            {
                tried.Add(endpoint);
            }
            finally
            {
                backend.Release(endpoint, refused && !_stopping.IsCancellationRequested);
                if (server is not null)
                {
                    Leave(server);
                }
            }
        }

        Relay.Cut(client);
    }

    private async Task<Socket> ConnectAsync(ServiceEndpoint endpoint, IPAddress? from)
    {
        using var limit = new CancellationTokenSource(ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        return await EndpointConnector.ConnectAsync(endpoint.Address, from, either.Token).ConfigureAwait(false);
    }

    /// <summary>Notes a connection, to be cut with the listener; one that comes too late is cut at once.</summary>
    private bool Enter(Socket socket)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                return _open.Add(socket);
            }
        }

        Relay.Cut(socket);
        return false;
    }

    private void Leave(Socket socket)
    {
        lock (_gate)
        {
            _open.Remove(socket);
        }

        socket.Dispose();
    }

    private void Left()
    {
        if (Interlocked.Decrement(ref _serving) == 0)
        {
            _drained.TrySetResult();
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "Connections cannot be accepted at {Address}; it is tried again")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception, IPEndPoint address);

    [LoggerMessage(3102, LogLevel.Warning, "A connection to a service failed")]
    private static partial void LogConnectionFailed(ILogger logger, Exception exception);
}
