using System.Net;
using System.Net.Sockets;
using System.Text;
using Ahoi.Api.Json;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class ServiceProxyTests : IAsyncLifetime
{
    private readonly int _port = NetworkWorld.NewPort();
    private NetworkWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await NetworkWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Connections_AreSpreadOverReadyEndpoints_FewestOpenFirst()
    {
        await using var one = TcpPod.SayingWhoItIs(_port);
        await using var two = TcpPod.SayingWhoItIs(_port);
        await using var notReady = TcpPod.SayingWhoItIs(_port);
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new(one.Address), new(two.Address), new(notReady.Address, Ready: false, Serving: false));

        var open = await ConnectAsync(address, 6);
        var counts = open.CountBy(c => c.Endpoint).ToDictionary();
        Assert.Equal((3, 3), (counts[one.Address], counts[two.Address]));

        // Those of one are given up; the next go there.
        foreach (var (socket, _) in open.Where(c => c.Endpoint.Equals(one.Address)))
        {
            socket.Dispose();
        }

        await Eventually.HoldsAsync(async () =>
        {
            var next = await ConnectAsync(address, 1);
            var reached = next[0].Endpoint.Equals(one.Address);
            next[0].Socket.Dispose();
            return reached;
        });
        Assert.Equal(0, notReady.Accepted);
        open.ForEach(c => c.Socket.Dispose());
    }

    [Fact]
    public async Task DrainingEndpoints_ServeOnlyWhereNoneIsReady()
    {
        await using var ready = TcpPod.SayingWhoItIs(_port);
        await using var draining = TcpPod.SayingWhoItIs(_port);
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new(ready.Address), new(draining.Address, Ready: false, Terminating: true));
        var first = await ConnectAsync(address, 4);
        Assert.All(first, c => Assert.Equal(ready.Address, c.Endpoint));

        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(draining.Address, Ready: false, Terminating: true));
        var second = await ConnectAsync(address, 2);

        Assert.All(second, c => Assert.Equal(draining.Address, c.Endpoint));
        first.Concat(second).ToList().ForEach(c => c.Socket.Dispose());
    }

    [Fact]
    public async Task EndpointThatRefuses_CostsNoConnection()
    {
        await using var there = TcpPod.SayingWhoItIs(_port);
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new(NetworkWorld.NewAddress()), new(there.Address), new(NetworkWorld.NewAddress()));

        var open = await ConnectAsync(address, 20);

        Assert.All(open, c => Assert.Equal(there.Address, c.Endpoint));
        open.ForEach(c => c.Socket.Dispose());
    }

    [Fact]
    public async Task WithoutEndpoints_ConnectionsAreResetAtOnce()
    {
        var address = await _world.MakeServiceAsync("web");

        var exception = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var socket = await Tcp.ConnectAsync(address);
            await socket.ReceiveAsync(new byte[1]);
        });

        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    [Fact]
    public async Task HalfClose_OfTheClient_LetsTheAnswerThrough()
    {
        await using var pod = new TcpPod(_port, async socket =>
        {
            var all = await Tcp.ReadToEndAsync(socket);
            Array.Reverse(all);
            for (var sent = 0; sent < all.Length;)
            {
                sent += await socket.SendAsync(all.AsMemory(sent));
            }
        });
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));
        var sent = new byte[4 * 1024 * 1024];
        Random.Shared.NextBytes(sent);

        using var socket = await Tcp.ConnectAsync(address);
        for (var at = 0; at < sent.Length;)
        {
            at += await socket.SendAsync(sent.AsMemory(at));
        }

        socket.Shutdown(SocketShutdown.Send);
        var received = await Tcp.ReadToEndAsync(socket);

        Array.Reverse(received);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task HalfClose_OfTheServer_LetsTheClientGoOn()
    {
        var heard = new TaskCompletionSource<string>();
        await using var pod = new TcpPod(_port, async socket =>
        {
            await socket.SendAsync("hello"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            heard.SetResult(Encoding.ASCII.GetString(await Tcp.ReadToEndAsync(socket)));
        });
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));

        using var socket = await Tcp.ConnectAsync(address);
        Assert.Equal("hello", Encoding.ASCII.GetString(await Tcp.ReadToEndAsync(socket)));
        await socket.SendAsync("good bye"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("good bye", await heard.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Reset_OfTheClient_IsNoOrderlyEndForTheServer()
    {
        var end = new TaskCompletionSource<SocketError>();
        await using var pod = new TcpPod(_port, async socket =>
        {
            try
            {
                await socket.SendAsync(new byte[1]);
                await Tcp.ReadToEndAsync(socket);
                end.SetResult(SocketError.Success);
            }
            catch (SocketException exception)
            {
                end.SetResult(exception.SocketErrorCode);
            }
        });
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));

        using (var socket = await Tcp.ConnectAsync(address))
        {
            await socket.ReceiveAsync(new byte[1]);
            socket.LingerState = new(true, 0);
        }

        Assert.Equal(SocketError.ConnectionReset, await end.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Connection_OutlivesItsEndpoint_ButNotItsService()
    {
        await using var pod = new TcpPod(_port, async socket =>
        {
            var buffer = new byte[16];
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
            {
                await socket.SendAsync(buffer.AsMemory(0, read));
            }
        });
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));
        using var socket = await Tcp.ConnectAsync(address);
        await EchoAsync(socket);

        await _world.SetEndpointsAsync("web", _port);
        await EchoAsync(socket);

        await _world.Client.DeleteAsync(NetworkWorld.Services, new("default", "web"));
        await Assert.ThrowsAsync<SocketException>(() => socket.ReceiveAsync(new byte[1]));
        Assert.False(NetworkWorld.Listens(address));
    }

    [Fact]
    public async Task NodePort_IsServedAtTheMachinesAddress()
    {
        await using var pod = TcpPod.SayingWhoItIs(_port);
        var service = await _world.CreateServiceAsync("web", $$"""{"type":"NodePort","ports":[{"port":{{NetworkWorld.NewPort()}},"nodePort":{{Random.Shared.Next(30_100, 32_700)}}}]}""");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));
        var nodePort = new IPEndPoint(IPAddress.Loopback, (int)service.Map("spec")!.List("ports")!.Maps.Single().Integer("nodePort")!);
        await Eventually.HoldsAsync(() => NetworkWorld.Listens(nodePort));

        using var socket = await Tcp.ConnectAsync(nodePort);

        Assert.Equal(pod.Address, await Tcp.ReadAddressAsync(socket));
    }

    [Fact]
    public async Task Endpoint_SeesTheClientsAddress()
    {
        await using var pod = new TcpPod(_port, async socket => await socket.SendAsync(((IPEndPoint)socket.RemoteEndPoint!).Address.GetAddressBytes()));
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));
        var from = NetworkWorld.NewAddress();

        using var socket = await Tcp.ConnectAsync(address, from);

        Assert.Equal(from, await Tcp.ReadAddressAsync(socket));
    }

    [Fact]
    public async Task LoadBalancer_HasTheClusterAddress()
    {
        var service = await _world.CreateServiceAsync("web", $$"""{"type":"LoadBalancer","ports":[{"port":{{NetworkWorld.NewPort()}}}]}""");

        var seen = await _world.Client.WaitUntilAsync(
            NetworkWorld.Services, new("default", "web"), s => s?.ToMap().Map("status")?.Map("loadBalancer")?.List("ingress") is { Count: 1 }, TimeSpan.FromSeconds(20));

        var ingress = seen!.ToMap().Map("status")!.Map("loadBalancer")!.List("ingress")!.Maps.Single();
        Assert.Equal((service.At("spec", "clusterIP"), "VIP"), (ingress["ip"], ingress.Text("ipMode")));
    }

    [Fact]
    public async Task PortOfAnotherProtocol_IsReported()
    {
        await _world.CreateServiceAsync("sigtran", """{"ports":[{"port":2905,"protocol":"SCTP"}]}""");

        var reported = await _world.WaitForEventAsync("sigtran", "ProtocolNotSupported");

        Assert.Equal(("Warning", "Port 2905/SCTP is not served: only TCP and UDP are."), (reported.Text("type"), reported.Text("message")));
    }

    [Fact]
    public async Task PortsOfTcpAndUdp_OfOneNumber_AreBothServed()
    {
        await using var pod = TcpPod.SayingWhoItIs(_port);
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Bind(new IPEndPoint(pod.Address, _port));
        var port = NetworkWorld.NewPort();
        var service = await _world.CreateServiceAsync(
            "dns", $$"""{"ports":[{"name":"dns","port":{{port}},"protocol":"UDP"},{"name":"dns-tcp","port":{{port}}}]}""");
        var slice = NetworkWorld.Slice("dns", _port, [new(pod.Address)]);
        slice["ports"] = new JsonList
        {
            new JsonMap { ["name"] = "dns", ["port"] = (long)_port, ["protocol"] = "UDP" },
            new JsonMap { ["name"] = "dns-tcp", ["port"] = (long)_port, ["protocol"] = "TCP" },
        };
        await _world.Client.CreateAsync(NetworkWorld.Slices, "default", slice);
        var address = new IPEndPoint(IPAddress.Parse((string)service.At("spec", "clusterIP")!), port);
        await Eventually.HoldsAsync(() => _world.Network.Services.Current.TryGetValue(new("default", "dns"), out var entry) && entry.Slices.Count == 1 && NetworkWorld.Listens(address));

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.SendToAsync("who?"u8.ToArray(), address);
        var asked = await datagrams.ReceiveFromAsync(new byte[16], new IPEndPoint(IPAddress.Any, 0));
        await datagrams.SendToAsync("me"u8.ToArray(), asked.RemoteEndPoint);
        var answered = await client.ReceiveFromAsync(new byte[16], new IPEndPoint(IPAddress.Any, 0));
        using var stream = await Tcp.ConnectAsync(address);

        Assert.Equal(address, answered.RemoteEndPoint);
        Assert.Equal(pod.Address, await Tcp.ReadAddressAsync(stream));
    }

    [Fact]
    public async Task AddressInUse_IsReportedAndTriedAgain()
    {
        var time = new FakeTimeProvider();
        await using var world = await NetworkWorld.StartAsync(new() { Time = time });
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Any, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        await world.CreateServiceAsync("web", $$"""{"ports":[{"port":{{port}}}]}""");
        var reported = await world.WaitForEventAsync("web", "ListenFailed");
        Assert.Contains($"something else listens at port {port}", reported.Text("message"), StringComparison.Ordinal);

        other.Dispose();
        var address = (string)(await world.Client.GetAsync(NetworkWorld.Services, new("default", "web"))).ToMap().At("spec", "clusterIP")!;
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return NetworkWorld.Listens(new(IPAddress.Parse(address), port));
        });
    }

    [Fact]
    public async Task Service_MadeAnew_HasNewConnections()
    {
        await using var pod = TcpPod.SayingWhoItIs(_port);
        var address = await _world.MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(pod.Address));
        using var before = await Tcp.ConnectAsync(address);
        await Tcp.ReadAddressAsync(before);

        await _world.Client.DeleteAsync(NetworkWorld.Services, new("default", "web"));
        await _world.CreateServiceAsync("web", $$"""{"clusterIP":"{{address.Address}}","ports":[{"port":{{address.Port}}}]}""");

        await Assert.ThrowsAsync<SocketException>(() => before.ReceiveAsync(new byte[1]));
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                using var after = await Tcp.ConnectAsync(address);
                return pod.Address.Equals(await Tcp.ReadAddressAsync(after));
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task RollingUpdate_UnderLoad_LosesNoConnection()
    {
        const int Clients = 16;
        var address = await _world.MakeServiceAsync("web");
        var pods = new Queue<TcpPod>(Enumerable.Range(0, 4).Select(_ => EchoPod()));
        await _world.SetEndpointsAsync("web", _port, [.. pods.Select(p => new TestEndpoint(p.Address))]);
        using var stop = new CancellationTokenSource();
        var done = 0;
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var socket = await Tcp.ConnectAsync(address);
                await EchoAsync(socket);
                socket.Shutdown(SocketShutdown.Send);
                Assert.Empty(await Tcp.ReadToEndAsync(socket));
                Interlocked.Increment(ref done);
            }
        })).ToArray();

        for (var step = 0; step < 12; step++)
        {
            var old = pods.Dequeue();
            await Eventually.HoldsAsync(() => old.Accepted > 0);
            var before = Volatile.Read(ref done);
            pods.Enqueue(EchoPod());
            await _world.SetEndpointsAsync(
                "web", _port, [.. pods.Select(p => new TestEndpoint(p.Address)), new(old.Address, Ready: false, Terminating: true)]);
            await Eventually.HoldsAsync(() => Volatile.Read(ref done) > before + (4 * Clients)); // What was on its way has arrived.
            await old.DisposeAsync();
            await _world.SetEndpointsAsync("web", _port, [.. pods.Select(p => new TestEndpoint(p.Address))]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        foreach (var pod in pods)
        {
            await pod.DisposeAsync();
        }
    }

    private TcpPod EchoPod() => new(_port, async socket =>
    {
        var buffer = new byte[16];
        for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
        {
            await socket.SendAsync(buffer.AsMemory(0, read));
        }
    });

    private static async Task EchoAsync(Socket socket)
    {
        await socket.SendAsync("ping"u8.ToArray());
        Assert.Equal(new IPAddress("ping"u8), await Tcp.ReadAddressAsync(socket));
    }

    private static async Task<List<(Socket Socket, IPAddress Endpoint)>> ConnectAsync(IPEndPoint address, int count)
    {
        var open = new List<(Socket, IPAddress)>();
        for (var i = 0; i < count; i++)
        {
            var socket = await Tcp.ConnectAsync(address);
            open.Add((socket, await Tcp.ReadAddressAsync(socket)));
        }

        return open;
    }
}
