using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Queues;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Queues;

public sealed class WorkQueueTests
{
    private static readonly ObjectKey A = new("one", "a");
    private static readonly ObjectKey B = new("one", "b");
    private static readonly ObjectKey C = new("two", "c");
    private static readonly ReconcileCause Change = new(CauseKind.Changed);

    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue _queue;

    public WorkQueueTests() => _queue = new(_time);

    [Fact]
    public async Task Add_Twice_WaitsOnceWithBothCauses()
    {
        _queue.Add(A, Change);
        _queue.Add(A, new(CauseKind.Child));

        var item = await TakeAsync();

        Assert.Equal([CauseKind.Changed, CauseKind.Child], item.Causes.Select(c => c.Kind));
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task Add_WhileKeyIsActive_ComesBackOnceAfterDone()
    {
        _queue.Add(A, Change);
        await TakeAsync();
        _queue.Add(A, Change);
        _queue.Add(A, Change);
        Assert.Equal(0, _queue.Depth);

        _queue.Done(A);

        Assert.Equal(1, _queue.Depth);
        Assert.Equal(2, (await TakeAsync()).Causes.Count);
    }

    [Fact]
    public async Task Take_SeveralNamespaces_TakeTurns()
    {
        _queue.Add(A, Change);
        _queue.Add(B, Change);
        _queue.Add(C, Change);

        Assert.Equal([A, C, B], [(await TakeAsync()).Key, (await TakeAsync()).Key, (await TakeAsync()).Key]);
    }

    [Fact]
    public async Task Take_ChangeAndSweep_ChangeGoesFirst()
    {
        _queue.Add(A, new(CauseKind.Seen), QueuePriority.Sweep);
        _queue.Add(B, Change);

        Assert.Equal(B, (await TakeAsync()).Key);
    }

    [Fact]
    public async Task Take_SweepThatWaitedLong_GoesFirst()
    {
        _queue.Add(A, new(CauseKind.Seen), QueuePriority.Sweep);
        _time.Advance(TimeSpan.FromSeconds(3));
        _queue.Add(B, Change);

        Assert.Equal(A, (await TakeAsync()).Key);
    }

    [Fact]
    public async Task Add_ChangeOfAKeyThatWaitsForItsSweep_GoesFirst()
    {
        _queue.Add(A, new(CauseKind.Seen), QueuePriority.Sweep);
        _queue.Add(C, new(CauseKind.Seen), QueuePriority.Sweep);
        _queue.Add(C, Change);

        Assert.Equal(C, (await TakeAsync()).Key);
    }

    [Fact]
    public async Task Schedule_AfterTheDelay_ComesUpOnce()
    {
        _queue.Schedule(A, TimeSpan.FromMinutes(1), new(CauseKind.Timer));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, _queue.Depth);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(CauseKind.Timer, Assert.Single((await TakeAsync()).Causes).Kind);
        _queue.Done(A);
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public void Schedule_Again_ReplacesTheTimer()
    {
        _queue.Schedule(A, TimeSpan.FromMinutes(1), new(CauseKind.Timer));
        _queue.Schedule(A, TimeSpan.FromMinutes(5), new(CauseKind.Timer));

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0, _queue.Depth);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task Complete_WithWaitingTakers_LetsAllOfThemGo()
    {
        var takers = Enumerable.Range(0, 3).Select(_ => _queue.TakeAsync(CancellationToken.None).AsTask()).ToArray();

        _queue.Complete();

        Assert.All(await Task.WhenAll(takers).WaitAsync(TimeSpan.FromSeconds(5)), Assert.Null);
    }

    private async Task<WorkItem> TakeAsync() =>
        await _queue.TakeAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(5)) ?? throw new InvalidOperationException("The queue is completed.");
}
