using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Watching;

/// <summary>Many watches of one kind at once, and one that does not read.</summary>
public sealed class ManyWatchesTests
{
    private const int Watches = 10_000;
    private const int Events = 5;
    private const string Path = "http://localhost/api/v1/namespaces/default/configmaps";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Watches_TenThousandOnOneKind_EachGetsEveryEventOnceAndInOrder()
    {
        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        using var client = Connect(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Patience);
        var watching = new Task<string[]>[Watches];
        for (var i = 0; i < Watches; i++)
        {
            var stream = await client.GetStreamAsync(new Uri($"{Path}?watch=1"), stop.Token);
            watching[i] = Task.Run(() => NamesAsync(stream, stop.Token));
        }

        // Somebody who asks and never reads.
        await using var idle = await client.GetStreamAsync(new Uri($"{Path}?watch=1"), stop.Token);
        var expected = new string[Events];
        for (var i = 0; i < Events; i++)
        {
            expected[i] = $"c{i}";
            await CreateAsync(client, expected[i], "");
        }

        foreach (var seen in await Task.WhenAll(watching).WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public async Task Watch_ThatDoesNotRead_HoldsUpNobodyAndKeepsNoMemory()
    {
        await using var store = new MemoryRevisionStore();
        await using var server = await StartAsync(store);
        using var client = Connect(server);
        var cancel = TestContext.Current.CancellationToken;
        await using var slow = await client.GetStreamAsync(new Uri($"{Path}?watch=1"), cancel);
        await using var quick = await client.GetStreamAsync(new Uri($"{Path}?watch=1"), cancel);

        // Far more than any buffer on the way holds: 20 MB past somebody who reads nothing.
        const int Many = 2000;
        var text = new string('x', 10_000);
        var reading = Task.Run(() => NamesAsync(quick, cancel, Many), cancel);
        for (var i = 0; i < Many; i++)
        {
            await CreateAsync(client, $"c{i}", text);
        }

        var seen = await reading.WaitAsync(Patience, cancel);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"c{i}"), seen);

        // Whoever reads at last gets what there was in order, or is told that it is gone.
        var late = await NamesAsync(slow, cancel, Many).WaitAsync(Patience, cancel);
        Assert.Equal(Enumerable.Range(0, late.Length).Select(i => $"c{i}"), late);
    }

    private static async Task<string[]> NamesAsync(Stream stream, CancellationToken cancellationToken, int count = Events)
    {
        await using (stream)
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var names = new List<string>();
            while (names.Count < count && await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                var change = JsonTree.ParseMap(line);
                if (change.Text("type") == "ERROR")
                {
                    Assert.Equal(410L, change.At("object", "code"));
                    break;
                }

                Assert.Equal("ADDED", change.Text("type"));
                names.Add((string)change.At("object", "metadata", "name")!);
            }

            return [.. names];
        }
    }

    private static async Task CreateAsync(HttpClient client, string name, string text)
    {
        using var content = new StringContent($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k":"{{{text}}}"}}""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(Path), content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<KubeApiServer> StartAsync(IRevisionStore store)
    {
        var server = new KubeApiServer(new ApiServerOptions { Store = store, Tokens = [new TokenUser("admin", "admin", "admin", ["system:masters"])] });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private static HttpClient Connect(KubeApiServer server)
    {
        var client = new HttpClient(server.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "admin");
        return client;
    }
}
