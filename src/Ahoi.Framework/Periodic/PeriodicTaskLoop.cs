using System.Diagnostics;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Periodic;

/// <summary>Runs one periodic task again and again, never twice at once.</summary>
internal sealed partial class PeriodicTaskLoop(
    PeriodicTaskDefinition definition, PeriodicTaskContext context, TimeProvider time, Random random, FrameworkMetrics metrics, ILogger logger)
{
    /// <summary>How long after its deadline a run may take to notice.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // What Task.Delay takes; a longer wait is made of several.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(20);

    private readonly Lock _gate = new();
    private PeriodicTaskInfo _info = new(definition.Name, 0, null, null, null, IsStopped: false);
    private Task _left = Task.CompletedTask;

    public PeriodicTaskInfo Info
    {
        get
        {
            lock (_gate)
            {
                return _info;
            }
        }
    }

    public PeriodicTaskDefinition Definition => definition;

    /// <summary>Runs the task until <paramref name="stop"/>, which lets a run come to its end; <paramref name="cut"/> ends
    /// that too.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken cut)
    {
        var first = true;
        try
        {
            while (!Info.IsStopped)
            {
                if (NextAt(first) is not { } next)
                {
                    Note(i => i with { IsStopped = true });
                    LogEnded(logger, definition.Name, "its schedule has no further run");
                    return;
                }

                first = false;
                Note(i => i with { Next = next });
                while (next - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                {
                    // Rounded up, because a delay leaves out what is less than a millisecond.
                    var delay = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
                    await Task.Delay(delay < LongestDelay ? delay : LongestDelay, time, stop).ConfigureAwait(false);
                }

                stop.ThrowIfCancellationRequested();
                Note(i => i with { Next = null });
                if (!_left.IsCompleted)
                {
                    // .NET cannot end a run from outside; the task waits for it rather than running twice at once.
                    metrics.TaskRan(definition.Name, "skipped", null);
                    LogSkipped(logger, definition.Name);
                    continue;
                }

                await RunOnceAsync(cut).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        finally
        {
            Note(i => i with { Next = null });
        }
    }

    private async Task RunOnceAsync(CancellationToken cut)
    {
        Activity.Current = null;
        using var activity = ReconcileTracing.StartTask(definition.Name);
        using var scope = logger.BeginScope(new Dictionary<string, object?> { ["Task"] = definition.Name });
        var started = time.GetTimestamp();
        var (result, failure) = ("done", (Exception?)null);
        using var deadline = new CancellationTokenSource(definition.Options.Deadline, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cut, deadline.Token);
        var token = linked.Token;
        // On its own, because a task that blocks its thread must not hold up the stop.
        var run = Task.Run(async () => await definition.Run(context, token).ConfigureAwait(false), CancellationToken.None);
        try
        {
            await run.WaitAsync(definition.Options.Deadline + Grace, time, cut).ConfigureAwait(false);
            context.Failures = 0;
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            result = "cancelled";
        }
        catch (Exception exception) when (deadline.IsCancellationRequested && exception is OperationCanceledException or TimeoutException)
        {
            (result, failure) = ("timeout", new TimeoutException($"The run took longer than {definition.Options.Deadline}.", exception));
        }
#pragma warning disable CA1031 // Loop boundary: a task may throw anything; it is logged, counted and comes again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            (result, failure) = ("failed", exception);
        }

        _left = run.IsCompleted ? Task.CompletedTask : run.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (failure is not null)
        {
            context.Failures++;
            LogFailed(logger, failure, definition.Name);
        }

        metrics.TaskRan(definition.Name, result, time.GetElapsedTime(started));
        ReconcileTracing.End(activity, result, failure);
        Note(i => i with { Runs = i.Runs + 1, LastResult = result, LastFailure = failure?.Message, IsStopped = context.StopReason is not null });
        if (context.StopReason is { } reason)
        {
            LogEnded(logger, definition.Name, reason);
        }
    }

    private DateTimeOffset? NextAt(bool first)
    {
        var (options, now) = (definition.Options, time.GetUtcNow());
        if (options.Schedule is { } schedule)
        {
            var at = schedule(now);
            return at <= now ? now + TimeSpan.FromSeconds(1) : at; // One that stands still must not run hot.
        }

        if (first)
        {
            return now + options.FirstDelay;
        }

        lock (random)
        {
            return now + (options.Interval * (1 + (options.Jitter * ((random.NextDouble() * 2) - 1))));
        }
    }

    private void Note(Func<PeriodicTaskInfo, PeriodicTaskInfo> change)
    {
        lock (_gate)
        {
            _info = change(_info);
        }
    }

    [LoggerMessage(FrameworkEventIds.TaskFailed, LogLevel.Warning, "The periodic task {Task} failed; it comes again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string task);

    [LoggerMessage(FrameworkEventIds.TaskSkipped, LogLevel.Warning, "The periodic task {Task} still runs although its deadline is over; it is not begun again before it has ended")]
    private static partial void LogSkipped(ILogger logger, string task);

    [LoggerMessage(FrameworkEventIds.TaskEnded, LogLevel.Information, "The periodic task {Task} does not run any more: {Reason}")]
    private static partial void LogEnded(ILogger logger, string task, string reason);
}
