using Ahoi.Framework.Scheduling.Engine;
using Microsoft.Extensions.Time.Testing;
using static Ahoi.Framework.Tests.Scheduling.Objects;

namespace Ahoi.Framework.Tests.Scheduling;

public sealed class SchedulingQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SchedulingQueue _queue;

    public SchedulingQueueTests() => _queue = new(new() { Name = "s" }, _time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Take_HigherPriorityFirst_ThenInOrder()
    {
        _queue.Put(new(Pod("a")));
        _queue.Put(new(Pod("b")));
        _queue.Put(new(Pod("urgent", "\"priority\":10")));

        Assert.Equal(["urgent", "a", "b"], [await TakeAsync(), await TakeAsync(), await TakeAsync()]);
    }

    [Fact]
    public async Task Retry_WaitsTwiceAsLongEachTime_TenSecondsAtMost()
    {
        _queue.Put(new(Pod("a")));
        foreach (var seconds in new[] { 1, 2, 4, 8, 10, 10 })
        {
            await TakeAsync();
            _queue.Retry("a");
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(2));
            Assert.Equal((0, 1, 0), _queue.Counts);
            _time.Advance(TimeSpan.FromMilliseconds(4));
            Assert.Equal((1, 0, 0), _queue.Counts);
        }
    }

    [Fact]
    public async Task Park_ComesBackWithAChange_AfterItsBackoff()
    {
        _queue.Put(new(Pod("a")));
        await TakeAsync();
        _queue.Park("a");
        Assert.Equal((0, 0, 1), _queue.Counts);

        _queue.Wake();
        Assert.Equal((0, 1, 0), _queue.Counts);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("a", await TakeAsync());

        _queue.Park("a");
        _time.Advance(TimeSpan.FromSeconds(30));
        _queue.Wake();
        Assert.Equal((1, 0, 0), _queue.Counts);
    }

    [Fact]
    public async Task Park_SomethingChangedMeanwhile_DoesNotMissIt()
    {
        _queue.Put(new(Pod("a")));
        await TakeAsync();
        _queue.Wake();
        _queue.Park("a");

        Assert.Equal((0, 1, 0), _queue.Counts);
    }

    [Fact]
    public async Task Park_NothingChanges_ComesBackAfterFiveMinutes()
    {
        _queue.Put(new(Pod("a")));
        await TakeAsync();
        _queue.Park("a");
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0, 1), _queue.Counts);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((1, 0, 0), _queue.Counts);
    }

    [Fact]
    public async Task Put_ParkedPod_IsTriedAgainOnlyIfItWantsSomethingElse()
    {
        _queue.Put(new(Pod("a")));
        await TakeAsync();
        _queue.Park("a");
        _time.Advance(TimeSpan.FromSeconds(20));

        _queue.Put(new(Pod("a")));
        Assert.Equal((0, 0, 1), _queue.Counts);
        _queue.Put(new(Pod("a", labels: "\"x\":\"y\"")));
        Assert.Equal((1, 0, 0), _queue.Counts);
    }

    [Fact]
    public async Task Remove_WhileTaken_IsNotGivenBack()
    {
        _queue.Put(new(Pod("a")));
        await TakeAsync();
        _queue.Remove("a");
        _queue.Retry("a");
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal((0, 0, 0), _queue.Counts);
    }

    private async Task<string> TakeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return (await _queue.TakeAsync(limit.Token)).Key.Name;
    }
}
