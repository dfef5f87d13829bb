using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.Benchmarks.ApiServer;

/// <summary>The API server against a bare Kestrel endpoint in the same process, over loopback without TLS, in turns.</summary>
internal static class ApiServerBenchmark
{
    private const int Connections = 32;
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private static readonly string Value = new('x', 1800);
    private static long _names;

    public static async Task<IReadOnlyList<Measured>> RunAsync(int rounds, TimeSpan each)
    {
        var measured = new List<Measured>();
        await MeasureRequestsAsync(rounds, each, measured);
        await MeasureListAsync(rounds, measured);
        await MeasureStorageAsync(rounds, each, measured);
        await MeasureWatchersAsync(measured);
        await MeasureStartAndHeapAsync(measured);
        return measured;
    }

    private static async Task MeasureRequestsAsync(int rounds, TimeSpan each, List<Measured> measured)
    {
        var one = Encoding.UTF8.GetBytes(ConfigMap("one"));
        await using var bare = await BareServer.StartAsync(one);
        var post = Request("POST", "/", one);
        var get = Request("GET", "/", null);
        await CreateOnNewServerAsync(each); // Warm: the compiler is done with what matters.
        await HttpLoad.RunAsync(bare.Address, Connections, each / 2, () => () => post);
        var creates = await CompareAsync(rounds, () => CreateOnNewServerAsync(each), () => HttpLoad.RunAsync(bare.Address, Connections, each, () => () => post));
        measured.Add(new("creates of 2 KiB", "1/s", creates.Ours, creates.Baseline, 0.5));

        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        var address = AddressOf(server);
        using var client = Connect(server);
        await PostAsync(client);
        var getOne = Request("GET", $"{ConfigMaps}/c{Interlocked.Read(ref _names)}", null);
        var gets = await CompareAsync(rounds, () => HttpLoad.RunAsync(address, Connections, each, () => () => getOne), () => HttpLoad.RunAsync(bare.Address, Connections, each, () => () => get));
        measured.Add(new("gets of 2 KiB", "1/s", gets.Ours, gets.Baseline, 0.5));
    }

    /// <summary>On a server of its own each time: what was created before is not to weigh on what follows.</summary>
    private static async Task<double> CreateOnNewServerAsync(TimeSpan each)
    {
        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        return await HttpLoad.RunAsync(AddressOf(server), Connections, each, Creates);
    }

    private static async Task MeasureListAsync(int rounds, List<Measured> measured)
    {
        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        using var client = Connect(server);
        await FillAsync(client, 10_000);
        var list = Request("GET", $"{ConfigMaps}?resourceVersion=0", null);
        var address = AddressOf(server);
        var length = await HttpLoad.BodyAsync(address, list);
        await using var bare = await BareServer.StartAsync(new byte[length]);
        var get = Request("GET", "/", null);
        await HttpLoad.BodyAsync(bare.Address, get);

        var lists = await CompareAsync(rounds * 4, () => BytesPerSecondAsync(address, list), () => BytesPerSecondAsync(bare.Address, get));
        measured.Add(new($"list of 10,000 ({length / 1048576} MiB)", "MB/s", lists.Ours / 1e6, lists.Baseline / 1e6, 1));
    }

