using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Probes;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>Keeps one container of a pod running as its restart policy says: starts, probes, restarts with a growing delay,
/// stops.</summary>
internal sealed class ContainerRunner
{
    private static readonly TimeSpan FaultRetry = TimeSpan.FromSeconds(10);

    private readonly IContainerHost _host;
    private readonly CrashBackOff _backOff = new();
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ContainerReport _report;
    private TimeSpan _grace;

    /// <summary>Makes a runner.</summary>
    /// <param name="host">The pod.</param>
    /// <param name="container">The container, as the pod's spec has it.</param>
    /// <param name="kind">What it is in the pod.</param>
    /// <param name="former">What was known of it when this node ran before.</param>
    public ContainerRunner(IContainerHost host, JsonMap container, ContainerKind kind, ContainerReport? former = null)
    {
        (_host, Container, Kind) = (host, container, kind);
        Name = container.Text("name") ?? "";
        _report = new(Name, container.Text("image") ?? "")
        {
            State = new ContainerState.Waiting(host.Facts.Spec.List("initContainers") is { Count: > 0 } ? "PodInitializing" : "ContainerCreating"),
            RestartCount = former?.RestartCount ?? 0,
            LastState = former?.LastState,
        };
        if (former is not null && EndOf(former) is { } end)
        {
            // It ran when the node ran before, so that what comes is another run.
            _report = _report with { RestartCount = former.RestartCount + 1, LastState = end };
        }

        if (former is not null)
        {
            _backOff.Resume(former.RestartCount);
        }
    }

    /// <summary>Gets the container, as the pod's spec has it.</summary>
    public JsonMap Container { get; }

    /// <summary>Gets its name.</summary>
    public string Name { get; }

    /// <summary>Gets what it is in the pod.</summary>
    public ContainerKind Kind { get; }

    /// <summary>Gets what is known of it.</summary>
    public ContainerReport Report => Volatile.Read(ref _report);

    /// <summary>Gets its present or last run.</summary>
    public ContainerRun? Run { get; private set; }

    /// <summary>Gets a task that completes when it will not run again.</summary>
    public Task Done => _done.Task;

    /// <summary>Gets a task that completes when it has started well for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Gets whether it has ended, and well.</summary>
    public bool Succeeded => Report.State is ContainerState.Terminated { ExitCode: 0 };

    /// <summary>Gets whether it was started, and is not known to have ended for good.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Starts it.</summary>
    public void Start()
    {
        IsActive = true;
        _ = KeepAsync();
    }

    /// <summary>Takes what was known of it for its end: it does not run again.</summary>
    /// <param name="former">What was known.</param>
    public void Conclude(ContainerReport former)
    {
        Change(r => r with { State = EndOf(former) ?? former.State, RestartCount = former.RestartCount, LastState = former.LastState, ContainerId = former.ContainerId });
        _done.TrySetResult();
    }

    /// <summary>Says why it does not start yet.</summary>
    public void Wait(string reason, string? message = null)
    {
        if (Report.State is ContainerState.Waiting)
        {
            Change(r => r with { State = new ContainerState.Waiting(reason, message) });
        }
    }

    /// <summary>Stops it.</summary>
    /// <param name="grace">How long it has. A shorter time that is said later counts.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        ContainerRun? run;
        lock (_lock)
        {
            _grace = grace;
            run = _stop.TrySetResult() || grace == TimeSpan.Zero ? Run : null;
        }

        if (run is { Ended.IsCompleted: false })
        {
            if (grace > TimeSpan.Zero)
            {
                _host.Report(Name, false, "Killing", $"Stopping container {Name}");
            }

            await run.StopAsync(grace, PreStop(run)).ConfigureAwait(false);
        }

