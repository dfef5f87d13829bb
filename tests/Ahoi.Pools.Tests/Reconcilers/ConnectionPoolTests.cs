using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Pools.Tests.Reconcilers;

public sealed class ConnectionPoolTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Pools = new("internal.example.com", "v1", "connectionpools");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    private static readonly ObjectKey Key = new("default", "db");

    private TestCluster _cluster = null!;
    private IHost _first = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _first = await _cluster.RunOperatorAsync(ahoi => ahoi.AddPools(), "pools");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _first.Dispose();
    }

    [Fact]
    public async Task Pool_WithoutDatabases_SaysWhatIsMissing()
    {
        await CreateAsync("{}");

        var pool = await _cluster.WaitForAsync(Pools, Key, p => p.At("status", "phase") is "Pending");

        var ready = (pool.At("status", "conditions") as JsonList)!.Maps.Single(c => c.Text("type") == "Ready");
        Assert.Equal("NoDatabaseKind", ready.Text("reason"));
        Assert.Contains("Tenancy", ready.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queryWaitTimeout":"10s"}""", "pauseTimeout must be shorter")]
    [InlineData("""{"failover":{"pauseTimeout":"13s"}}""", "at most 12s")]
    [InlineData("""{"drain":{"gracePeriod":"20s"}}""", "gracePeriod must be longer")]
    [InlineData("""{"mode":"session"}""", "mode session")]
    [InlineData("""{"maxServerConnections":3}""", "at least two for each")]
    [InlineData("""{"parameters":{"listen_port":"1"}}""", "parameters may be")]
    [InlineData("""{"replicas":17}""", "spec.replicas")]
    [InlineData("""{"mode":"statement"}""", "spec.mode")]
    [InlineData("""{"queryWaitTimeout":"soon"}""", "spec.queryWaitTimeout")]
    [InlineData("""{"queryWaitTimeout":""}""", "spec.queryWaitTimeout")]
    [InlineData("""{"failover":{"pauseTimeout":"0s"}}""", "at least 1s")]
    [InlineData("""{"failover":{"pause":"Always"}}""", "spec.failover.pause")]
    [InlineData("""{"failover":{"onTimeout":"Wait"}}""", "spec.failover.onTimeout")]
    [InlineData("""{"drain":{"endpointDelay":"1 minute"}}""", "spec.drain.endpointDelay")]
    [InlineData("""{"parameters":{"server_lifetime":"60\nlisten_port = 1"}}""", "parameters have whole numbers")]
    [InlineData("""{"maxClientConnections":0}""", "spec.maxClientConnections")]
    [InlineData("""{"reservedConnections":-1}""", "spec.reservedConnections")]
    [InlineData("""{"type":"rx"}""", "spec.type")]
    [InlineData("""{"databaseRef":{"name":""}}""", "spec.databaseRef.name")]
    public async Task Create_WithWhatCannotWork_IsRefusedWithWhatToDo(string spec, string message)
    {
        var exception = await Assert.ThrowsAsync<ApiException>(() => CreateAsync(spec));

        Assert.Equal(422, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"databaseRef":{"name":"other"}}""", "databaseRef cannot be changed")]
    [InlineData("""{"type":"ro"}""", "type cannot be changed")]
    public async Task Update_OfWhatIsDecided_IsRefused(string spec, string message)
    {
        await CreateAsync("{}");

        var exception = await Assert.ThrowsAsync<ApiException>(() => _cluster.Client.PatchAsync(
            Pools, Key, Patch.Merge(new JsonMap { ["spec"] = JsonTree.ParseMap(spec) })));

        Assert.Equal(422, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_DatabaseIsGone_SaysSoAndGoesOn()
    {
        await InstallDatabasesAsync();
        await CreateDatabaseAsync(maxConnections: 100);
        await CreateAsync("{}");
        var before = await _cluster.WaitForAsync(StatefulSets, new("default", "db-pool"));

        await _cluster.Client.DeleteAsync(Databases, Key);
        var pool = await _cluster.WaitForAsync(Pools, Key, p => Condition(p, "Ready").Text("reason") == "NoDatabase");

        Assert.Contains("There is no Database db in namespace default", Condition(pool, "Ready").Text("message"), StringComparison.Ordinal);
        await EventAsync("NoDatabase");
        var after = (await _cluster.Client.GetAsync(StatefulSets, new("default", "db-pool"))).ToMap();
        Assert.Equal(before.At("metadata", "generation"), after.At("metadata", "generation"));
        Assert.NotNull(await _cluster.Client.FindAsync(Secrets, new("default", "db-pool")));
    }

    [Fact]
    public async Task Pool_BiggerThanItsDatabaseAllows_SaysWhatToChangeAndStaysAsItIs()
    {
        await InstallDatabasesAsync();
        await CreateDatabaseAsync(maxConnections: 40);
        await CreateAsync("{}");
        await _cluster.WaitForAsync(StatefulSets, new("default", "db-pool"), s => s.At("spec", "replicas") is 2L);

        await _cluster.Client.PatchAsync(Pools, Key, Patch.Merge(JsonTree.ParseMap("""{"spec":{"replicas":16}}""")));
        var pool = await _cluster.WaitForAsync(Pools, Key, p => Condition(p, "BudgetSatisfied").Text("status") == "False");

        Assert.Equal("TooFewConnections", Condition(pool, "BudgetSatisfied").Text("reason"));
        Assert.Contains("Lower spec.replicas or spec.reservedConnections, or raise the database's maxConnections", Condition(pool, "BudgetSatisfied").Text("message"), StringComparison.Ordinal);
        Assert.Equal("False", Condition(pool, "Ready").Text("status"));
        await EventAsync("TooFewConnections");
        Assert.Equal(2L, (await _cluster.Client.GetAsync(StatefulSets, new("default", "db-pool"))).ToMap().At("spec", "replicas"));
    }

    [Fact]
    public async Task Secrets_EditedByHand_ArePutBack()
    {
        await InstallDatabasesAsync();
        await CreateDatabaseAsync(maxConnections: 100);
        await CreateAsync("{}");
        foreach (var (name, key) in new[] { ("db-pool", "password"), ("db-pool-orders", "pgbouncer.ini"), ("db-pool-orders", "orders.json") })
        {
            var before = (await _cluster.WaitForAsync(Secrets, new("default", name))).At("data", key);
            await _cluster.Client.PatchAsync(Secrets, new("default", name), Patch.Merge(new JsonMap { ["data"] = new JsonMap { [key] = "bWluZQ==" } }));
            await _cluster.WaitForAsync(Secrets, new("default", name), s => (string?)s.At("data", key) == (string?)before);
        }

        await _cluster.Client.DeleteAsync(Secrets, new("default", "db-pool"));
        await _cluster.WaitForAsync(Secrets, new("default", "db-pool"));
    }

    [Fact]
    public async Task Pool_ForReading_IsRefusedRatherThanLedToWhereWritesGo()
    {
        await CreateAsync("""{"type":"ro"}""");

        var pool = await _cluster.WaitForAsync(Pools, Key, p => Condition(p, "Ready").Text("reason") == "NoReplicas");

        Assert.Contains("make a ConnectionPool of type rw", Condition(pool, "Ready").Text("message"), StringComparison.Ordinal);
        await EventAsync("NoReplicas");
        Assert.Null(await _cluster.Client.FindAsync(StatefulSets, new("default", "db-pool")));
    }

    /// <summary>Plays the operator of databases: there is such a kind, and what it says.</summary>
    private async Task InstallDatabasesAsync()
    {
        // A pool that has waited for the kind looks again after a minute: this one starts with it.
        await TestCluster.StopAsync(_first);
        await _cluster.Client.CreateAsync(new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), null, JsonTree.ParseMap(
            """
            {
              "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "databases.internal.example.com" },
              "spec": {
                "group": "internal.example.com", "scope": "Namespaced", "names": { "kind": "Database", "plural": "databases", "singular": "database" },
                "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }]
              }
            }
            """));
        await _cluster.WaitForAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "databases.internal.example.com"), d => Condition(d, "Established").Text("status") == "True");
        while (await IsMissingAsync())
        {
            await Task.Yield(); // A kind is served a moment after its definition says so.
        }

        await _cluster.RunOperatorAsync(ahoi => ahoi.AddPools(), "pools");
    }

    private async Task<bool> IsMissingAsync()
    {
        try
        {
            await _cluster.Client.ListAsync(Databases, "default");
            return false;
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return true;
        }
    }

    private async Task CreateDatabaseAsync(int maxConnections, string more = "")
    {
        await _cluster.Client.CreateAsync(Secrets, "default", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db-database"},"stringData":{"username":"app_a","password":"secret"}}"""));
        await _cluster.Client.CreateAsync(Databases, "default", JsonTree.ParseMap(
            $$$"""
            {
              "apiVersion": "internal.example.com/v1", "kind": "Database", "metadata": { "name": "db" }, "spec": {},
              "status": {
                "host": "db-postgres.default.svc", "port": 5432, "database": "app", "secretName": "db-database", "poolSecretName": "db-pool-login",
                "maxConnections": {{{maxConnections}}}, "reservedSlots": 3 {{{more}}}
              }
            }
            """));
    }

    private async Task EventAsync(string reason)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestCluster.DefaultLimit);
        await foreach (var change in _cluster.Client.WatchAsync(new("events.k8s.io", "v1", "events"), "default", cancellationToken: limit.Token))
        {
            if (change.Object?.ToMap() is { } told && told.Text("reason") == reason)
            {
                Assert.Equal("Warning", told.Text("type"));
                return;
            }
        }
    }

    private static JsonMap Condition(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type) ?? [];

    private Task<RawObject> CreateAsync(string spec)
    {
        var map = JsonTree.ParseMap(spec);
        map["databaseRef"] ??= new JsonMap { ["name"] = "db" };
        return _cluster.Client.CreateAsync(Pools, "default", new JsonMap
        {
            ["apiVersion"] = "internal.example.com/v1",
            ["kind"] = "ConnectionPool",
            ["metadata"] = new JsonMap { ["name"] = "db" },
            ["spec"] = map,
        });
    }
}
