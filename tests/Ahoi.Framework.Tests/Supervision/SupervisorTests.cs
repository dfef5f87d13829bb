using Ahoi.Framework.Supervision;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Supervision;

public sealed class SupervisorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingChildren _children = new();

    [Fact]
    public async Task Start_Children_InOrderAndStopInReverse()
    {
        var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a", "b", "c");

        await supervisor.DisposeAsync();

        Assert.Equal(["start a", "start b", "start c", "stop c", "stop b", "stop a"], _children.Log);
        Assert.Equal(ExitKind.Shutdown, (await supervisor.Completion).Kind);
    }

    [Fact]
    public async Task Start_ChildFails_StopsThoseBeforeAndThrows()
    {
        _children.FailStart("b", times: 1);

        var exception = await Assert.ThrowsAsync<SupervisorStartException>(() => StartAsync(SupervisionStrategy.OneForOne, "a", "b", "c"));

        Assert.Equal("b", exception.ChildId);
        Assert.Equal(["start a", "fail b", "stop a"], _children.Log);
    }

    [Fact]
    public async Task OneForOne_ChildFails_RestartsItAlone()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a", "b", "c");

        await _children.FailAndWaitForAsync("b", "start b");

        Assert.Equal(["start a", "start b", "start c", "start b"], _children.Log);
    }

    [Fact]
    public async Task OneForAll_ChildFails_RestartsAll()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForAll, "a", "b", "c");

        await _children.FailAndWaitForAsync("b", "start c");

        Assert.Equal(["stop c", "stop a", "start a", "start b", "start c"], _children.Log.Skip(3));
    }

    [Fact]
    public async Task RestForOne_ChildFails_RestartsItAndThoseAfter()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.RestForOne, "a", "b", "c");

        await _children.FailAndWaitForAsync("b", "start c");

        Assert.Equal(["stop c", "start b", "start c"], _children.Log.Skip(3));
    }

    [Fact]
    public async Task MaxRestarts_OneTooManyWithinTime_StopsAllAndEndsWithShutdown()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a", "b");
        for (var i = 0; i < 3; i++)
        {
            await _children.FailAndWaitForAsync("b", "start b");
        }

        _children.Running("b").Fail();
        var reason = await supervisor.Completion.WaitAsync(Limit);

        Assert.Equal(ExitKind.Shutdown, reason.Kind);
        Assert.Equal("b", Assert.IsType<RestartIntensityExceededException>(reason.Error).ChildId);
        Assert.Equal("stop a", _children.Log[^1]);
    }

    [Fact]
    public async Task MaxRestarts_SpreadOverTime_KeepsRestarting()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a");

        for (var i = 0; i < 10; i++)
        {
            await _children.FailAndWaitForAsync("a", "start a");
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(11, _children.Log.Count(l => l == "start a"));
    }

    [Fact]
    public async Task Escalation_InnerSupervisorGivesUp_OuterRestartsIt()
    {
        var inner = ChildSpec.Supervisor("inner", new SupervisorOptions { MaxRestarts = 0, Time = _time }, _children.Spec("a"), _children.Spec("b"));
        await using var outer = await Supervisor.StartAsync(new SupervisorOptions { Time = _time }, [inner], CancellationToken.None);

        await _children.FailAndWaitForAsync("a", "start b");

        Assert.Equal(["start a", "start b", "stop b", "start a", "start b"], _children.Log);
        Assert.Equal(new ChildCounts(1, 1, 1, 0), await outer.CountChildrenAsync());
    }

    [Theory]
    [InlineData(RestartPolicy.Permanent, ExitKind.Normal, true)]
    [InlineData(RestartPolicy.Permanent, ExitKind.Failed, true)]
    [InlineData(RestartPolicy.Transient, ExitKind.Normal, false)]
    [InlineData(RestartPolicy.Transient, ExitKind.Shutdown, false)]
    [InlineData(RestartPolicy.Transient, ExitKind.Failed, true)]
    [InlineData(RestartPolicy.Temporary, ExitKind.Failed, false)]
    public async Task Restart_ByPolicyAndReason_HappensOrNot(RestartPolicy policy, ExitKind kind, bool restarts)
    {
        await using var supervisor = await Supervisor.StartAsync(
            new SupervisorOptions { Time = _time }, [_children.Spec("a") with { Restart = policy }], CancellationToken.None);

        _children.Running("a").End(new ExitReason(kind));
        // The exit is in the inbox before this call, so the answer shows what came of it.
        var children = await supervisor.WhichChildrenAsync();

        Assert.Equal(restarts ? 2 : 1, _children.Log.Count(l => l == "start a"));
        Assert.Equal(policy == RestartPolicy.Temporary ? 0 : 1, children.Count);
    }

    [Fact]
    public async Task Restart_StartFails_TriesAgainAndCountsEachTry()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a", "b");
        _children.FailStart("b", times: 2);

        await _children.FailAndWaitForAsync("b", "start b");
        Assert.Equal(["fail b", "fail b", "start b"], _children.Log.Skip(2));

        _children.Running("b").Fail();
        Assert.Equal(ExitKind.Shutdown, (await supervisor.Completion.WaitAsync(Limit)).Kind);
    }

    [Fact]
    public async Task Stop_ChildIgnoresRequest_IsKilledAfterItsTime()
    {
        var supervisor = await Supervisor.StartAsync(
            new SupervisorOptions { Time = _time },
            [_children.Spec("stubborn") with { Shutdown = TimeSpan.FromSeconds(30) }],
            CancellationToken.None);
        var stubborn = _children.Running("stubborn");
        stubborn.IgnoresStop = true;

        supervisor.RequestStop();
        await stubborn.StopRequested.WaitAsync(Limit);
        // The wait begins right after the request; the clock is pushed until it is over.
        while (!supervisor.Completion.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(["start stubborn", "stop stubborn", "kill stubborn"], _children.Log);
    }

    [Fact]
    public async Task Kill_ChildThatWouldBeWaitedForForEver_EndsAtOnce()
    {
        var supervisor = await Supervisor.StartAsync(
            new SupervisorOptions { Time = _time },
            [_children.Spec("stubborn") with { Shutdown = Timeout.InfiniteTimeSpan }],
            CancellationToken.None);
        _children.Running("stubborn").IgnoresStop = true;

        supervisor.RequestStop();
        supervisor.Kill();

        Assert.Equal(ExitKind.Killed, (await supervisor.Completion.WaitAsync(Limit)).Kind);
    }

    [Fact]
    public async Task Calls_FollowOtp()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a");

        Assert.Equal(ChildOutcome.AlreadyStarted, (await supervisor.StartChildAsync(_children.Spec("a"))).Outcome);
        Assert.Equal(ChildOutcome.Running, (await supervisor.RestartChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.Running, (await supervisor.DeleteChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.Done, (await supervisor.TerminateChildAsync("a")).Outcome);
        Assert.Equal(new ChildCounts(1, 0, 0, 1), await supervisor.CountChildrenAsync());
        Assert.Equal(ChildOutcome.AlreadyPresent, (await supervisor.StartChildAsync(_children.Spec("a"))).Outcome);
        Assert.Equal(ChildOutcome.Done, (await supervisor.RestartChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.Done, (await supervisor.TerminateChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.Done, (await supervisor.DeleteChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.NotFound, (await supervisor.TerminateChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.NotFound, (await supervisor.RestartChildAsync("a")).Outcome);
        Assert.Equal(ChildOutcome.NotFound, (await supervisor.DeleteChildAsync("a")).Outcome);
    }

    [Fact]
    public async Task TerminateChild_Temporary_IsForgotten()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a");
        await supervisor.StartChildAsync(_children.Spec("t") with { Restart = RestartPolicy.Temporary });

        await supervisor.TerminateChildAsync("t");

        Assert.Equal(new ChildCounts(1, 1, 0, 1), await supervisor.CountChildrenAsync());
    }

    [Fact]
    public async Task StartChild_Fails_IsForgotten()
    {
        await using var supervisor = await StartAsync(SupervisionStrategy.OneForOne);
        _children.FailStart("x", times: 1);

        var result = await supervisor.StartChildAsync(_children.Spec("x"));

        Assert.Equal(ChildOutcome.Failed, result.Outcome);
        Assert.NotNull(result.Error);
        Assert.Empty(await supervisor.WhichChildrenAsync());
    }

    [Fact]
    public async Task CountChildren_SlidesExample_CountsSpecsActiveSupervisorsWorkers()
    {
        await using var supervisor = await Supervisor.StartAsync(
            new SupervisorOptions { Strategy = SupervisionStrategy.OneForOne },
            [
                ChildSpec.Worker("worker", token => Task.Delay(Timeout.Infinite, token)),
                ChildSpec.Supervisor("below", new SupervisorOptions(), ChildSpec.Worker("w", token => Task.Delay(Timeout.Infinite, token))),
            ],
            CancellationToken.None);

        Assert.Equal(new ChildCounts(Specs: 2, Active: 2, Supervisors: 1, Workers: 1), await supervisor.CountChildrenAsync());
    }

    [Fact]
    public async Task Calls_AfterTheEnd_AreRefused()
    {
        var supervisor = await StartAsync(SupervisionStrategy.OneForOne, "a");
        await supervisor.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(supervisor.CountChildrenAsync);
        supervisor.RequestStop();
        await supervisor.DisposeAsync();
    }

    [Fact]
    public async Task Start_SameIdTwice_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(SupervisionStrategy.OneForOne, "a", "a"));

    private Task<Supervisor> StartAsync(SupervisionStrategy strategy, params string[] ids) => Supervisor.StartAsync(
        new SupervisorOptions { Strategy = strategy, Time = _time },
        [.. ids.Select(_children.Spec)],
        CancellationToken.None).AsTask();
}