        await _done.Task.ConfigureAwait(false);
    }

    private async Task KeepAsync()
    {
        try
        {
            while (!_stop.Task.IsCompleted)
            {
                if (await RunOnceAsync().ConfigureAwait(false) is not { } ended)
                {
                    await WaitAsync(FaultRetry, _host.Updated).ConfigureAwait(false);
                    continue;
                }

                if (_stop.Task.IsCompleted || !IsRestarted(ended))
                {
                    break;
                }

                var delay = _backOff.Next(ended.FinishedAt - ended.StartedAt);
                if (delay > TimeSpan.Zero)
                {
                    var pod = $"{_host.Facts.Name}_{_host.Facts.Namespace}({_host.Facts.Uid})";
                    var text = string.Create(CultureInfo.InvariantCulture, $"back-off {Duration(delay)} restarting failed container={Name} pod={pod}");
                    Change(r => r with { State = new ContainerState.Waiting("CrashLoopBackOff", text), LastState = ended });
                    _host.Report(Name, true, "BackOff", $"Back-off restarting failed container {Name} in pod {pod}");
                    await WaitAsync(delay, null).ConfigureAwait(false);
                }

                if (!_stop.Task.IsCompleted)
                {
                    Change(r => r with { RestartCount = r.RestartCount + 1, LastState = ended });
                }
            }
        }
        finally
        {
            if (Report.State is ContainerState.Waiting waiting)
            {
                // It was stopped before it ran, or between two runs.
                Change(r => r with { State = r.LastState is { } last && waiting.Reason == "CrashLoopBackOff" ? last : waiting });
            }

            IsActive = false;
            _done.TrySetResult();
        }
    }

    private ContainerState.Terminated? EndOf(ContainerReport former) => former.State switch
    {
        ContainerState.Terminated ended => ended,
        ContainerState.Running running => new(
            137, "ContainerStatusUnknown", "The container ended with the node that ran it", running.StartedAt, _host.Node.Time.GetUtcNow(), former.ContainerId),
        _ => former.LastState,
    };

    private bool IsRestarted(ContainerState.Terminated ended)
    {
        var policy = Kind switch
        {
            ContainerKind.Sidecar => "Always",
            ContainerKind.Ephemeral => "Never",
            ContainerKind.Init => (_host.Facts.Spec.Text("restartPolicy") ?? "Always") == "Always" ? "OnFailure" : _host.Facts.Spec.Text("restartPolicy"),
            _ => Container.Text("restartPolicy") ?? _host.Facts.Spec.Text("restartPolicy") ?? "Always",
        };
        return policy switch
        {
            "Never" => false,
            "OnFailure" => ended.ExitCode != 0,
            _ => true,
        };
    }

    private async Task WaitAsync(TimeSpan delay, Task? sooner)
    {
        using var cancelled = new CancellationTokenSource();
        await Task.WhenAny(Task.Delay(delay, _host.Node.Time, cancelled.Token), _stop.Task, sooner ?? _stop.Task).ConfigureAwait(false);
        await cancelled.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Runs it once.</summary>
    /// <returns>How it ended, or <see langword="null"/> where it could not be started as it is described.</returns>
    private async Task<ContainerState.Terminated?> RunOnceAsync()
    {
        ContainerRun run;
        try
        {
            run = await ContainerRun.StartAsync(_host, Container, Report.RestartCount, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ContainerFaultException fault) when (fault.Reason == "StartError")
        {
            var now = _host.Node.Time.GetUtcNow();
            var ended = new ContainerState.Terminated(128, "StartError", fault.Message, now, now, "");
            _host.Report(Name, true, "Failed", "Error: " + fault.Message);
            Change(r => r with { State = ended, Ready = false, Started = false });
            return ended;
        }
        catch (ContainerFaultException fault)
        {
            if (Report.State is not ContainerState.Waiting waiting || waiting.Reason != fault.Reason || waiting.Message != fault.Message)
            {
                Change(r => r with { State = new ContainerState.Waiting(fault.Reason, fault.Message), Ready = false, Started = false });
            }

            if (fault.Reason == "ErrImageNeverPull")
            {
                _host.Report(Name, true, fault.Reason, fault.Message);
            }

            _host.Report(Name, true, fault.Reason is "InvalidImageName" or "ImageInspectError" ? "InspectFailed" : "Failed", "Error: " + (fault.Reason == "ErrImageNeverPull" ? fault.Reason : fault.Message));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Change(r => r with { State = new ContainerState.Waiting("CreateContainerError", exception.Message), Ready = false, Started = false });
            _host.Report(Name, true, "Failed", "Error: " + exception.Message);
            return null;
        }

        var hasStartup = Container.Map("startupProbe") is not null;
        var hasReadiness = Container.Map("readinessProbe") is not null;
        bool stopped;
        lock (_lock)
        {
            Run = run;
            stopped = _stop.Task.IsCompleted;
        }

        _host.Report(Name, false, "Pulled", $"Container image \"{Report.Image}\" already present on machine");
        _host.Report(Name, false, "Created", $"Created container: {Name}");
        _host.Report(Name, false, "Started", $"Started container {Name}");
        Change(r => r with
        {
            State = new ContainerState.Running(run.StartedAt),
            ContainerId = "ahoi://" + run.Id,
            ImageId = run.Image.Id,
            Started = !hasStartup,
            Ready = !hasStartup && !hasReadiness,
        });
        if (stopped)
        {
            await run.StopAsync(_grace, null).ConfigureAwait(false);
        }

        using var ending = new CancellationTokenSource();
        var watching = WatchAsync(run, hasStartup, hasReadiness, ending.Token);
        var end = await run.Ended.ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Change(r => r with { State = end with { ContainerId = "ahoi://" + end.ContainerId }, Ready = false, Started = false });
        return end with { ContainerId = "ahoi://" + end.ContainerId };
    }

    /// <summary>Runs the hook and the probes of a run.</summary>
    private async Task WatchAsync(ContainerRun run, bool hasStartup, bool hasReadiness, CancellationToken cancellationToken)
    {
        if (Container.Map("lifecycle")?.Map("postStart") is { } hook && await HookAsync(run, hook, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            _host.Report(Name, true, "FailedPostStartHook", $"PostStartHook failed: {fault}");
            await KillAsync(run, null, "FailedPostStartHook").ConfigureAwait(false);
            return;
        }

        if (hasStartup && !await StartUpAsync(run, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        _started.TrySetResult();
        Change(r => r with { Started = true, Ready = !hasReadiness });
        var probes = new List<Task>();
        if (hasReadiness)
        {
            var readiness = Container.Map("readinessProbe")!; // It was asked for.
            probes.Add(Probe(run, readiness).RunAsync(
                (well, said) =>
                {
                    if (Report.Ready != well)
                    {
                        Change(r => r with { Ready = well });
                    }

                    return true;
                },
                message => _host.Report(Name, true, "Unhealthy", "Readiness probe failed: " + message),
                cancellationToken));
        }

        if (Container.Map("livenessProbe") is { } liveness)
        {
            probes.Add(Probe(run, liveness).RunAsync(
                (well, said) =>
                {
                    if (!well)
                    {
                        _ = KillAsync(run, liveness.Integer("terminationGracePeriodSeconds"), "liveness");
                    }

                    return well;
                },
                message => _host.Report(Name, true, "Unhealthy", "Liveness probe failed: " + message),
                cancellationToken));
        }

        await Task.WhenAll(probes).ConfigureAwait(false);
    }

    private async Task<bool> StartUpAsync(ContainerRun run, CancellationToken cancellationToken)
    {
        var probe = Container.Map("startupProbe")!; // It was asked for.
        var started = false;
        await Probe(run, probe).RunAsync(
            (well, said) =>
            {
                started = well;
                if (!well)
                {
                    _ = KillAsync(run, probe.Integer("terminationGracePeriodSeconds"), "startup");
                }

                return false;
            },
            message => _host.Report(Name, true, "Unhealthy", "Startup probe failed: " + message),
            cancellationToken).ConfigureAwait(false);
        return started;
    }

    private async Task KillAsync(ContainerRun run, long? grace, string probe)
    {
        _host.Report(Name, false, "Killing", probe == "FailedPostStartHook" ? "FailedPostStartHook" : $"Container {Name} failed {probe} probe, will be restarted");
        await run.StopAsync(TimeSpan.FromSeconds(grace ?? _host.Facts.Spec.Integer("terminationGracePeriodSeconds") ?? 30), PreStop(run)).ConfigureAwait(false);
    }

    private ProbeLoop Probe(ContainerRun run, JsonMap probe) =>
        new(probe, _host.Node.Time, cancellationToken => new ContainerActions(_host, Container, run).AskAsync(probe, cancellationToken));

    private Task<string?> HookAsync(ContainerRun run, JsonMap hook, CancellationToken cancellationToken) =>
        new ContainerActions(_host, Container, run).HookAsync(hook, cancellationToken);

    private Func<CancellationToken, Task>? PreStop(ContainerRun run) => Container.Map("lifecycle")?.Map("preStop") is not { } hook ? null : async cancellationToken =>
    {
        if (await HookAsync(run, hook, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            _host.Report(Name, true, "FailedPreStopHook", $"PreStopHook failed: {fault}");
        }
    };

    private void Change(Func<ContainerReport, ContainerReport> change)
    {
        lock (_lock)
        {
            Volatile.Write(ref _report, change(_report));
        }

        _host.Changed();
    }

    // As Go writes durations: 10s, 1m20s, 5m0s.
    private static string Duration(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m{time.Seconds}s");
}
