using System.Net;
using System.Net.Sockets;
using System.Text;
using Ahoi.ControlPlane.Node.Network.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class DatagramListenerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly List<Socket> _sockets = [];
    private readonly ServiceBackend _backend;
    private readonly DatagramListener _listener;
    private readonly IPEndPoint _address = new(NetworkWorld.NewAddress(), NetworkWorld.NewPort());

    public DatagramListenerTests()
    {
        _backend = new(_time);
        _listener = DatagramListener.Start(_address, _backend, _time, NullLogger.Instance);
    }

    [Fact]
    public async Task Datagrams_OfOneClient_StayWithOneEndpoint_AndAnswersComeBack()
    {
        var (one, two) = (Server("one"), Server("two"));
        Update(one, two);
        var client = Client();

        var first = await AskAsync(client);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(first, await AskAsync(client));
        }

        Assert.NotEqual(first, await AskAsync(Client())); // The other has fewer.
    }

    [Fact]
    public async Task Datagrams_AfterTheirEndpointIsGone_GoToAnother()
    {
        var (one, two) = (Server("one"), Server("two"));
        Update(one);
        var client = Client();
        Assert.Equal("one", await AskAsync(client));

        Update(two);

        Assert.Equal("two", await AskAsync(client));
    }

    [Fact]
    public async Task Conversation_ThatIsSilent_Ends()
    {
        Update(Server("one"));
        var client = Client();
        await AskAsync(client);
        Assert.Equal(1, Open());

        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, Open());
        Assert.Equal("one", await AskAsync(client));

        int Open()
        {
            var endpoint = _backend.Take(null, [])!;
            _backend.Release(endpoint);
            return endpoint.Open;
        }
    }

    [Fact]
    public async Task EndpointWhereNobodyListens_LosesOneDatagram()
    {
        var there = Server("there");
        var nobody = new IPEndPoint(NetworkWorld.NewAddress(), NetworkWorld.NewPort());
        _backend.Update([(nobody, true)], null);
        var client = Client();
        await client.SendToAsync("lost"u8.ToArray(), _address);
        await Eventually.HoldsAsync(() => _backend.Take(null, [])?.RefusedAt is not null);

        _backend.Update([(nobody, true), ((IPEndPoint)there.LocalEndPoint!, true)], null);

        Assert.Equal("there", await AskAsync(client));
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _sockets.ForEach(s => s.Dispose());
    }

    private void Update(params Socket[] servers) => _backend.Update(servers.Select(s => ((IPEndPoint)s.LocalEndPoint!, true)), null);

    private Socket Client()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _sockets.Add(socket);
        return socket;
    }

    private Socket Server(string name)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(NetworkWorld.NewAddress(), 0));
        _sockets.Add(socket);
        _ = Task.Run(async () =>
        {
            var buffer = new byte[64];
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0)); // Ends with the socket.
                await socket.SendToAsync(Encoding.ASCII.GetBytes(name), received.RemoteEndPoint);
            }
        });
        return socket;
    }

    private async Task<string> AskAsync(Socket client)
    {
        await client.SendToAsync("who?"u8.ToArray(), _address);
        using var limit = new CancellationTokenSource(Limit);
        var buffer = new byte[64];
        var received = await client.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), limit.Token);
        Assert.Equal(_address, received.RemoteEndPoint);
        return Encoding.ASCII.GetString(buffer, 0, received.ReceivedBytes);
    }
}
