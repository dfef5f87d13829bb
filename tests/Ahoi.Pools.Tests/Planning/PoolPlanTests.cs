using Ahoi.Pools.Api;
using Ahoi.Pools.Contract;
using Ahoi.Pools.Planning;

namespace Ahoi.Pools.Tests.Planning;

public sealed class PoolPlanTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DatabaseView Database = new("db-postgres.shop.svc", 5432, "app", "db-database", "db-pool-login", 100, 3, true, null, null);

    [Fact]
    public void Budget_TwoPoolersOfAHundredConnections_LeavesRoomForOthers()
    {
        var budget = PoolSize.Of(Pool().Spec, Database, 2);

        Assert.Equal(new PoolBudget { MaxConnections = 100, Unavailable = 13, Available = 87, PerReplica = 42 }, budget);
        Assert.Equal(9, PoolSize.Of(Pool(s => s with { MaxServerConnections = 20 }).Spec, Database, 2).PerReplica);
        Assert.Equal(0, PoolSize.Of(Pool().Spec, Database with { MaxConnections = 12 }, 2).PerReplica);
    }

    [Fact]
    public void Scale_Up_ShrinksTheCapsFirst()
    {
        var pool = Pool(s => s with { Replicas = 4 });

        var shrink = Make(pool, 2, [Pooler(0, cap: 42), Pooler(1, cap: 42)]);
        Assert.Equal(2, shrink.Replicas);
        Assert.Equal(20, shrink.Orders.Cap);

        Assert.Equal(2, Make(pool, 2, [Pooler(0, 20, shrink), Pooler(1, cap: 42)]).Replicas);
        Assert.Equal(4, Make(pool, 2, [Pooler(0, 20, shrink), Pooler(1, 20, shrink)]).Replicas);
    }

    [Fact]
    public void Scale_Down_RaisesTheCapsWhenPoolersAreGone()
    {
        var pool = Pool(s => s with { Replicas = 1 });

        var down = Make(pool, 2, [Pooler(0, 42), Pooler(1, 42) with { IsLeaving = true }]);
        Assert.Equal(1, down.Replicas);
        Assert.Equal(42, down.Orders.Cap);

        Assert.Equal(86, Make(pool, 1, [Pooler(0, 42)]).Orders.Cap);
    }

    [Fact]
    public void Scale_BeyondTheBudget_KeepsWhatIsThere()
    {
        var plan = Make(Pool(s => s with { Replicas = 16 }), 2, [Pooler(0, 5), Pooler(1, 5)], Database with { MaxConnections = 40 });

        Assert.False(plan.IsWithinBudget);
        Assert.Equal(2, plan.Replicas);
        Assert.Equal(12, plan.Orders.Cap);
    }

    [Fact]
    public void Work_Planned_IsAgreedToWhenAllArePausedAndEndsWithIt()
    {
        var pool = Pool();
        var work = Database with { MaintenanceId = "w-1", MaintenancePhase = "Requested" };

        var asked = Make(pool, 2, [Pooler(0, 42), Pooler(1, 42)], work);
        Assert.Equal("w-1", asked.Orders.Pause?.Id);
        Assert.Null(asked.PausedFor);

        var half = Make(pool, 2, [Paused(0, asked), Pooler(1, 42, asked)], work, asked.Orders.Pause, Now + TimeSpan.FromSeconds(1));
        Assert.Null(half.PausedFor);
        Assert.Equal(asked.Orders.Pause, half.Orders.Pause);

        var agreed = Make(pool, 2, [Paused(0, asked), Paused(1, asked)], work, asked.Orders.Pause, Now + TimeSpan.FromSeconds(3));
        Assert.Equal("w-1", agreed.PausedFor);
        Assert.Equal(Now + TimeSpan.FromSeconds(3), agreed.Orders.Pause!.RenewedAt); // Held as long as somebody says so.

        var ended = Make(pool, 2, [Paused(0, asked), Paused(1, asked)], Database, agreed.Orders.Pause, Now + TimeSpan.FromSeconds(5));
        Assert.Null(ended.Orders.Pause);
        Assert.Equal(("Completed", 5000L), (ended.Ended!.Result, ended.Ended.PausedMs));
    }

    [Theory]
    [InlineData(PauseTimeoutAction.Abort)]
    [InlineData(PauseTimeoutAction.Kill)]
    public void Work_TransactionDoesNotEnd_IsCalledOffOrTheTransactionIsCut(PauseTimeoutAction action)
    {
        var pool = Pool(s => s with { Failover = new() { OnTimeout = action } });
        var work = Database with { MaintenanceId = "w-1", MaintenancePhase = "Requested" };
        var asked = Make(pool, 2, [Pooler(0, 42), Pooler(1, 42)], work);

        var late = Make(pool, 2, [Paused(0, asked), Pooler(1, 42, asked)], work, asked.Orders.Pause, Now + TimeSpan.FromSeconds(12));

        Assert.Equal(action == PauseTimeoutAction.Kill, late.Orders.Pause?.Kill == true);
        Assert.Equal(action == PauseTimeoutAction.Abort ? "w-1" : null, late.PauseFailedFor);
        if (action == PauseTimeoutAction.Abort)
        {
            // It stays called off until the work has another name.
            var failed = pool with { Status = new() { PauseFailedFor = "w-1" } };
            Assert.Null(Make(failed, 2, [Pooler(0, 42), Pooler(1, 42)], work).Orders.Pause);
            Assert.Equal("w-2", Make(failed, 2, [Pooler(0, 42)], work with { MaintenanceId = "w-2" }).Orders.Pause?.Id);
        }
    }

    [Fact]
    public void Work_PoolerDrains_WaitsForItsEnd()
    {
        var work = Database with { MaintenanceId = "w-1", MaintenancePhase = "Requested" };

        Assert.Null(Make(Pool(), 2, [Pooler(0, 42), Pooler(1, 42) with { IsLeaving = true }], work).Orders.Pause);
    }

    [Theory]
    [InlineData(PauseMode.Manual)]
    [InlineData(PauseMode.Off)]
    public void Work_NobodyPausesForIt_IsAgreedToAtOnce(PauseMode mode)
    {
        var pool = Pool(s => s with { Failover = new() { Pause = mode } });

        var plan = Make(pool, 2, [Pooler(0, 42)], Database with { MaintenanceId = "w-1", MaintenancePhase = "Requested" });

        Assert.Null(plan.Orders.Pause);
        Assert.Equal("w-1", plan.PausedFor);
    }

    [Fact]
    public void Configuration_NamesEachDatabaseAndSortsItsSettings()
    {
        var text = PoolConfiguration.Render(Pool(s => s with { Parameters = new Dictionary<string, string> { ["server_lifetime"] = "60" } }), Database, 42, ["10.0.0.1", null]);

        Assert.Contains("app = host=db-postgres.shop.svc port=5432 dbname=app\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("*", text, StringComparison.Ordinal);
        Assert.Contains("1 = host=10.0.0.1 port=5432\n2 = host=db-pool-1.db-pool-pods.shop.svc port=5432\n", text, StringComparison.Ordinal);
        Assert.Contains("max_db_connections = 42\n", text, StringComparison.Ordinal);
        Assert.Contains("server_lifetime = 60\n", text, StringComparison.Ordinal);
        var settings = text[text.IndexOf("[pgbouncer]", StringComparison.Ordinal)..].Split('\n')[1..^1];
        Assert.Equal(settings.Order(StringComparer.Ordinal), settings);
    }

    [Fact]
    public void Orders_WrittenAndRead_AreTheSame()
    {
        var orders = new PoolOrders("[pgbouncer]", "abc", ["app"], 42, new("w-1", Now, Now + TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), true), "again");

        var read = PoolOrders.Read(orders.Configuration, orders.ToJson());

        Assert.Equal(orders.Pause, read.Pause);
        Assert.Equal(orders.ToJson(), read.ToJson());
        Assert.Throws<FormatException>(() => PoolOrders.Read("", "{}"));
        Assert.Throws<FormatException>(() => PoolOrders.Read("", "nonsense"));
    }

    [Fact]
    public void Report_WrittenAndRead_IsTheSame()
    {
        var report = new PoolerReport { Applied = "abc", Under = 7, PausedFor = "w-1", Writable = false, Target = "10.0.0.1:5432", Draining = true, Fault = "no" };

        Assert.Equal(report, PoolerReport.Read(report.ToJson()));
        Assert.Equal(new(), PoolerReport.Read("nonsense"));
        Assert.Equal(new(), PoolerReport.Read(null));
    }

    private static ConnectionPool Pool(Func<ConnectionPoolSpec, ConnectionPoolSpec>? change = null)
    {
        var spec = new ConnectionPoolSpec { DatabaseRef = new() { Name = "db" } };
        return new() { Metadata = new() { Name = "db", Namespace = "shop" }, Spec = change?.Invoke(spec) ?? spec };
    }

    private static PoolPlan Make(
        ConnectionPool pool, int? present, Pooler[] poolers, DatabaseView? database = null, PauseOrder? pause = null, DateTimeOffset? now = null) =>
        PoolPlan.Make(pool, database ?? Database, present, poolers, pause, "", now ?? Now);

    private static Pooler Pooler(int ordinal, int cap, PoolPlan? plan = null) =>
        new($"db-pool-{ordinal}", null, IsReady: true, IsLeaving: false, new() { Applied = plan?.Orders.Hash ?? "before", Under = cap });

    private static Pooler Paused(int ordinal, PoolPlan plan) =>
        Pooler(ordinal, 42, plan) is var pooler ? pooler with { Report = pooler.Report with { PausedFor = plan.Orders.Pause!.Id } } : null!;
}
