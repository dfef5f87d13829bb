using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.ControlPlane.Node.Containers;
using Ahoi.ControlPlane.Node.Sandbox;
using Ahoi.ControlPlane.Node.Volumes;
using Ahoi.Framework.Supervision;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>
/// Runs one pod: makes its volumes, runs its init containers one after the other, keeps its containers running, and ends them.
/// It is told of changes and tells of its own; what it should do follows from the pod alone.
/// </summary>
internal sealed partial class PodWorker : IContainerHost, IRunningChild
{
    private static readonly TimeSpan MountRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DiskCheck = TimeSpan.FromSeconds(10);

    private readonly PodVolumes _volumes;
    private readonly HostPorts _ports;
    private readonly IReadOnlyList<ContainerRunner> _init;
    private readonly IReadOnlyList<ContainerRunner> _apps;
    private readonly Action _changed;
    private readonly Action<string?, bool, string, string> _event;
    private readonly TaskCompletionSource<ExitReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _startTime;
    private readonly Lock _lock = new();
    private TaskCompletionSource _updated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _grace = Timeout.InfiniteTimeSpan;
    private volatile IReadOnlyList<ContainerRunner> _ephemeral = [];
    private volatile bool _prepared;
    private volatile bool _initialized;
    private volatile PodVerdict? _verdict;

    /// <summary>Makes a worker; <see cref="Start"/> starts it.</summary>
    /// <param name="node">What the node has.</param>
    /// <param name="facts">The pod.</param>
    /// <param name="sources">What it is made of.</param>
    /// <param name="changed">Is told when there is something new to report.</param>
    /// <param name="report">Is told of events: the container, whether it is a warning, reason and message.</param>
    public PodWorker(
        NodeServices node, PodFacts facts, PodSources sources, Action changed, Action<string?, bool, string, string> report)
    {
        (Node, Facts, Sources, _changed, _event) = (node, facts, sources, changed, report);
        Folder = Path.Combine(node.Folder, facts.Uid);
        HostName = facts.Spec.Text("hostname") is { Length: > 0 } name ? name : facts.Name.Length <= 63 ? facts.Name : facts.Name[..63].TrimEnd('-', '.');
        _volumes = new(node, Folder);
        _ports = new(node);
        _startTime = node.Time.GetUtcNow();
        _init =
        [
            .. (facts.Spec.List("initContainers")?.Maps ?? []).Select(c => new ContainerRunner(
                this, c, c.Text("restartPolicy") == "Always" ? ContainerKind.Sidecar : ContainerKind.Init, PodStatus.Former(facts.Pod, "initContainerStatuses", c.Text("name") ?? ""))),
        ];
        _apps =
        [
            .. (facts.Spec.List("containers")?.Maps ?? []).Select(c => new ContainerRunner(
                this, c, ContainerKind.App, PodStatus.Former(facts.Pod, "containerStatuses", c.Text("name") ?? ""))),
        ];
    }

    /// <inheritdoc/>
    public PodFacts Facts { get; private set; }

    /// <inheritdoc/>
    public PodSources Sources { get; private set; }

    /// <inheritdoc/>
    public string HostName { get; }

    /// <inheritdoc/>
    public string Folder { get; }

    /// <inheritdoc/>
    public NodeServices Node { get; }

    /// <summary>Gets the file with the names that the pod knows.</summary>
    public string HostsFile => Path.Combine(Folder, "hosts");

    /// <summary>Gets a task that completes when nothing of the pod runs any more.</summary>
    public Task<ExitReason> Completion => _ended.Task;

    /// <inheritdoc/>
    public Task Updated
    {
        get
        {
            lock (_lock)
            {
                return _updated.Task;
            }
        }
    }

    /// <summary>Gets what there is to report.</summary>
    public PodReport Report() => new()
    {
        Address = Facts.PodAddress,
        StartTime = _startTime,
        Prepared = _prepared,
        Init = [.. _init.Select(r => (r.Kind, r.Report))],
        Containers = [.. _apps.Select(r => r.Report)],
        Ephemeral = [.. _ephemeral.Select(r => r.Report)],
        Verdict = _verdict,
    };

    /// <summary>Gets its containers, init containers first.</summary>
    public IEnumerable<ContainerRunner> Runners => _init.Concat(_apps).Concat(_ephemeral);

    /// <summary>Finds a container.</summary>
    public ContainerRunner? Find(string name) => Runners.FirstOrDefault(r => r.Name == name);

