using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Events;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Periodic;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Hosting;

/// <summary>
/// All controllers of an application, their shared cache, and their order of start and stop. A host that has it through
/// <see cref="AhoiServiceCollectionExtensions.AddAhoi"/> starts and stops it by itself.
/// </summary>
public sealed partial class Operator : IAsyncDisposable
{
    private readonly ApiClient _client;
    private readonly ObjectTypes _types;
    private readonly AhoiOptions _options;
    private readonly TimeProvider _time;
    private readonly FrameworkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<ControllerDefinition> _definitions;
    private readonly ClusterCache _cache;
    private readonly EventRecorder _events;
    private readonly IReadOnlyList<ControllerRunner> _runners;
    private readonly CancellationTokenSource _cut = new();
    private readonly OperatorLeadership? _leadership;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<ApiClient> _planClient;
    private readonly IReadOnlyList<IOperatorWork> _works;
    private readonly OperatorTools _tools;
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;
    private volatile bool _started;
    private volatile string? _installing;
    private bool _working;
    private bool _stopped;
    private bool _disposed;

    internal Operator(
        ApiClient client, ObjectTypes types, IEnumerable<IControllerSource> controllers, AhoiOptions options, TimeProvider time, ILoggerFactory loggers,
        OperatorLeadership? leadership = null, IMeterFactory? meters = null, IEnumerable<IOperatorWork>? works = null,
        IEnumerable<PeriodicTaskDefinition>? tasks = null, IEnumerable<OperatorManifest>? manifests = null)
    {
        _leadership = leadership;
        _client = client;
        _types = types;
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Ahoi.Framework.Hosting");
        _definitions = [.. controllers.Select(c => c.Create(types, options.OperatorName))];
        if (_definitions.GroupBy(d => d.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two controllers are named {twice.Key}; give one of them another name in its options.");
        }

        _planClient = new(() => new(client.Connection, client.Options with { Middleware = [.. client.Options.Middleware, () => new PlanningHandler()] }));
        var random = options.Seed is { } seed ? new Random(seed) : new Random();
        string[] managers = [.. _definitions.Select(d => d.FieldManager)];
        _metrics = new(options.OperatorName, meters);
        _cache = new(client, ManagedFieldsFilter.KeepOnly(managers), time, random, _metrics, loggers);
        _events = new(client, options.OperatorName, time, _logger);
        _runners = [.. _definitions.Select(d => new ControllerRunner(d, types, _cache, client, _events, time, random, _metrics, loggers, () => _planClient.Value))];
        Tasks = new(tasks ?? [], t => CreateLoop(t, random, loggers), time);
        _metrics.Observe(_runners, _cache, () => IsLeading);
        _works = [.. works ?? []];
        Manifests = [.. manifests ?? []];
        _tools = new(client, _cache, _events, time, random, loggers);
    }

    /// <summary>Gets whether every controller has complete caches, and reconciles or could do so as soon as this replica
    /// leads.</summary>
    public bool IsReady => _runners.All(r => r.IsRunning) && (!Volatile.Read(ref _working) || _works.All(w => w.IsRunning));

    /// <summary>Gets whether this replica reconciles: always, unless <see cref="AhoiOptions.Leadership"/> says that one of
    /// several does.</summary>
    public bool IsLeading => _leadership is null || _leadership.Elector.IsLeader;

    /// <summary>Gets the objects that the operator applies when it starts, besides the definitions of its kinds, where
    /// <see cref="AhoiOptions.InstallDefinitions"/> says so.</summary>
    public IReadOnlyList<OperatorManifest> Manifests { get; }

    /// <summary>Gets what the operator does from time to time.</summary>
    public PeriodicTasks Tasks { get; }

    /// <summary>Gets what controllers wait for that do not reconcile yet, by name.</summary>
    public IReadOnlyDictionary<string, string> Waiting =>
        _runners.Where(r => !r.IsRunning).ToDictionary(r => r.Name, r => r.Waiting ?? _installing ?? "its cache is being filled");

    /// <summary>Gets the last reconciles, the latest first: why each ran and what it did. A controller remembers its last
    /// 128.</summary>
    /// <param name="key">The object to look for; all, where left out.</param>
    /// <returns>What is remembered.</returns>
    public IReadOnlyList<ReconcileRecord> RecentReconciles(ObjectKey? key = null) =>
        [.. _runners.SelectMany(r => r.History.Of(key)).OrderByDescending(r => r.At)];

    /// <summary>Reconciles an object soon, because something outside of the cluster says so.</summary>
    /// <param name="controller">The controller's name.</param>
    /// <param name="key">The object.</param>
    /// <param name="note">Why, for logs.</param>
    public void Wake(string controller, ObjectKey key, string? note = null)
    {
        var runner = _runners.FirstOrDefault(r => r.Name == controller) ?? throw new ArgumentException($"There is no controller {controller}.", nameof(controller));
        runner.Queue.Add(key, new(CauseKind.External) { Note = note });
    }

    /// <summary>Finds out what the operator would write, without writing anything: every object is reconciled as ever, and
    /// the server is asked with dry runs. An operator that plans is not started.</summary>
    /// <param name="which">Which objects to look at; all, where left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan.</returns>
    public async Task<OperatorPlan> PlanAsync(Func<GroupVersionKind, ObjectKey, bool>? which = null, CancellationToken cancellationToken = default)
    {
        var plans = new List<ObjectPlan>();
        var notes = new List<string>();
        var installer = new DefinitionInstaller(_client, _types, _options.OperatorName, _time, _logger);
        if (_options.InstallDefinitions)
        {
            plans.AddRange(await installer.PlanAsync(_definitions.Select(d => d.Type), _planClient.Value, cancellationToken).ConfigureAwait(false));
            var manifests = new ManifestInstaller(_client, _options.OperatorName, _time, _logger);
            plans.AddRange(await manifests.PlanAsync(Manifests, _planClient.Value, cancellationToken).ConfigureAwait(false));
        }

        var reconciled = 0;
        foreach (var (runner, definition) in _runners.Zip(_definitions))
        {
            var (found, note) = await runner.PlanAsync(key => which?.Invoke(definition.Kind, key) ?? true, cancellationToken).ConfigureAwait(false);
            plans.AddRange(found);
            reconciled += found.Count;
            if (note is not null)
            {
                notes.Add(note);
            }
        }

        return new([.. plans.Where(p => p.Changes.Count > 0 || p.Faults.Count > 0)], reconciled, notes);
    }

    /// <summary>Starts the controllers; they begin to reconcile when their caches are complete.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>A task that ends when everything was started, not when everything is ready.</returns>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.InstallDefinitions)
        {
            var installer = new DefinitionInstaller(_leadership?.Client ?? _client, _types, _options.OperatorName, _time, _logger, w => _installing = w);
            await installer.InstallAsync(_definitions.Select(d => d.Type), cancellationToken).ConfigureAwait(false);
            _client.Discovery.Invalidate();
            var manifests = new ManifestInstaller(_leadership?.Client ?? _client, _options.OperatorName, _time, _logger, w => _installing = w);
            await manifests.InstallAsync(Manifests, cancellationToken).ConfigureAwait(false);
            _installing = null;
        }

        _events.Start();
        _run = Task.Run(RunAsync, CancellationToken.None);
        _started = true;
        LogStarted(_logger, _options.OperatorName, _runners.Count);
    }

