using System.Threading.Channels;

namespace Ahoi.Framework.Supervision;

/// <summary>
/// Starts children in order, starts them again as their <see cref="RestartPolicy"/> says when they end, and stops them
/// in reverse order: Elixir's <c>Supervisor</c>, whose documentation is the specification. All that happens to a
/// supervisor – calls and exits of children – is handled one at a time, in order of arrival.
/// </summary>
#pragma warning disable CA2213 // The sources have no timer and no wait handle; a late stop must stay harmless.
public sealed class Supervisor : IRunningChild, IAsyncDisposable
{
    private readonly SupervisorOptions _options;
    private readonly RestartIntensity _intensity;
    private readonly Channel<Func<ValueTask>> _inbox = Channel.CreateUnbounded<Func<ValueTask>>(new() { SingleReader = true });
    private readonly TaskCompletionSource<ExitReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _killing = new();
#pragma warning restore CA2213
    private readonly List<SupervisedChild> _children = [];
    private ExitReason? _exit;

    private Supervisor(SupervisorOptions options)
    {
        _options = options;
        _intensity = new RestartIntensity(options);
    }

    /// <summary>Gets the task that completes when the supervisor and all its children have ended.</summary>
    public Task<ExitReason> Completion => _completion.Task;

    /// <summary>Starts a supervisor and its first children, one after the other.</summary>
    /// <param name="options">Strategy and restart intensity.</param>
    /// <param name="children">The children, in start order.</param>
    /// <param name="cancellationToken">Gives up starting; what was started is stopped again.</param>
    /// <returns>The running supervisor.</returns>
    /// <exception cref="SupervisorStartException">A child did not start; those before it were stopped again.</exception>
    /// <exception cref="ArgumentException">Two children have one id, or an option is out of range.</exception>
    public static async ValueTask<Supervisor> StartAsync(
        SupervisorOptions options, IReadOnlyList<ChildSpec> children, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(children);
        options.Validate();
        if (children.GroupBy(c => c.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"More than one child has the id '{twice.Key}'.", nameof(children));
        }

        var supervisor = new Supervisor(options);
        foreach (var spec in children)
        {
            var child = new SupervisedChild(spec);
            supervisor._children.Add(child);
            if (await supervisor.StartChildAsync(child, cancellationToken).ConfigureAwait(false) is { } error)
            {
                await supervisor.StopChildrenAsync(supervisor._children).ConfigureAwait(false);
                throw new SupervisorStartException(spec.Id, error);
            }
        }

        supervisor._children.RemoveAll(c => c.IsForgotten);
        _ = supervisor.RunAsync();
        return supervisor;
    }

