using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Network.Services;

/// <summary>
/// Listens at one address for one UDP port of a Service. What one client sends from one port goes to one endpoint, and its
/// answers back, until nothing was said for a minute or the endpoint is gone.
/// </summary>
internal sealed partial class DatagramListener : IServiceListener
{
    private const int Largest = 65_535;
    private const int MostConversations = 10_000;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Conversation> _conversations = [];
    private readonly ITimer _sweep;
    private volatile ServiceBackend _backend;
    private Task _receiving = Task.CompletedTask;
    private bool _disposed;

    private DatagramListener(Socket socket, ServiceBackend backend, TimeProvider time, ILogger logger)
    {
        (_socket, _backend, _time, _logger) = (socket, backend, time, logger);
        _sweep = time.CreateTimer(static listener => ((DatagramListener)listener!).Sweep(), this, Silence, Silence);
    }

    public ServiceBackend Backend
    {
        get => _backend;
        set => _backend = value;
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is in use, not this machine's, or needs rights that this process has not.</exception>
    public static DatagramListener Start(IPEndPoint address, ServiceBackend backend, TimeProvider time, ILogger logger)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listener = new DatagramListener(socket, backend, time, logger);
        listener._receiving = Task.Run(listener.ReceiveAsync);
        return listener;
    }

    /// <summary>Stops to listen and ends all conversations.</summary>
    public async ValueTask DisposeAsync()
    {
        Conversation[] open;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            open = [.. _conversations.Values];
            _conversations.Clear();
        }

        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
        foreach (var conversation in open)
        {
            conversation.Socket.Dispose();
            await conversation.Answering.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[Largest];
        var anybody = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stopping.Token).ConfigureAwait(false);
                await PassOnAsync((IPEndPoint)received.RemoteEndPoint, buffer.AsMemory(0, received.ReceivedBytes)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException || _stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException exception)
            {
                // One datagram is lost, as datagrams may be.
                LogLost(_logger, exception, _socket.AddressFamily);
            }
        }
    }

    /// <summary>Passes a datagram on; where its endpoint has gone, to another once.</summary>
    private async Task PassOnAsync(IPEndPoint client, ReadOnlyMemory<byte> datagram)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            if (Find(client) is not { } conversation)
            {
                return; // No endpoint is there: it is lost.
            }

            try
            {
                await conversation.Socket.SendAsync(datagram, SocketFlags.None, _stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException && !_stopping.IsCancellationRequested)
            {
                // Nobody listened there when the datagram before came.
                End(client, conversation, refused: true);
            }
        }
    }

    private Conversation? Find(IPEndPoint client)
    {
        lock (_gate)
        {
            if (_conversations.TryGetValue(client, out var known))
            {
                if (known.Backend == _backend && _backend.Has(known.Endpoint))
                {
                    known.Used = _time.GetTimestamp();
                    return known;
                }

                _conversations.Remove(client);
                known.Close(refused: false);
            }

            return _disposed || _conversations.Count >= MostConversations ? null : BeginLocked(client);
        }
    }

    private Conversation? BeginLocked(IPEndPoint client)
    {
        var backend = _backend;
        if (backend.Take(client.Address, []) is not { } endpoint)
        {
            return null;
        }

        var socket = new Socket(endpoint.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(endpoint.Address); // Sends nothing; it says who may answer.
        }
        catch (SocketException)
        {
            socket.Dispose();
            backend.Release(endpoint, refused: true);
            return null;
        }

        var conversation = new Conversation(backend, endpoint, socket) { Used = _time.GetTimestamp() };
        _conversations[client] = conversation;
        conversation.Answering = Task.Run(() => AnswerAsync(client, conversation));
        return conversation;
    }

    private async Task AnswerAsync(IPEndPoint client, Conversation conversation)
    {
        var buffer = new byte[Largest];
        var refused = false;
        try
        {
            while (true)
            {
                var received = await conversation.Socket.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token).ConfigureAwait(false);
                conversation.Used = _time.GetTimestamp();
                await _socket.SendToAsync(buffer.AsMemory(0, received), SocketFlags.None, client, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            refused = exception is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        }

        End(client, conversation, refused);
    }

    private void End(IPEndPoint client, Conversation conversation, bool refused)
    {
        lock (_gate)
        {
            if (_conversations.TryGetValue(client, out var known) && known == conversation)
            {
                _conversations.Remove(client);
            }
        }

        conversation.Close(refused);
    }

    private void Sweep()
    {
        KeyValuePair<IPEndPoint, Conversation>[] silent;
        lock (_gate)
        {
            silent = [.. _conversations.Where(c => _time.GetElapsedTime(c.Value.Used) >= Silence)];
        }

        foreach (var (client, conversation) in silent)
        {
            End(client, conversation, refused: false);
        }
    }

    [LoggerMessage(3103, LogLevel.Debug, "A datagram was lost ({Family})")]
    private static partial void LogLost(ILogger logger, Exception exception, AddressFamily family);

    private sealed class Conversation(ServiceBackend backend, ServiceEndpoint endpoint, Socket socket)
    {
        private long _used;
        private bool _closed;

        public ServiceBackend Backend => backend;

        public ServiceEndpoint Endpoint => endpoint;

        public Socket Socket => socket;

        public Task Answering { get; set; } = Task.CompletedTask;

        public long Used
        {
            get => Volatile.Read(ref _used);
            set => Volatile.Write(ref _used, value);
        }

        public void Close(bool refused)
        {
            if (!Interlocked.Exchange(ref _closed, true))
            {
                backend.Release(endpoint, refused);
                socket.Dispose();
            }
        }
    }
}