    private static async Task MeasureStorageAsync(int rounds, TimeSpan each, List<Measured> measured)
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-bench-");
        try
        {
            await using var memory = new MemoryRevisionStore();
            await using var sqlite = SqliteRevisionStore.Open(Path.Combine(folder.FullName, "store.db"));
            await using var inMemory = await StartAsync(memory);
            await using var onDisk = await StartAsync(sqlite);
            var both = await CompareAsync(
                rounds,
                () => HttpLoad.RunAsync(AddressOf(onDisk), 64, each, Creates),
                () => HttpLoad.RunAsync(AddressOf(inMemory), 64, each, Creates));
            measured.Add(new("creates on SQLite against memory, 64 writers", "1/s", both.Ours, both.Baseline, 0.5));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>How long an event takes to reach all watchers, against reaching one.</summary>
    private static async Task MeasureWatchersAsync(List<Measured> measured)
    {
        const int Watchers = 1000;
        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        using var client = Connect(server);
        using var arrived = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watchers = Enumerable.Range(0, Watchers).Select(_ => WatchAsync(client, arrived, stop.Token)).ToArray();
        await EventAsync(client, arrived, Watchers);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Watchers / 1024;

        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await EventAsync(client, arrived, Watchers);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        await stop.CancelAsync();
        await Task.WhenAll(watchers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        measured.Add(new("an event to 1,000 watchers in process", "ms", Median(times), null, null));
        measured.Add(new("heap of an idle watch in process, its client included", "KiB", each, null, null));
    }

    private static async Task MeasureStartAndHeapAsync(List<Measured> measured)
    {
        var starts = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var store = new MemoryRevisionStore();
            await using var server = await StartAsync(store, listen: false);
            starts.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        measured.Add(new("a new, ready server in process, warm", "ms", Median(starts), null, null) { AtMost = 50 });

        await using var filled = new MemoryRevisionStore();
        await using var holder = await StartAsync(filled, listen: false);
        using var client = Connect(holder);
        const int Objects = 10_000;
        await FillAsync(client, 100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await FillAsync(client, Objects);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Objects / 1024;
        measured.Add(new("managed heap of an idle stored 2 KiB object", "KiB", each, null, null) { AtMost = 10 });
    }

    /// <summary>Both in turns, so that what else the machine does falls on both; the median of each.</summary>
    private static async Task<(double Ours, double Baseline)> CompareAsync(int rounds, Func<Task<double>> ours, Func<Task<double>> baseline)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            a.Add(await ours());
            b.Add(await baseline());
        }

        return (Median(a), Median(b));
    }

    private static async Task<double> BytesPerSecondAsync(IPEndPoint server, byte[] request)
    {
        var started = Stopwatch.GetTimestamp();
        var length = await HttpLoad.BodyAsync(server, request);
        return length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task EventAsync(HttpClient client, SemaphoreSlim arrived, int watchers)
    {
        await PostAsync(client);
        for (var i = 0; i < watchers; i++)
        {
            await arrived.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private static async Task WatchAsync(HttpClient client, SemaphoreSlim arrived, CancellationToken stop)
    {
        await using var stream = await client.GetStreamAsync(new Uri($"http://localhost{ConfigMaps}?watch=1"), stop);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, stop)) > 0;)
        {
            for (var lines = buffer.AsSpan(0, read).Count((byte)'\n'); lines > 0; lines--)
            {
                arrived.Release();
            }
        }
    }

    private static async Task FillAsync(HttpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await PostAsync(client);
        }
    }

    private static async Task PostAsync(HttpClient client)
    {
        using var content = new StringContent(ConfigMap($"c{Interlocked.Increment(ref _names)}"), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"http://localhost{ConfigMaps}"), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<KubeApiServer> StartAsync(IRevisionStore store, bool listen = true)
    {
        var server = new KubeApiServer(new ApiServerOptions
        {
            Store = store,
            Listen = listen ? new IPEndPoint(IPAddress.Loopback, 0) : null,
            Tokens = [new TokenUser("token", "admin", "admin", ["system:masters"])],
        });
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    private static HttpClient Connect(KubeApiServer server)
    {
        var client = new HttpClient(server.CreateHandler());
        client.DefaultRequestHeaders.Authorization = new("Bearer", "token");
        return client;
    }

    private static IPEndPoint AddressOf(KubeApiServer server) => new(IPAddress.Loopback, server.Url!.Port);

    /// <summary>Requests to create that are made beforehand but for their names: the load is not to weigh more on one side.</summary>
    private static Func<byte[]> Creates()
    {
        var template = Request("POST", ConfigMaps, Encoding.UTF8.GetBytes(ConfigMap("c0000000000")));
        var at = template.AsSpan().IndexOf("c0000000000"u8) + 1;
        return () =>
        {
            Interlocked.Increment(ref _names).TryFormat(template.AsSpan(at), out _, "D10", CultureInfo.InvariantCulture);
            return template;
        };
    }

    private static byte[] Request(string method, string path, byte[]? body)
    {
        var head = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token\r\n"
            + (body is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body ?? []];
    }

    private static string ConfigMap(string name) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k":"{{{Value}}}"}}""";

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
