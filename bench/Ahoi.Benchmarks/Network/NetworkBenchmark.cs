using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Benchmarks.ApiServer;
using Ahoi.ControlPlane.Node.Network.Ingresses;
using Ahoi.ControlPlane.Node.Network.Services;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Benchmarks.Network;

/// <summary>Services and the ingress of the node's network against the direct way to the same server.</summary>
internal static class NetworkBenchmark
{
    private const int Connections = 32;
    private const int Idle = 2000;
    private static readonly byte[] Get = "GET / HTTP/1.1\r\nHost: bench.localhost\r\n\r\n"u8.ToArray();

    public static async Task<IReadOnlyList<Measured>> RunAsync(int rounds, TimeSpan duration)
    {
        await using var server = await BareServer.StartAsync(new byte[2048]);
        var (time, table) = (TimeProvider.System, new ServiceTable(TimeProvider.System));
        table.Update([ServiceView.Read(Service)], [SliceView.Read(Slice(server.Address))!]);
        var backend = table.Current.Values.Single().Backends[""];
        await using var listener = ServiceListener.Start(new(IPAddress.Parse("127.32.250.1"), FreePort()), backend, time, NullLogger.Instance);
        var own = IngressCertificate.MakeOwn(time);
        var routes = new IngressTable(IngressCertificates.Choose([], (_, _) => null, own)) { Routes = new([IngressView.Read(Ingress)]) };
        await using var ingress = await IngressServer.StartAsync(new(IPAddress.Loopback, 0), null, routes, table, time, NullLoggerFactory.Instance, CancellationToken.None);
        var ingressAt = new IPEndPoint(IPAddress.Loopback, ingress.Http!.Port);
        return
        [
            await CompareAsync("gets of 2 KiB through a Service, 32 connections", "1/s", rounds, at => GetsAsync(at, duration), listener.Address, server.Address),
            await CompareAsync("gets of 2 KiB through the ingress, 32 connections", "1/s", rounds, at => GetsAsync(at, duration), ingressAt, server.Address),
            await CompareAsync("a get through a Service, one after the other", "us", rounds, at => LatencyAsync(at, duration), listener.Address, server.Address),
            await CompareAsync("a get through the ingress, one after the other", "us", rounds, at => LatencyAsync(at, duration), ingressAt, server.Address),
            await CompareAsync("connections with one get each, 32 at once", "1/s", rounds, at => ConnectsAsync(at, duration), listener.Address, server.Address),
            await StreamAsync(rounds, duration, time),
            await IdleAsync(time),
        ];
    }

    private static async Task<Measured> CompareAsync(string what, string unit, int rounds, Func<IPEndPoint, Task<double>> measure, IPEndPoint ours, IPEndPoint direct)
    {
        await measure(ours);
        await measure(direct);
        var (own, baseline) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            own.Add(await measure(ours));
            baseline.Add(await measure(direct));
        }