    /// <summary>Starts the pod.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>Tells of the pod as it is now.</summary>
    public void Update(PodFacts facts, PodSources sources)
    {
        TaskCompletionSource updated;
        lock (_lock)
        {
            (Facts, Sources) = (facts, sources);
            updated = _updated;
            _updated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        updated.TrySetResult();
        RunEphemeral();
    }

    /// <summary>Ends the pod.</summary>
    /// <param name="grace">How long its containers have. What is said later counts only where it is less.</param>
    /// <param name="verdict">Why it failed, where it is ended because it did.</param>
    public void Stop(TimeSpan grace, PodVerdict? verdict = null)
    {
        lock (_lock)
        {
            if (_stop.Task.IsCompleted && grace >= _grace)
            {
                return;
            }

            _grace = grace;
            _verdict ??= verdict;
        }

        if (!_stop.TrySetResult() && grace == TimeSpan.Zero)
        {
            foreach (var runner in Runners)
            {
                _ = runner.StopAsync(TimeSpan.Zero);
            }
        }
    }

    /// <inheritdoc/>
    public void RequestStop() => Stop(TimeSpan.FromSeconds(Math.Min(Facts.Spec.Integer("terminationGracePeriodSeconds") ?? 30, 5)));

    /// <inheritdoc/>
    public void Kill() => Stop(TimeSpan.Zero);

    /// <inheritdoc/>
    public IReadOnlyList<SandboxMount> Mounts(JsonMap container, IReadOnlyDictionary<string, string> environment)
    {
        var mounts = _volumes.Mounts(Facts.Spec, container, environment);
        var hosts = mounts.Any(m => m.Target == "/etc/hosts") ? [] : new[] { new SandboxMount(HostsFile, "/etc/hosts", true) };
        return [.. hosts, new(Path.Combine(Folder, "hostname"), "/etc/hostname", true), .. File.Exists("/etc/resolv.conf") ? [new SandboxMount("/etc/resolv.conf", "/etc/resolv.conf", true)] : Array.Empty<SandboxMount>(), .. mounts];
    }

    /// <inheritdoc/>
    void IContainerHost.Report(string container, bool warning, string reason, string message) => _event(container, warning, reason, message);

    /// <inheritdoc/>
    public void Changed() => _changed();

    private async Task RunAsync()
    {
        using var ending = new CancellationTokenSource();
        var refreshing = Task.CompletedTask;
        try
        {
            if (await PrepareAsync().ConfigureAwait(false))
            {
                _prepared = true;
                Changed();
                refreshing = Task.WhenAll(RefreshAsync(ending.Token), WatchDeadlineAsync(ending.Token), WatchDiskAsync(ending.Token));
                if (await InitializeAsync().ConfigureAwait(false))
                {
                    _initialized = true;
                    RunEphemeral();
                    await RunContainersAsync().ConfigureAwait(false);
                }
            }
        }
#pragma warning disable CA1031 // Loop boundary: whatever happens to one pod must not end the node.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(Node.Logger, exception, Facts.Namespace, Facts.Name);
            _verdict ??= new("NodeFault", exception.Message);
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
            await _ports.CloseAsync().ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await refreshing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.TrySetResult(ExitReason.Shutdown);
            Changed();
        }
    }

    /// <summary>Makes folders and volumes and listens at the machine's ports, again and again until all are there.</summary>
    /// <returns>Whether the pod is to go on.</returns>
    private async Task<bool> PrepareAsync()
    {
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(Folder, "hostname"), HostName + "\n").ConfigureAwait(false);
        if (!File.Exists(HostsFile))
        {
            await File.WriteAllTextAsync(HostsFile, PodHosts.Write(Facts, HostName, [])).ConfigureAwait(false);
        }

        while (!_stop.Task.IsCompleted)
        {
            var updated = Updated;
            try
            {
                await _volumes.PrepareAsync(Facts, Sources, CancellationToken.None).ConfigureAwait(false);
                _ports.Open(Facts);
                return true;
            }
            catch (HostPortException exception)
            {
                _event(null, true, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {exception.Message}");
                await WaitAsync(MountRetry, updated).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is VolumeFaultException or IOException or UnauthorizedAccessException or Api.Errors.ApiException or Client.Transport.TransportException)
            {
                _event(null, true, "FailedMount", exception.Message);
                await WaitAsync(MountRetry, updated).ConfigureAwait(false);
            }
        }

        return false;
    }

    /// <summary>Runs the init containers, and starts the sidecars between them.</summary>
    /// <returns>Whether the containers are to start.</returns>
    private async Task<bool> InitializeAsync()
    {
        foreach (var runner in _init)
        {
            runner.Start();
            await Task.WhenAny(runner.Kind == ContainerKind.Sidecar ? runner.Started : runner.Done, _stop.Task).ConfigureAwait(false);
            if (_stop.Task.IsCompleted || (runner.Kind == ContainerKind.Init && !runner.Succeeded))
            {
                return false;
            }
        }

        return !_stop.Task.IsCompleted;
    }

    private async Task RunContainersAsync()
    {
        var policy = Facts.Spec.Text("restartPolicy") ?? "Always";
        foreach (var runner in _apps)
        {
            // What had ended for good when the node ran before is not run again; what ran then has been cut off.
            if (PodStatus.Former(Facts.Pod, "containerStatuses", runner.Name) is { } former && IsOver(former, policy))
            {
                runner.Conclude(former);
            }
            else
            {
                runner.Start();
            }
        }

        await Task.WhenAny(Task.WhenAll(_apps.Select(r => r.Done)), _stop.Task).ConfigureAwait(false);
    }