    /// <summary>Adds a child at the end of the start order and starts it.</summary>
    /// <param name="spec">The child.</param>
    /// <returns>
    /// <see cref="ChildOutcome.Done"/> with the child; <see cref="ChildOutcome.AlreadyStarted"/> or
    /// <see cref="ChildOutcome.AlreadyPresent"/> if the id is taken; <see cref="ChildOutcome.Failed"/>, and the
    /// specification is forgotten, if it does not start.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<ChildResult> StartChildAsync(ChildSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return CallAsync(async () =>
        {
            if (Find(spec.Id) is { } present)
            {
                return present.Running is { } running
                    ? new ChildResult(ChildOutcome.AlreadyStarted, running)
                    : new ChildResult(ChildOutcome.AlreadyPresent);
            }

            var child = new SupervisedChild(spec);
            if (await StartChildAsync(child, _stopping.Token).ConfigureAwait(false) is { } error)
            {
                return new ChildResult(ChildOutcome.Failed, Error: error);
            }

            if (!child.IsForgotten)
            {
                _children.Add(child);
            }

            return new ChildResult(ChildOutcome.Done, child.Running);
        });
    }

    /// <summary>Stops a child. Its specification stays, so that it can be restarted, unless it is temporary.</summary>
    /// <param name="id">The child's id.</param>
    /// <returns><see cref="ChildOutcome.Done"/>, also if it did not run, or <see cref="ChildOutcome.NotFound"/>.</returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<ChildResult> TerminateChildAsync(string id) => CallAsync(async () =>
    {
        if (Find(id) is not { } child)
        {
            return new ChildResult(ChildOutcome.NotFound);
        }

        await StopChildrenAsync([child]).ConfigureAwait(false);
        _children.RemoveAll(c => c.IsForgotten);
        return new ChildResult(ChildOutcome.Done);
    });

    /// <summary>Starts a child again that was terminated or had ended.</summary>
    /// <param name="id">The child's id.</param>
    /// <returns>
    /// <see cref="ChildOutcome.Done"/> with the child, <see cref="ChildOutcome.NotFound"/>,
    /// <see cref="ChildOutcome.Running"/>, <see cref="ChildOutcome.Restarting"/> or <see cref="ChildOutcome.Failed"/>.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<ChildResult> RestartChildAsync(string id) => CallAsync(async () =>
    {
        switch (Find(id))
        {
            case null:
                return new ChildResult(ChildOutcome.NotFound);
            case { Running: { } running }:
                return new ChildResult(ChildOutcome.Running, running);
            case { IsRestarting: true }:
                return new ChildResult(ChildOutcome.Restarting);
            case var child:
                return await StartChildAsync(child, _stopping.Token).ConfigureAwait(false) is { } error
                    ? new ChildResult(ChildOutcome.Failed, Error: error)
                    : new ChildResult(ChildOutcome.Done, child.Running);
        }
    });

    /// <summary>Forgets a child that does not run.</summary>
    /// <param name="id">The child's id.</param>
    /// <returns>
    /// <see cref="ChildOutcome.Done"/>, <see cref="ChildOutcome.NotFound"/>, <see cref="ChildOutcome.Running"/> or
    /// <see cref="ChildOutcome.Restarting"/>.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<ChildResult> DeleteChildAsync(string id) => CallAsync(() =>
    {
        switch (Find(id))
        {
            case null:
                return new(new ChildResult(ChildOutcome.NotFound));
            case { Running: { } running }:
                return new(new ChildResult(ChildOutcome.Running, running));
            case { IsRestarting: true }:
                return new(new ChildResult(ChildOutcome.Restarting));
            case var child:
                _children.Remove(child);
                return new ValueTask<ChildResult>(new ChildResult(ChildOutcome.Done));
        }
    });

    /// <summary>Lists the children in start order.</summary>
    /// <returns>The children.</returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<IReadOnlyList<ChildInfo>> WhichChildrenAsync() => CallAsync(() =>
        new ValueTask<IReadOnlyList<ChildInfo>>(
            [.. _children.Select(c => new ChildInfo(c.Spec.Id, c.Running, c.IsRestarting, c.Spec.Type))]));

    /// <summary>Counts the children.</summary>
    /// <returns>The counts.</returns>
    /// <exception cref="ObjectDisposedException">The supervisor has ended.</exception>
    public Task<ChildCounts> CountChildrenAsync() => CallAsync(() => new ValueTask<ChildCounts>(new ChildCounts(
        _children.Count,
        _children.Count(c => c.Running is not null),
        _children.Count(c => c.Spec.Type == ChildType.Supervisor),
        _children.Count(c => c.Spec.Type == ChildType.Worker))));

    /// <inheritdoc/>
    public void RequestStop()
    {
        _stopping.Cancel();
        Post(() => EndAsync(ExitReason.Shutdown));
    }

    /// <summary>Kills all children, in reverse start order, and ends.</summary>
    public void Kill()
    {
        _killing.Cancel();
        RequestStop();
    }

    /// <summary>Stops all children in reverse start order, each as its specification says, and ends.</summary>
    /// <returns>When all have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        RequestStop();
        await Completion.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (_exit is null)
        {
            var step = await _inbox.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            await step().ConfigureAwait(false);
        }

        // Whoever called too late gets an answer as well.
        _inbox.Writer.Complete();
        while (_inbox.Reader.TryRead(out var late))
        {
            await late().ConfigureAwait(false);
        }

        _completion.SetResult(_exit);
    }

    private async ValueTask EndAsync(ExitReason reason)
    {
        if (_exit is null)
        {
            await StopChildrenAsync(_children).ConfigureAwait(false);
            _exit = _killing.IsCancellationRequested ? ExitReason.Killed : reason;
        }
    }

    private bool Post(Func<ValueTask> step) => _inbox.Writer.TryWrite(step);

    private Task<T> CallAsync<T>(Func<ValueTask<T>> call)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = Post(async () =>
        {
            if (_exit is not null)
            {
                answer.SetException(new ObjectDisposedException(nameof(Supervisor), "The supervisor has ended."));
                return;
            }

            answer.SetResult(await call().ConfigureAwait(false));
        });
        return posted ? answer.Task : Task.FromException<T>(new ObjectDisposedException(nameof(Supervisor), "The supervisor has ended."));
    }

    private SupervisedChild? Find(string id) => _children.Find(c => string.Equals(c.Spec.Id, id, StringComparison.Ordinal));

    /// <summary>Starts a child and watches over it.</summary>
    /// <returns>What kept it from starting, or <see langword="null"/>.</returns>
    private async ValueTask<Exception?> StartChildAsync(SupervisedChild child, CancellationToken cancellationToken)
    {
        child.IsRestarting = false;
        try
        {
            if (await child.Spec.Start(cancellationToken).ConfigureAwait(false) is not { } running)
            {
                child.IsForgotten = child.Spec.Restart == RestartPolicy.Temporary;
                return null;
            }

            child.Running = running;
            _ = WatchAsync(child, running);
            return null;
        }
#pragma warning disable CA1031 // Boundary: whatever keeps a child from starting is an answer, for the caller or the restart.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    private async Task WatchAsync(SupervisedChild child, IRunningChild running)
    {
        var reason = await running.Completion.ConfigureAwait(false);
        Post(() => _exit is null && child.Running == running ? HandleExitAsync(child, reason) : ValueTask.CompletedTask);
    }

    private async ValueTask HandleExitAsync(SupervisedChild child, ExitReason reason)
    {
        child.Running = null;
        switch (child.Spec.Restart)
        {
            case RestartPolicy.Permanent:
            case RestartPolicy.Transient when reason.IsAbnormal:
                await RestartAsync(child, reason.Error).ConfigureAwait(false);
                break;
            case RestartPolicy.Temporary:
                _children.Remove(child);
                break;
        }
    }

    private async ValueTask RestartAsync(SupervisedChild child, Exception? error)
    {
        if (!_intensity.Add())
        {
            var tooOften = new RestartIntensityExceededException(child.Spec.Id, _options, error);
            await EndAsync(new ExitReason(ExitKind.Shutdown, tooOften)).ConfigureAwait(false);
            return;
        }

        var first = _children.IndexOf(child);
        List<SupervisedChild> affected = _options.Strategy switch
        {
            SupervisionStrategy.OneForAll => [.. _children],
            SupervisionStrategy.RestForOne => _children[first..],
            _ => [child],
        };
        await StopChildrenAsync(affected).ConfigureAwait(false);
        _children.RemoveAll(c => c.IsForgotten);
        foreach (var next in affected.Where(c => !c.IsForgotten))
        {
            if (await StartChildAsync(next, _stopping.Token).ConfigureAwait(false) is { } failure)
            {
                // Tried again behind what waits in the inbox, so that calls are answered meanwhile; each try counts.
                next.IsRestarting = true;
                Post(() => _exit is null && next.IsRestarting ? RestartAsync(next, failure) : ValueTask.CompletedTask);
                return;
            }
        }
    }

    private async ValueTask StopChildrenAsync(IReadOnlyList<SupervisedChild> children)
    {
        foreach (var child in children.Reverse())
        {
            child.IsRestarting = false;
            child.IsForgotten = child.Spec.Restart == RestartPolicy.Temporary;
            if (child.Running is { } running)
            {
                child.Running = null;
                await StopAsync(running, child.Spec.Shutdown).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask StopAsync(IRunningChild running, TimeSpan patience)
    {
        if (patience != TimeSpan.Zero)
        {
            running.RequestStop();
            await ((Task)running.Completion).WaitAsync(patience, _options.Time, _killing.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!running.Completion.IsCompleted)
        {
            running.Kill();
            await running.Completion.ConfigureAwait(false);
        }
    }
}