    /// <summary>Stops: no reconcile begins, those that run may end, then everything is cut off.</summary>
    /// <param name="cancellationToken">Cuts the waiting short.</param>
    /// <returns>A task that ends when nothing runs any more.</returns>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, true))
        {
            return;
        }

        foreach (var runner in _runners)
        {
            runner.Queue.Complete();
        }

        Tasks.Complete();
        await _stopping.CancelAsync().ConfigureAwait(false);

        // Controllers that wait for their caches or for leadership have nothing to end.
        if (Volatile.Read(ref _working))
        {
            await _drained.Task.WaitAsync(_options.DrainTimeout, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_drained.Task.IsCompleted)
            {
                LogDrainTimedOut(_logger, _options.DrainTimeout);
            }
        }

        // Events first: they are writes too, and leadership is given up with the cut.
        await _events.DisposeAsync().ConfigureAwait(false);
        await _cut.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cache.DisposeAsync().ConfigureAwait(false);
        LogStopped(_logger, _options.OperatorName);
    }

    /// <summary>Fills the caches at once, leading or not, so that a replica that takes over can begin at once.</summary>
    private async Task RunAsync()
    {
        Activity.Current = null; // Whoever starts the operator is not the parent of all it does.
        var prepared = _runners.Select(r => r.PrepareAsync(_cut.Token)).ToArray();
        var everywhere = Tasks.WorkAsync(onEveryReplica: true, _cut.Token);
        try
        {
            await LeadAsync(prepared).ConfigureAwait(false);
        }
        finally
        {
            await everywhere.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(Task[] prepared)
    {
        if (_leadership is null)
        {
            await WorkAsync(prepared, _cut.Token).ConfigureAwait(false);
            return;
        }

        await Task.WhenAny(Task.WhenAll(prepared), Task.Delay(Timeout.InfiniteTimeSpan, _time, _cut.Token)).ConfigureAwait(false);
        await _leadership.Elector.RunAsync(
            async (_, leading) =>
            {
                _metrics.TermBegan();
                await WorkAsync(prepared, leading).ConfigureAwait(false);

                // Leadership is kept until the cut: whoever stops sends its last events before it is given up.
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, leading).ConfigureAwait(false);
            },
            _cut.Token).ConfigureAwait(false);
    }

    /// <summary>Reconciles until the queues are completed, or <paramref name="cut"/> ends it.</summary>
    private async Task WorkAsync(IReadOnlyList<Task> prepared, CancellationToken cut)
    {
        Volatile.Write(ref _working, true);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cut, _stopping.Token);
        var works = _works.Select(w => KeepAsync(w, stopping.Token));
        await Task.WhenAll([.. _runners.Zip(prepared, (r, p) => r.WorkAsync(p, cut)), .. works, Tasks.WorkAsync(onEveryReplica: false, cut)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Volatile.Read(ref _stopped))
        {
            _drained.TrySetResult();
        }
    }

    private PeriodicTaskLoop CreateLoop(PeriodicTaskDefinition task, Random random, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger($"Ahoi.Tasks.{task.Name}");
        return new(task, new(task.Name, this, _client, _cache, _types, _time, logger), _time, random, _metrics, logger);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var runner in _runners)
        {
            await runner.CloseConnectionsAsync().ConfigureAwait(false); // Those of a plan; what worked has closed its own.
            runner.Dispose();
        }

        if (_planClient.IsValueCreated)
        {
            _planClient.Value.Dispose();
        }

        _metrics.Dispose();
        _cut.Dispose();
        _stopping.Dispose();
    }

    [LoggerMessage(FrameworkEventIds.OperatorStarted, LogLevel.Information, "Operator {Operator} started {Count} controllers")]
    private static partial void LogStarted(ILogger logger, string @operator, int count);

    [LoggerMessage(FrameworkEventIds.OperatorStopped, LogLevel.Information, "Operator {Operator} stopped")]
    private static partial void LogStopped(ILogger logger, string @operator);

    [LoggerMessage(FrameworkEventIds.DrainTimedOut, LogLevel.Warning, "Some reconciles did not end within {Timeout} and are cut off")]
    private static partial void LogDrainTimedOut(ILogger logger, TimeSpan timeout);
}