        return new(what, unit, Median(own), Median(baseline), null);
    }

    private static Task<double> GetsAsync(IPEndPoint at, TimeSpan duration) => HttpLoad.RunAsync(at, Connections, duration, () => () => Get);

    private static async Task<double> LatencyAsync(IPEndPoint at, TimeSpan duration) => 1e6 / await HttpLoad.RunAsync(at, 1, duration, () => () => Get);

    private static async Task<double> ConnectsAsync(IPEndPoint at, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        var done = 0;
        var workers = Enumerable.Range(0, Connections).Select(n => Task.Run(async () =>
        {
            var buffer = new byte[8192];
            while (!stop.IsCancellationRequested)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(new IPAddress([127, 64, 250, (byte)(n + 1)]), 0)); // Many addresses, so that ports do not run out.
                await socket.ConnectAsync(at);
                await socket.SendAsync(Get);
                for (var read = 0; read < 2048;)
                {
                    var more = await socket.ReceiveAsync(buffer);
                    read += more > 0 ? more : throw new EndOfStreamException();
                }

                socket.LingerState = new(true, 0); // Leaves no port behind that waits.
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        await Task.Delay(duration);
        await stop.CancelAsync();
        await Task.WhenAll(workers);
        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<Measured> StreamAsync(int rounds, TimeSpan duration, TimeProvider time)
    {
        using var source = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        source.Bind(new IPEndPoint(IPAddress.Parse("127.64.250.250"), 0));
        source.Listen();
        var sourceAt = (IPEndPoint)source.LocalEndPoint!;
        var serving = ServeStreamAsync(source);
        var backend = new ServiceBackend(time);
        backend.Update([(sourceAt, true)], null);
        await using var listener = ServiceListener.Start(new(IPAddress.Parse("127.32.250.2"), FreePort()), backend, time, NullLogger.Instance);
        var measured = await CompareAsync("one stream through a Service", "MB/s", rounds, at => DownloadAsync(at, duration), listener.Address, sourceAt);
        source.Dispose();
        await serving;
        return measured;
    }

    private static async Task ServeStreamAsync(Socket source)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (true)
            {
                using var client = await source.AcceptAsync();
                try
                {
                    while (true)
                    {
                        await client.SendAsync(buffer);
                    }
                }
                catch (SocketException)
                {
                    // It has enough.
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private static async Task<double> DownloadAsync(IPEndPoint at, TimeSpan duration)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at);
        var buffer = new byte[256 * 1024];
        var started = Stopwatch.GetTimestamp();
        long bytes = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            bytes += await socket.ReceiveAsync(buffer);
        }

        socket.LingerState = new(true, 0);
        return bytes / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Measures what connections cost that do nothing, both ends of them included.</summary>
    private static async Task<Measured> IdleAsync(TimeProvider time)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Parse("127.64.250.251"), 0));
        server.Listen();
        var backend = new ServiceBackend(time);
        backend.Update([((IPEndPoint)server.LocalEndPoint!, true)], null);
        await using var listener = ServiceListener.Start(new(IPAddress.Parse("127.32.250.3"), FreePort()), backend, time, NullLogger.Instance);
        var direct = await HeapAsync(server, (IPEndPoint)server.LocalEndPoint!);
        return new("managed heap of an idle connection, both ends included", "KiB", await HeapAsync(server, listener.Address), direct, null);
    }

    private static async Task<double> HeapAsync(Socket server, IPEndPoint at)
    {
        var sockets = new List<Socket>(2 * Idle);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Idle; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(at);
            var other = await server.AcceptAsync();
            await other.SendAsync(new byte[1]);
            await socket.ReceiveAsync(new byte[1]);
            sockets.Add(socket);
            sockets.Add(other);
        }

        var heap = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / Idle;
        sockets.ForEach(s => s.Dispose());
        return heap;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static RawObject Service => Raw("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"bench","namespace":"default","uid":"1"},"spec":{"clusterIP":"127.32.250.1","ports":[{"port":80}]}}""");

    private static RawObject Ingress => Raw("""
        {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"bench","namespace":"default","uid":"3"},
         "spec":{"rules":[{"host":"bench.localhost","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"bench","port":{"number":80}}}}]}}]}}
        """);

    private static RawObject Slice(IPEndPoint server)
    {
        var slice = JsonTree.ParseMap("""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"bench","namespace":"default","uid":"2","labels":{"kubernetes.io/service-name":"bench"}},
             "addressType":"IPv4"}
            """);
        slice["endpoints"] = new JsonList { new JsonMap { ["addresses"] = new JsonList { server.Address.ToString() } } };
        slice["ports"] = new JsonList { new JsonMap { ["port"] = (long)server.Port } };
        return RawObject.FromMap(slice);
    }

    private static RawObject Raw(string json) => RawObject.Parse(Encoding.UTF8.GetBytes(json));
}
