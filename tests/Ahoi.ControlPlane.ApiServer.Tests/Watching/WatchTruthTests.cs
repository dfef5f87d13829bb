using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Watching;

/// <summary>
/// Every watcher is told every change that concerns it exactly once and in order, or that its place is gone: with many
/// writers and watchers, selectors that objects enter and leave, compactions, and restarts of the server.
/// AHOI_WATCH_SEED runs one seed, AHOI_WATCH_SEEDS so many of them.
/// </summary>
public sealed class WatchTruthTests
{
    private const int Writers = 4;
    private const int Rounds = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly WatchScope[] Scopes =
    [
        new("configmaps", "", "app", ""),
        new("configmaps", "truth-a", "", ""),
        new("configmaps", "", "app=a", ""),
        new("configmaps", "truth-b", "app in (a,b),tier!=0", ""),
        new("pods", "", "", ""),
        new("pods", "", "", "Running"),
        new("pods", "truth-c", "app!=b", "Pending"),
        new("pods", "truth-a", "tier=1", ""),
    ];

    public static TheoryData<int, bool> Seeds()
    {
        var data = new TheoryData<int, bool>();
        var only = Environment.GetEnvironmentVariable("AHOI_WATCH_SEED");
        var count = int.TryParse(Environment.GetEnvironmentVariable("AHOI_WATCH_SEEDS"), out var given) ? given : 2;
        foreach (var seed in only is null ? Enumerable.Range(1, count) : [int.Parse(only, System.Globalization.CultureInfo.InvariantCulture)])
        {
            data.Add(seed, false);
            data.Add(seed, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Watchers_ThatComeAndGo_AreToldEveryChangeOnceAndInOrder(int seed, bool durable)
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-watch-");
        try
        {
            IRevisionStore store = durable ? SqliteRevisionStore.Open(Path.Combine(folder.FullName, "store.db")) : new MemoryRevisionStore();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Patience);
            await using var world = new WatchWorld(store);
            await RunAsync(world, seed, limit.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(WatchWorld world, int seed, CancellationToken cancellationToken)
    {
        using var recording = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = world.Store.Revision;
        var record = Task.Run(() => world.History.RecordAsync(world.Store, first, recording.Token), cancellationToken);
        await world.StartAsync(cancellationToken);
        foreach (var name in WatchWorld.Namespaces)
        {
            await world.WriteAsync(
                "POST", "/api/v1/namespaces", $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }""", "application/json", cancellationToken);
        }

        var writing = Writers;
        var clients = Scopes.Select((scope, i) => new WatchClient(world, scope, new Random((seed * 1000) + i))).ToList();
        var watching = clients.Select(client => Task.Run(
            async () =>
            {
                while (Volatile.Read(ref writing) > 0)
                {
                    await client.VisitAsync(cancellationToken);
                }
            },
            cancellationToken)).ToList();
        var writers = Enumerable.Range(0, Writers).Select(i => Task.Run(
            async () =>
            {
                try
                {
                    await WriteAsync(world, new Random((seed * 1000) + 100 + i), i == 0, cancellationToken);
                }
                finally
                {
                    Interlocked.Decrement(ref writing);
                }
            },
            cancellationToken)).ToList();
        await Task.WhenAll(writers);

        // Those that wait for events get some as long as they wait.
        var last = new Random(seed);
        while (watching.Exists(w => !w.IsCompleted))
        {
            world.Time.Advance(TimeSpan.FromSeconds(30));
            await world.ChangeAsync(last, cancellationToken);
        }

        await Task.WhenAll(watching);
        var newest = world.Store.Revision;
        while (world.History.Revision < newest)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }

        foreach (var client in clients)
        {
            await client.CatchUpAsync(cancellationToken);
            client.Verify();
        }

        Assert.True(world.Starts > 1 && clients.Sum(c => c.Events) > 100, "The run was too quiet to tell anything.");
        await recording.CancelAsync();
        await record.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: revision {newest}, {clients.Sum(c => c.Events)} events, {clients.Sum(c => c.Bookmarks)} bookmarks, {clients.Sum(c => c.Expired)} times 410");
    }

    // The first writer also drives the clock, compacts the store and restarts the server.
    private static async Task WriteAsync(WatchWorld world, Random random, bool drives, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Rounds * 3; i++)
        {
            try
            {
                await world.ChangeAsync(random, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The server was restarted under it.
            }

            if (drives && i % 3 == 0)
            {
                world.Time.Advance(TimeSpan.FromSeconds(random.Next(20)));
            }

            if (drives && i % 20 == 19)
            {
                await world.Store.CompactAsync(Math.Max(1, Math.Min(world.History.Revision, world.Store.Revision) - random.Next(60)), cancellationToken);
            }

            if (drives && i % Rounds == Rounds - 1)
            {
                await world.RestartAsync(cancellationToken);
            }
        }
    }
}
