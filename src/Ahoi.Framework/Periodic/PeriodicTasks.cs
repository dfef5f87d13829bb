using Ahoi.Framework.Supervision;

namespace Ahoi.Framework.Periodic;

/// <summary>
/// The periodic tasks of an operator, each a supervised child. Those of <see cref="PeriodicTaskOptions.OnEveryReplica"/> run
/// while the operator runs, the others while this replica leads.
/// </summary>
#pragma warning disable CA1001 // The semaphore has no wait handle, and whoever comes too late must be harmless.
public sealed class PeriodicTasks
#pragma warning restore CA1001
{
    private readonly Func<PeriodicTaskDefinition, PeriodicTaskLoop> _create;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PeriodicTaskLoop> _loops = new(StringComparer.Ordinal);
    private readonly Dictionary<bool, (Supervisor Supervisor, CancellationToken Cut)> _running = [];
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal PeriodicTasks(IEnumerable<PeriodicTaskDefinition> definitions, Func<PeriodicTaskDefinition, PeriodicTaskLoop> create, TimeProvider time)
    {
        (_create, _time) = (create, time);
        foreach (var definition in definitions)
        {
            if (!_loops.TryAdd(definition.Name, create(definition)))
            {
                throw new InvalidOperationException($"Two periodic tasks are named {definition.Name}.");
            }
        }
    }

    /// <summary>Gets how each task is, by name.</summary>
    public IReadOnlyList<PeriodicTaskInfo> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _loops.Values.Select(l => l.Info).OrderBy(i => i.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Gets why the tasks do not run although they should, or null.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Adds a task to an operator that may run already.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="run">What it does.</param>
    /// <param name="configure">Sets when.</param>
    /// <returns>When it was taken in.</returns>
    /// <exception cref="ArgumentException">There is such a task already, or a setting is wrong.</exception>
    public async Task AddAsync(string name, Func<PeriodicTaskContext, CancellationToken, ValueTask> run, Action<PeriodicTaskOptions>? configure = null)
    {
        var loop = _create(PeriodicTaskDefinition.Create(name, run, configure));
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_gate)
            {
                if (!_loops.TryAdd(name, loop))
                {
                    throw new ArgumentException($"There is a periodic task {name} already.", nameof(name));
                }
            }

            if (_running.TryGetValue(loop.Definition.Options.OnEveryReplica, out var running))
            {
                await running.Supervisor.StartChildAsync(Child(loop, running.Cut)).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a task out. A run that has begun comes to its end first.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether there was such a task.</returns>
    public async Task<bool> RemoveAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            PeriodicTaskLoop? loop;
            lock (_gate)
            {
                if (!_loops.Remove(name, out loop))
                {
                    return false;
                }
            }

            if (_running.TryGetValue(loop.Definition.Options.OnEveryReplica, out var running))
            {
                await running.Supervisor.TerminateChildAsync(name).ConfigureAwait(false);
                await running.Supervisor.DeleteChildAsync(name).ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Begins no run from here on; those that run may end.</summary>
    internal void Complete() => _completed.TrySetResult();

    /// <summary>Runs the tasks of one of both sorts until they are completed, or <paramref name="cut"/> ends it.</summary>
    internal async Task WorkAsync(bool onEveryReplica, CancellationToken cut)
    {
        var supervisor = await StartAsync(onEveryReplica, cut).ConfigureAwait(false);
        try
        {
            await ((Task)Task.WhenAny(_completed.Task, supervisor.Completion)).WaitAsync(cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (supervisor.Completion.IsCompleted)
            {
                Fault = (await supervisor.Completion.ConfigureAwait(false)).Error?.Message ?? "their supervisor has ended";
            }
        }
        finally
        {
            await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            _running.Remove(onEveryReplica);
            _turn.Release();
            await supervisor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<Supervisor> StartAsync(bool onEveryReplica, CancellationToken cut)
    {
        await _turn.WaitAsync(cut).ConfigureAwait(false);
        try
        {
            PeriodicTaskLoop[] loops;
            lock (_gate)
            {
                loops = [.. _loops.Values.Where(l => l.Definition.Options.OnEveryReplica == onEveryReplica)];
            }

            var supervisor = await Supervisor.StartAsync(new() { Time = _time }, [.. loops.Select(l => Child(l, cut))], cut).ConfigureAwait(false);
            _running[onEveryReplica] = (supervisor, cut);
            return supervisor;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A task that has stopped itself is done; one whose loop fails is begun again. Being asked to stop ends the
    /// waiting, and the cut ends a run.</summary>
    private static ChildSpec Child(PeriodicTaskLoop loop, CancellationToken cut) =>
        ChildSpec.Worker(loop.Definition.Name, stop => loop.RunAsync(stop, cut)) with
        {
            Restart = RestartPolicy.Transient,
            Shutdown = Timeout.InfiniteTimeSpan,
        };
}
