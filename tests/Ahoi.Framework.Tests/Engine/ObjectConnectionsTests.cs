using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Engine;

public sealed class ObjectConnectionsTests
{
    private static readonly ObjectKey Key = new("default", "my");

    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionRegistry _registry;
    private readonly List<string> _closed = [];

    public ObjectConnectionsTests() => _registry = new(_time, NullLogger.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_OpeningFails_NothingIsKeptAndTheNextCallOpens()
    {
        var connections = _registry.Of(Key, "u");

        await Assert.ThrowsAsync<IOException>(() => connections.GetAsync<Line>(_ => throw new IOException("busy"), Cancel).AsTask());

        Assert.Equal("a", (await connections.GetAsync(Open("a"), Cancel)).Name);
    }

    [Fact]
    public async Task Get_TwoAtATime_OpenOne()
    {
        var connections = _registry.Of(Key, "u");
        var opened = new TaskCompletionSource<Line>();

        var first = connections.GetAsync(_ => new ValueTask<Line>(opened.Task), Cancel).AsTask();
        var second = connections.GetAsync(Open("another"), Cancel).AsTask();
        opened.SetResult(new("one", _closed));

        Assert.Same(await first, await second);
    }

    [Fact]
    public async Task Close_SeveralByName_GoInReverseOrderWhateverTheyThrow()
    {
        var connections = _registry.Of(Key, "u");
        foreach (var name in (string[])["a", "bad", "c"])
        {
            await connections.GetAsync(Open(name), Cancel, name);
        }

        _registry.Release(Key);
        await _registry.CloseAsync(Key, keptUid: "another");

        Assert.Equal(["c", "bad", "a"], _closed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connections.GetAsync(Open("late"), Cancel).AsTask());
        Assert.NotSame(connections, _registry.Of(Key, "another"));
    }

    [Fact]
    public async Task Close_Broken_IsReplacedAtTheNextCall()
    {
        var connections = _registry.Of(Key, "u");
        await connections.GetAsync(Open("a"), Cancel);

        await connections.CloseAsync<Line>(Cancel);
        await connections.CloseAsync<Line>(Cancel);

        Assert.Equal(["a"], _closed);
        Assert.Equal("b", (await connections.GetAsync(Open("b"), Cancel)).Name);
    }

    [Fact]
    public async Task CloseAll_ReconcileUnderWay_WaitsForItAndRefusesNewOnes()
    {
        await _registry.Of(Key, "u").GetAsync(Open("a"), Cancel);

        var closing = _registry.CloseAllAsync();
        Assert.Empty(_closed);
        _registry.Release(Key);
        await closing;

        Assert.Equal(["a"], _closed);
        Assert.Throws<ObjectDisposedException>(() => _registry.Of(Key, "u"));
        _registry.Reopen();
        Assert.NotNull(_registry.Of(Key, "u"));
    }

    [Fact]
    public async Task CloseAll_ReconcileThatDoesNotEnd_LosesItsConnectionsAfterFiveSeconds()
    {
        var connections = _registry.Of(Key, "u");
        await connections.GetAsync(Open("a"), Cancel);
        var late = new TaskCompletionSource<Line>();
        var opening = connections.GetAsync(_ => new ValueTask<Line>(late.Task), Cancel, "late").AsTask();

        var closing = _registry.CloseAllAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        await closing;
        Assert.Equal(["a"], _closed);

        late.SetResult(new("late", _closed));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => opening);
        Assert.Equal(["a", "late"], _closed);
    }

    private Func<CancellationToken, ValueTask<Line>> Open(string name) => _ => ValueTask.FromResult(new Line(name, _closed));

    private sealed class Line(string name, List<string> closed) : IDisposable
    {
        public string Name => name;

        public void Dispose()
        {
            closed.Add(name);
            if (name == "bad")
            {
                throw new IOException("It does not answer.");
            }
        }
    }
}
