using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

namespace Ahoi.Pools.Tests.Reconcilers;

public sealed class ConnectionPoolTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Pools = new("internal.example.com", "v1", "connectionpools");
    private static readonly ObjectKey Key = new("default", "db");

    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        await _cluster.RunOperatorAsync(ahoi => ahoi.AddPools(), "pools");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

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
    public async Task Create_WithWhatCannotWork_IsRefusedWithWhatToDo(string spec, string message)
    {
        var exception = await Assert.ThrowsAsync<ApiException>(() => CreateAsync(spec));

        Assert.Equal(422, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_OfWhatIsDecided_IsRefused()
    {
        await CreateAsync("{}");

        var exception = await Assert.ThrowsAsync<ApiException>(() => _cluster.Client.PatchAsync(
            Pools, Key, Patch.Merge(JsonTree.ParseMap("""{"spec":{"databaseRef":{"name":"other"}}}"""))));

        Assert.Equal(422, exception.Code);
    }

    private Task<RawObject> CreateAsync(string spec)
    {
        var map = JsonTree.ParseMap(spec);
        map["databaseRef"] = new JsonMap { ["name"] = "db" };
        return _cluster.Client.CreateAsync(Pools, "default", new JsonMap
        {
            ["apiVersion"] = "internal.example.com/v1",
            ["kind"] = "ConnectionPool",
            ["metadata"] = new JsonMap { ["name"] = "db" },
            ["spec"] = map,
        });
    }
}