    /// <summary>Starts the containers that were added to the pod, once it runs.</summary>
    private void RunEphemeral()
    {
        List<(ContainerRunner Runner, ContainerReport? Former)> added = [];
        lock (_lock)
        {
            if (!_initialized || _stop.Task.IsCompleted)
            {
                return;
            }

            foreach (var container in (Facts.Spec.List("ephemeralContainers")?.Maps ?? []).Where(c => !_ephemeral.Any(r => r.Name == c.Text("name"))))
            {
                var former = PodStatus.Former(Facts.Pod, "ephemeralContainerStatuses", container.Text("name") ?? "");
                added.Add((new(this, container, ContainerKind.Ephemeral, former), former));
            }

            _ephemeral = [.. _ephemeral, .. added.Select(a => a.Runner)];
        }

        foreach (var (runner, former) in added)
        {
            if (former is { State: not ContainerState.Waiting })
            {
                runner.Conclude(former); // It ran when the node ran before.
            }
            else
            {
                runner.Start();
            }
        }

        if (_stop.Task.IsCompleted)
        {
            // Whoever stopped the pod meanwhile did not see them run.
            foreach (var (runner, _) in added.Where(a => a.Runner.IsActive))
            {
                _ = runner.StopAsync(TimeSpan.Zero);
            }
        }
    }

    private static bool IsOver(ContainerReport former, string policy) => former.State switch
    {
        ContainerState.Terminated ended => policy == "Never" || (policy == "OnFailure" && ended.ExitCode == 0),
        ContainerState.Running => policy == "Never",
        _ => false,
    };

    /// <summary>Stops the containers at once, and then the sidecars, the last that started first.</summary>
    private async Task EndAsync()
    {
        var time = Node.Time;
        var grace = _stop.Task.IsCompleted ? _grace : TimeSpan.FromSeconds(Facts.Spec.Integer("terminationGracePeriodSeconds") ?? 30);
        var until = time.GetUtcNow() + grace;
        await Task.WhenAll(_apps.Concat(_ephemeral).Where(r => r.IsActive).Select(r => r.StopAsync(grace))).ConfigureAwait(false);
        foreach (var runner in _init.Reverse().Where(r => r.IsActive))
        {
            var left = until - time.GetUtcNow();
            await runner.StopAsync(_grace == TimeSpan.Zero || left <= TimeSpan.Zero ? TimeSpan.Zero : left).ConfigureAwait(false);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var updated = Updated;
            var renew = _volumes.Renew is { } at ? at - Node.Time.GetUtcNow() : TimeSpan.FromHours(1);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(updated, Task.Delay(renew > TimeSpan.FromSeconds(1) ? renew : TimeSpan.FromSeconds(1), Node.Time, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await _volumes.PrepareAsync(Facts, Sources, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is VolumeFaultException or IOException or UnauthorizedAccessException or Api.Errors.ApiException or Client.Transport.TransportException)
            {
                // What is there already stays as it is.
                _event(null, true, "FailedMount", exception.Message);
            }
        }
    }

    private async Task WatchDeadlineAsync(CancellationToken cancellationToken)
    {
        if (Facts.Spec.Integer("activeDeadlineSeconds") is not { } seconds)
        {
            return;
        }

        var started = Facts.Pod.At("status", "startTime") is string text && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var known) ? known : _startTime;
        var left = started.AddSeconds(seconds) - Node.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, Node.Time, cancellationToken).ConfigureAwait(false);
        }

        Stop(TimeSpan.FromSeconds(Facts.Spec.Integer("terminationGracePeriodSeconds") ?? 30), new("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"));
    }

    /// <summary>Evicts the pod when one of its emptyDir volumes has grown over its limit, as the kubelet does.</summary>
    private async Task WatchDiskAsync(CancellationToken cancellationToken)
    {
        var limited = _volumes.Limited(Facts.Spec).ToList();
        while (limited.Count > 0)
        {
            await Task.Delay(DiskCheck, Node.Time, cancellationToken).ConfigureAwait(false);
            foreach (var (name, path, limit) in limited)
            {
                if (Quantity.TryParse(limit, out var most) && most.Sign > 0 && FolderSize.Of(path) > most.Value)
                {
                    var message = $"Usage of EmptyDir volume \"{name}\" exceeds the limit \"{limit}\". ";
                    _event(null, true, "Evicted", message);
                    Stop(TimeSpan.Zero, new("Evicted", message));
                    return;
                }
            }
        }
    }

    private async Task WaitAsync(TimeSpan delay, Task sooner)
    {
        using var cancelled = new CancellationTokenSource();
        await Task.WhenAny(Task.Delay(delay, Node.Time, cancelled.Token), sooner, _stop.Task).ConfigureAwait(false);
        await cancelled.CancelAsync().ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "Pod {Namespace}/{Name} cannot be run")]
    private static partial void LogFailed(ILogger logger, Exception exception, string @namespace, string name);
}
