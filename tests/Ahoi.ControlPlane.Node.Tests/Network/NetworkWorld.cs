using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.Node.Network;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>An API server with a network and no pods: endpoints are what a test writes into slices.</summary>
internal sealed class NetworkWorld : IAsyncDisposable
{
    public static readonly GroupVersionResource Services = new("", "v1", "services");
    public static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");
    public static readonly GroupVersionResource Events = new("", "v1", "events");

    private static int _addresses = Random.Shared.Next(0, 1 << 20);

    private const string Token = "test";

    private readonly MemoryRevisionStore _store;
    private readonly KubeApiServer _server;

    private NetworkWorld(MemoryRevisionStore store, KubeApiServer server, ApiClient client, NodeNetwork network)
    {
        _store = store;
        _server = server;
        Client = client;
        Network = network;
    }

    public ApiClient Client { get; }

    public NodeNetwork Network { get; }

    public static async Task<NetworkWorld> StartAsync(NodeNetworkOptions? options = null)
    {
        var store = new MemoryRevisionStore();
        var server = new KubeApiServer(new()
        {
            Store = store,
            Tokens = [new(Token, "admin", "admin", ["system:masters"])],
            ServiceNetwork = "127.200.0.0/16",
            AllowLoopbackEndpoints = true,
            PublishService = true,
        });
        try
        {
            await server.StartAsync(CancellationToken.None);
            return new(store, server, new ApiClient(Connect(server)), await NodeNetwork.StartAsync(Connect(server), options ?? new(), CancellationToken.None));
        }
        catch
        {
            await server.DisposeAsync();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a connection of the cluster's administrator.</summary>
    public ApiConnection Connect() => Connect(_server);

    /// <summary>Gets an address for a pod that no other test has.</summary>
    public static IPAddress NewAddress()
    {
        var number = Interlocked.Increment(ref _addresses) & 0xfffff;
        return new([127, (byte)(96 + (number >> 15)), (byte)(number >> 7), (byte)((number << 1) | 1)]);
    }

    /// <summary>Gets a port that is free, at 127.0.0.1 at least.</summary>
    public static int NewPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Makes a Service of one port and waits until it is listened at.</summary>
    public async Task<IPEndPoint> MakeServiceAsync(string name, string more = "", string ns = "default")
    {
        var service = await CreateServiceAsync(name, $$"""{"ports":[{"port":{{NewPort()}}}]{{(more.Length > 0 ? "," + more : "")}}}""", ns);
        var address = new IPEndPoint(IPAddress.Parse((string)service.At("spec", "clusterIP")!), (int)service.Map("spec")!.List("ports")!.Maps.First().Integer("port")!);
        await Eventually.HoldsAsync(() => Listens(address));
        return address;
    }

    public async Task<JsonMap> CreateServiceAsync(string name, string spec, string ns = "default") => (await Client.CreateAsync(Services, ns, JsonTree.ParseMap(
        $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{name}}"},"spec":{{spec}} }"""))).ToMap();

    /// <summary>Writes the slice of a Service, and waits until the network knows it.</summary>
    public async Task SetEndpointsAsync(string service, int port, params TestEndpoint[] endpoints)
    {
        var key = new ObjectKey("default", service + "-1");
        var slice = Slice(service, port, endpoints);
        if (await Client.FindAsync(Slices, key) is null)
        {
            await Client.CreateAsync(Slices, "default", slice);
        }
        else
        {
            await Client.ReplaceAsync(Slices, key, slice);
        }

        var wanted = endpoints.Select(e => (e.Address.ToString(), e.Ready)).ToHashSet();
        await Eventually.HoldsAsync(() => Network.Services.Current.TryGetValue(new("default", service), out var entry)
            && wanted.SetEquals(entry.Slices.SelectMany(s => s.Endpoints).Select(e => (e.Address.ToString(), e.IsReady))));
    }

    public static JsonMap Slice(string service, int port, IEnumerable<TestEndpoint> endpoints)
    {
        var slice = JsonTree.ParseMap(
            $$$"""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"{{{service}}}-1","labels":{"kubernetes.io/service-name":"{{{service}}}"}},
             "addressType":"IPv4","ports":[{"port":{{{port}}}}]}
            """);
        slice["endpoints"] = new JsonList(endpoints.Select(e => e.ToMap()));
        return slice;
    }

    public async Task<JsonMap> WaitForEventAsync(string about, string reason)
    {
        JsonMap? found = null;
        await Eventually.HoldsAsync(async () => (found = (await Client.ListAsync(Events)).Items.Select(i => i.ToMap())
            .FirstOrDefault(e => e.At("involvedObject", "name") is string name && name == about && e.Text("reason") == reason)) is not null);
        return found!;
    }

    /// <summary>Finds out whether a connection is accepted, and waits until it was served, or cut for want of endpoints.</summary>
    public static bool Listens(IPEndPoint address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        try
        {
            socket.Connect(address);
            socket.Receive(new byte[1]);
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Network.DisposeAsync();
        Client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static ApiConnection Connect(KubeApiServer server) => ApiConnection.FromHandler(server.CreateHandler(), FixedCredential.Token(Token));
}
