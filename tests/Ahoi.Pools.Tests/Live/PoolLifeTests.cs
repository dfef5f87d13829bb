using Ahoi.Api.Json;
using Ahoi.Client.Requests;
using Ahoi.Tests.Shared;
using Npgsql;

namespace Ahoi.Pools.Tests.Live;

/// <summary>A pool on real pgbouncers in front of a real PostgreSQL.</summary>
public sealed class PoolLifeTests
{
    [Fact]
    public async Task Pool_ReloadsScalesAndPausesUnderLoad_LosesNothing()
    {
        await using var world = await PoolWorld.StartAsync();
        var pool = await world.ReadyAsync();
        Assert.Equal(60L - 3 - 10, pool.At("status", "budget", "available"));
        Assert.Equal(((60L - 3 - 10) / 2) - 1, pool.At("status", "budget", "perReplica"));

        await using var ledger = await Ledger.StartAsync(world.ConnectionAsync, clients: 40, retries: false);
        await ledger.MoreAsync(500);

        // Settings change, and nobody notices.
        for (var i = 1; i <= 10; i++)
        {
            var patched = await world.PatchAsync($$$"""{"spec":{"maxClientConnections":{{{1000 + i}}}}}""");
            await world.Cluster.UntilAsync(PoolWorld.Pools, PoolWorld.Key, p => LiveCluster.IsReady(p) && p.At("status", "observedGeneration") as long? >= patched.Generation);
        }

        await ledger.MoreAsync(200);
        Assert.Empty(ledger.Failures);

        // The server is restarted on purpose: clients wait, and nobody fails.
        await world.PatchDatabaseAsync("""{"metadata":{"annotations":{"internal.example.com/restarted-at":"1"}}}""");
        var switched = await world.Cluster.UntilAsync(PoolWorld.Pools, PoolWorld.Key, p => p.At("status", "lastSwitchover", "result") is "Completed");
        TestContext.Current.SendDiagnosticMessage("planned restart: clients waited for {0} ms", switched.At("status", "lastSwitchover", "pausedMs"));
        await ledger.MoreAsync(500);
        Assert.Empty(ledger.Failures);

        await CheckAsync(world, ledger);

        // A pool is gone when its poolers are.
        NpgsqlConnection.ClearAllPools();
        await world.Client.DeleteAsync(PoolWorld.Pools, PoolWorld.Key);
        await world.Cluster.GoneAsync(PoolWorld.Pools, PoolWorld.Key);
        Assert.DoesNotContain((await world.Client.ListAsync(PoolWorld.Pods, PoolWorld.Namespace)).Items, p => p.Name.StartsWith("db-pool-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pool_ScalesAndRollsUnderLoad_KeepsToItsBudgetAndReachesWhoIsToBeCancelled()
    {
        await using var world = await PoolWorld.StartAsync(replicas: 1, maxConnections: 40);
        await using var ledger = await Ledger.StartAsync(world.ConnectionAsync, clients: 60, retries: true);
        await ledger.MoreAsync(500);
        await using var budget = await BudgetWatch.StartAsync(world);

        await ScaleAsync(world, 3);
        await ledger.MoreAsync(500);
        await CancelAsync(world, times: 20);

        // What kubectl rollout restart does.
        await world.Client.PatchAsync(
            PoolWorld.StatefulSets,
            new(PoolWorld.Namespace, "db-pool"),
            Patch.Merge(JsonTree.ParseMap("""{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}}""")));
        await world.Cluster.UntilAsync(
            PoolWorld.StatefulSets,
            new(PoolWorld.Namespace, "db-pool"),
            s => s.At("status", "observedGeneration") as long? == s.At("metadata", "generation") as long?
                && s.At("status", "updatedReplicas") is 3L && s.At("status", "readyReplicas") is 3L && (string)s.At("status", "currentRevision")! == (string)s.At("status", "updateRevision")!,
            TimeSpan.FromMinutes(3));
        await world.ReadyAsync();
        await ledger.MoreAsync(500);

        await ScaleAsync(world, 1);
        await ledger.MoreAsync(500);

        Assert.Empty(ledger.Failures);
        var (most, samples) = await budget.EndAsync();
        TestContext.Current.SendDiagnosticMessage("at most {0} server connections in {1} samples", most, samples);
        Assert.InRange(most, 1, 40 - 3 - 10);
        await CheckAsync(world, ledger);
    }

    [Fact]
    public async Task Pool_ServerIsKilledAndPasswordChanges_ServiceIsBackAndNothingAcknowledgedIsLost()
    {
        await using var world = await PoolWorld.StartAsync();
        await using var ledger = await Ledger.StartAsync(world.ConnectionAsync, clients: 20, retries: false);
        await ledger.MoreAsync(500);

        var pod = await world.Cluster.UntilAsync(PoolWorld.Pods, PoolWorld.Server, LiveCluster.IsReady);
        await world.Cluster.ExecAsync(PoolWorld.Server, "sh", "-c", "kill -9 $(head -n 1 $PGDATA/postmaster.pid)");
        await world.Cluster.UntilAsync(
            PoolWorld.Pods, PoolWorld.Server, p => (p.At("status", "containerStatuses") as JsonList)!.Maps.Single().Integer("restartCount") == 1 && LiveCluster.IsTrue(p, "Ready"));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        await ledger.MoreAsync(100);
        var back = System.Diagnostics.Stopwatch.GetElapsedTime(started);
        TestContext.Current.SendDiagnosticMessage("killed server: 100 transactions {0:0.00} s after it was ready again", back.TotalSeconds);
        Assert.NotNull(pod);
        Assert.InRange(back.TotalSeconds, 0, 5);
        await CheckAsync(world, ledger);

        // A new password: who has the new one works at once, who has the old one goes on for its time.
        await using var before = await Ledger.StartAsync(world.ConnectionAsync, clients: 10, retries: false);
        var former = (await world.ConnectionAsync()).Password;
        await world.PatchDatabaseAsync("""{"metadata":{"annotations":{"internal.example.com/rotate-password":"1"}}}""");
        await world.Cluster.UntilAsync(
            PoolWorld.Secrets, new(PoolWorld.Namespace, "db-pool"), s => Text(s, "password") != former);
        await using var after = await Ledger.StartAsync(world.ConnectionAsync, clients: 10, retries: false);
        await after.MoreAsync(200);
        await before.MoreAsync(50);
        Assert.Empty(before.Failures);
        await before.EndAsync();
        await world.Cluster.UntilAsync(
            PoolWorld.Secrets, new(PoolWorld.Namespace, "db-logins"), s => s.Map("data")!.Keys.Count(k => k.EndsWith(".password", StringComparison.Ordinal)) == 1);
        await after.MoreAsync(200);
        Assert.Empty(after.Failures);
    }

    private static string Text(JsonMap secret, string key) =>
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)secret.At("data", key)!));

