using System.Threading.Channels;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Periodic;
using Ahoi.Framework.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Framework.Tests.Periodic;

/// <summary>One task under a fake clock; it has no operator.</summary>
public sealed class PeriodicTaskLoopTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly string _name = $"loop-{Guid.NewGuid():N}";
    private readonly SignallingTime _time = new();
    private readonly Channel<PeriodicTaskContext> _runs = Channel.CreateUnbounded<PeriodicTaskContext>();
    private readonly FrameworkMetrics _metrics;
    private readonly MetricReadings _readings;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cut = new();
    private PeriodicTaskLoop? _loop;
    private Task _running = Task.CompletedTask;

    public PeriodicTaskLoopTests()
    {
        _readings = new(_name);
        _metrics = new(_name);
    }

    [Fact]
    public async Task Task_RunsAtOnceAndThenWhenItsIntervalIsOver()
    {
        Start((_, _) => ValueTask.CompletedTask, o => o.Jitter = 0);

        await RunAsync();
        await _time.TimerAsync(t => t == Interval);
        Assert.Equal(_time.GetUtcNow() + Interval, Info.Next);
        _time.Advance(Interval - TimeSpan.FromTicks(1));
        Assert.False(_runs.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromTicks(1));
        await RunAsync();

        await _time.TimerAsync(t => t == Interval);
        Assert.Equal((2L, "done"), (Info.Runs, Info.LastResult));
        Assert.Equal(2, _readings.Read()[$"ahoi.task.runs{{ahoi.task={_name},ahoi.result=done}}"]);
    }

    [Fact]
    public async Task Interval_IsSpreadByItsJitterAndNoFurther()
    {
        var waits = new HashSet<TimeSpan>();
        Start((_, _) => ValueTask.CompletedTask, o => o.Jitter = 0.2);

        for (var i = 0; i < 20; i++)
        {
            await RunAsync();
            var wait = await _time.TimerAsync(t => t >= Interval * 0.8 && t <= (Interval * 1.2) + TimeSpan.FromMilliseconds(1));
            waits.Add(wait);
            _time.Advance(wait);
        }

        Assert.True(waits.Count > 10);
    }

    [Fact]
    public async Task Task_ThatThrows_IsCountedAndComesAgainWithItsState()
    {
        Start(
            (context, _) =>
            {
                context.State = (int?)context.State + 1 ?? 1;
                return context.State is 2 ? ValueTask.CompletedTask : throw new InvalidOperationException("no");
            },
            o => o.Jitter = 0);

        var context = await RunAsync();
        await _time.TimerAsync(t => t == Interval);
        Assert.Equal(("failed", "no"), (Info.LastResult, Info.LastFailure));
        Assert.Equal(1, context.Failures);
        _time.Advance(Interval);
        await RunAsync();
        await _time.TimerAsync(t => t == Interval);

        Assert.Equal(("done", null), (Info.LastResult, Info.LastFailure));
        Assert.Equal(0, context.Failures);
        Assert.Equal(1, _readings.Read()[$"ahoi.task.runs{{ahoi.task={_name},ahoi.result=failed}}"]);
    }

    [Fact]
    public async Task Task_PastItsDeadline_IsCancelledAndCountedAsTimeout()
    {
        Start(async (_, token) => await Task.Delay(Timeout.Infinite, token), o => (o.Jitter, o.Deadline) = (0, TimeSpan.FromSeconds(30)));

        await RunAsync();
        await _time.TimerAsync(t => t == TimeSpan.FromSeconds(35)); // The last that is set of a run.
        _time.Advance(TimeSpan.FromSeconds(30));
        await _time.TimerAsync(t => t == Interval);

        Assert.Equal("timeout", Info.LastResult);
        Assert.Contains("longer than 00:00:30", Info.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_ThatDoesNotListen_IsSkippedUntilItHasEnded()
    {
        var end = new TaskCompletionSource();
        Start(async (_, _) => await end.Task, o => (o.Jitter, o.Deadline) = (0, TimeSpan.FromSeconds(30)));

        await RunAsync();
        await _time.TimerAsync(t => t == TimeSpan.FromSeconds(35));
        _time.Advance(TimeSpan.FromSeconds(35));
        await _time.TimerAsync(t => t == Interval);
        Assert.Equal("timeout", Info.LastResult);
        _time.Advance(Interval);
        await _time.TimerAsync(t => t == Interval);
        Assert.Equal(1, Info.Runs);
        Assert.Equal(1, _readings.Read()[$"ahoi.task.runs{{ahoi.task={_name},ahoi.result=skipped}}"]);

        end.SetResult();
        var limit = DateTime.UtcNow.AddSeconds(20);
        do
        {
            // When the loop hears of the end is up to the thread pool; each interval it looks again.
            Assert.True(DateTime.UtcNow < limit);
            _time.Advance(Interval);
            await Task.Yield();
        }
        while (!_runs.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Task_ThatStopsItself_DoesNotRunAgain()
    {
        Start((context, _) =>
        {
            context.Stop("all is done");
            return ValueTask.CompletedTask;
        });

        await _running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(Info.IsStopped);
        Assert.Equal((1L, null), (Info.Runs, Info.Next));
    }

    [Fact]
    public async Task Schedule_SaysWhenAndEndsWithNothing()
    {
        DateTimeOffset? next = _time.GetUtcNow().AddHours(3);
        Start((_, _) => ValueTask.CompletedTask, o => o.Schedule = now => next > now ? next : null);

        await _time.TimerAsync(t => t == TimeSpan.FromHours(3));
        Assert.False(_runs.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromHours(3));
        await RunAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(Info.IsStopped);
    }

    [Fact]
    public async Task Stop_LetsARunEndAndTheCutDoesNot()
    {
        var end = new TaskCompletionSource();
        Start(async (_, token) => await end.Task.WaitAsync(token));
        await RunAsync();

        await _stop.CancelAsync();
        Assert.False(_running.IsCompleted);
        await _cut.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal("cancelled", Info.LastResult);
    }

    [Fact]
    public void Options_ThatCannotWork_AreAllNamed()
    {
        var exception = Assert.Throws<ArgumentException>(() => PeriodicTaskDefinition.Create(
            "tidy", (_, _) => ValueTask.CompletedTask, o => (o.Interval, o.Jitter, o.Deadline, o.FirstDelay) = (TimeSpan.Zero, 2, TimeSpan.Zero, TimeSpan.FromSeconds(-1))));

        Assert.StartsWith(
            "The options of the periodic task tidy are wrong: Interval must be positive; Jitter must be from 0 to 1; FirstDelay must not be negative; Deadline must be positive.",
            exception.Message,
            StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _cut.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
        _cut.Dispose();
        _readings.Dispose();
        _metrics.Dispose();
    }

    private PeriodicTaskInfo Info => _loop!.Info;

    private void Start(Func<PeriodicTaskContext, CancellationToken, ValueTask> run, Action<PeriodicTaskOptions>? configure = null)
    {
        var definition = PeriodicTaskDefinition.Create(
            _name,
            (context, token) =>
            {
                _runs.Writer.TryWrite(context);
                return run(context, token);
            },
            o =>
            {
                o.Interval = Interval;
                configure?.Invoke(o);
            });
        var context = new PeriodicTaskContext(_name, null!, null!, null!, null!, _time, NullLogger.Instance); // These tasks use none of it.
        _loop = new(definition, context, _time, new Random(1), _metrics, NullLogger.Instance);
        _running = _loop.RunAsync(_stop.Token, _cut.Token);
    }

    private async Task<PeriodicTaskContext> RunAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _runs.Reader.ReadAsync(limit.Token);
    }
}
