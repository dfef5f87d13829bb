using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Waits;
using Ahoi.Framework.Tests.Engine;

namespace Ahoi.Framework.Tests.Waits;

public sealed class WaitUntilTests : IDisposable
{
    private const string Path = "api/v1/namespaces/default/configmaps/a";
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly ObjectKey Key = new("default", "a");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly FakeCluster _cluster = OperatorUnderTest.CreateCluster();
    private readonly ApiClient _client;

    public WaitUntilTests() => _client = _cluster.Connect();

    [Fact]
    public async Task Object_ComesChangesAndGoes_EachIsSeen()
    {
        var exists = _client.WaitUntilAsync(ConfigMaps, Key, Until.Exists, Limit);
        Put("x");
        Assert.Equal("a", (await exists)!.Name);

        var changed = _client.WaitUntilAsync(ConfigMaps, Key, Until.Field("y", "data", "text"), Limit);
        _cluster.Change(Path, c => c.Map("data")!["text"] = "y");
        Assert.Equal("y", (await changed)!.ToMap().At("data", "text"));

        var gone = _client.WaitUntilAsync(ConfigMaps, Key, Until.Gone, Limit);
        _cluster.Remove(Path);
        Assert.Null(await gone);
    }

    [Fact]
    public async Task Server_OverloadedAndCutting_IsWaitedFor()
    {
        var refused = 0;
        _cluster.Intercept = r => r.Method == HttpMethod.Get && Interlocked.Increment(ref refused) <= 3 ? FakeCluster.Failure(500, "InternalError", "not now") : null;
        var waiting = _client.WaitUntilAsync(ConfigMaps, Key, Until.Exists, Limit);
        while (Volatile.Read(ref refused) < 5)
        {
            _cluster.CutWatches();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Put("x");

        Assert.NotNull(await waiting);
    }

    [Fact]
    public async Task Condition_ThatNeverHolds_IsATimeoutThatShowsTheObject()
    {
        Put("what it is");

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _client.WaitUntilAsync(ConfigMaps, Key, _ => false, TimeSpan.FromMilliseconds(50)));

        Assert.Contains("what it is", exception.Message, StringComparison.Ordinal);
        Assert.Contains("default/a", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatRefusesForGood_IsNotAskedAgain()
    {
        _cluster.Intercept = _ => FakeCluster.Failure(403, "Forbidden", "no");

        Assert.Equal(403, (await Assert.ThrowsAsync<ApiException>(() => _client.WaitUntilAsync(ConfigMaps, Key, Until.Exists, Limit))).Code);
    }

    [Fact]
    public async Task Caller_ThatGivesUp_GetsACancellation()
    {
        using var source = new CancellationTokenSource(50);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.WaitUntilAsync(ConfigMaps, Key, Until.Exists, Limit, source.Token));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a","generation":2},"status":{"conditions":[{"type":"Ready","status":"True","observedGeneration":2}]}}""", true)]
    [InlineData("""{"metadata":{"name":"a","generation":2},"status":{"conditions":[{"type":"Ready","status":"True","observedGeneration":1}]}}""", false)]
    [InlineData("""{"metadata":{"name":"a","generation":2},"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}}""", false)]
    [InlineData("""{"metadata":{"name":"a","generation":2},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""", true)]
    [InlineData("""{"metadata":{"name":"a"},"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Done","status":"True"}]}}""", false)]
    [InlineData("""{"metadata":{"name":"a"}}""", false)]
    public void Condition_OfTheStatus_CountsForThePresentGenerationAlone(string json, bool holds)
    {
        var seen = RawObject.Parse(JsonTree.ToUtf8(JsonTree.ParseMap(json)));

        Assert.Equal(holds, Until.Condition("Ready")(seen));
    }

    public void Dispose()
    {
        _client.Dispose();
        _cluster.Dispose();
    }

    private void Put(string text)
    {
        var map = ScriptedReconciler.ConfigMap("a", text, "default");
        _cluster.Put(Path, map);
    }
}