    private static async Task ScaleAsync(PoolWorld world, int replicas)
    {
        await world.PatchAsync($$$"""{"spec":{"replicas":{{{replicas}}}}}""");
        await world.Cluster.UntilAsync(
            PoolWorld.Pools, PoolWorld.Key, p => LiveCluster.IsReady(p) && p.At("status", "readyReplicas") as long? == replicas && p.At("status", "replicas") as long? == replicas,
            TimeSpan.FromMinutes(3));
    }

    /// <summary>A request to cancel comes on a connection of its own, and the Service sends it to any pooler.</summary>
    private static async Task CancelAsync(PoolWorld world, int times)
    {
        var settings = await world.ConnectionAsync();
        settings.CancellationTimeout = 20_000; // The machine is busy.
        await using var source = NpgsqlDataSource.Create(settings);
        for (var i = 0; i < times; i++)
        {
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_sleep(60) /* cancelled {i} */", connection);
            var asked = command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            while (await world.SqlAsync($"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%cancelled {i} %' AND pid <> pg_backend_pid()") == "0")
            {
                Assert.False(asked.IsCompleted, asked.Exception?.ToString());
            }

            command.Cancel();
            var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => asked);
            Assert.True(cancelled.InnerException is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }, $"{cancelled}\n{await world.LogsAsync()}");
        }
    }

    private static async Task CheckAsync(PoolWorld world, Ledger ledger)
    {
        var acknowledged = await ledger.EndAsync();
        await using var source = NpgsqlDataSource.Create(await world.ConnectionAsync());
        await using var command = source.CreateCommand("SELECT id FROM ledger");
        var written = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(written.Add(reader.GetGuid(0)), "a transaction was written twice");
        }

        Assert.Superset(acknowledged.ToHashSet(), written);
    }
}
