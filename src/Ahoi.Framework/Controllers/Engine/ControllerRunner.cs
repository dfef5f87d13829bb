using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Events;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Queues;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Runs one controller: fills its queue from what changes, and works the queue off.</summary>
internal sealed partial class ControllerRunner : IDisposable
{
    private readonly ControllerDefinition _definition;
    private readonly ObjectTypes _types;
    private readonly ClusterCache _cache;
    private readonly ApiClient _client;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly FrameworkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly RetryBackoff _backoff;
    private readonly DependencyIndex _dependencies = new();
    private readonly ConcurrentDictionary<GroupVersionKind, Informer> _children = new();
    private readonly HashSet<GroupVersionKind> _read = [];
    private readonly OwnedKinds _owned;
    private readonly ConnectionRegistry _connections;
    private readonly ClusterWriter _writer;
    private readonly DescriptionWriter _descriptions;
    private readonly StatusWriter _statuses;
    private readonly Func<ApiClient> _planClient;
    private bool _workedBefore;
    private volatile bool _working;
    private volatile string? _fault;
    private int _workers;
    private long _movedAt;

    public ControllerRunner(
        ControllerDefinition definition, ObjectTypes types, ClusterCache cache, ApiClient client, EventRecorder events, TimeProvider time, Random random, FrameworkMetrics metrics, ILoggerFactory loggers,
        Func<ApiClient> planClient)
    {
        _definition = definition;
        _types = types;
        _cache = cache;
        _client = client;
        _events = events;
        _time = time;
        _random = random;
        _metrics = metrics;
        _logger = loggers.CreateLogger($"Ahoi.Controllers.{definition.Name}");
        _backoff = new(definition.Options.MinRetryDelay, definition.Options.MaxRetryDelay, random);
        _owned = new(WatchChildren);
        _planClient = planClient;
        _connections = new(time, _logger);
        _writer = new(client, cache, definition.FieldManager);
        _descriptions = new(definition, types, ChildrenOf, _owned, () => Objects, client, time, _logger);
        _statuses = new(definition, types, time, _logger);
        Queue = new(time);
    }

    /// <summary>Gets the cache of the reconciled objects. It begins to fill when it is asked for first, which is after the definitions are installed.</summary>
    private Informer Objects => field ??= _cache.Of(
        new InformerScope(_definition.Kind) { Namespace = _definition.Options.Namespace, LabelSelector = _definition.Options.LabelSelector });

    public string Name => _definition.Name;

    public WorkQueue Queue { get; }

    public ReconcileHistory History { get; } = new();

    /// <summary>Gets whether the caches were complete and reconciles run.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Gets why the controller waits, or null.</summary>
    public string? Waiting { get; private set; }

    public void Dispose() => Queue.Dispose();

    /// <summary>Closes what is open for objects.</summary>
    public Task CloseConnectionsAsync() => _connections.CloseAllAsync();

    /// <summary>Begins to watch, and ends when the caches are complete.</summary>
    public async Task PrepareAsync(CancellationToken cut)
    {
        try
        {
            Subscribe();
            await WaitForCachesAsync(cut).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _fault = exception.Message;
            throw;
        }

        IsRunning = true;
        LogStarted(_logger, Name, _definition.Kind, Objects.Store.Count);
    }

    /// <summary>Reconciles once <paramref name="prepared"/>, until the queue is completed; <paramref name="cut"/> ends
    /// everything at once. Begun again after a cut, it looks at every object: what was cut off is not finished.</summary>
    public async Task WorkAsync(Task prepared, CancellationToken cut)
    {
        // A controller that waits for its kind has nothing to end when the queue is completed.
        if (await Task.WhenAny(prepared, Queue.Completion).WaitAsync(cut).ConfigureAwait(false) != prepared)
        {
            return;
        }

        await prepared.ConfigureAwait(false);
        if (_workedBefore)
        {
            foreach (var value in Objects.Store.List(null, null))
            {
                Queue.Add(value.Key, new(CauseKind.Resync), QueuePriority.Sweep);
            }
        }

        _workedBefore = true;
        Volatile.Write(ref _movedAt, _time.GetTimestamp());
        Volatile.Write(ref _workers, _definition.Options.Workers);
        _working = true;
        _connections.Reopen();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _definition.Options.Workers).Select(_ => Task.Run(() => CountedWorkAsync(cut), CancellationToken.None))).ConfigureAwait(false);
        }
        finally
        {
            _working = false;
            await _connections.CloseAllAsync().ConfigureAwait(false);
        }
    }

    private async Task CountedWorkAsync(CancellationToken cut)
    {
        try
        {
            await WorkAsync(cut).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _workers);
        }
    }

    private void Subscribe()
    {
        Objects.Subscribe(OnResource);
        foreach (var kind in _definition.OwnedKinds)
        {
            _owned.Watch(kind);
        }

        foreach (var (scope, map) in _definition.Watched)
        {
            _cache.Of(scope).Subscribe(delta =>
            {
                foreach (var key in Both(delta, map))
                {
                    Queue.Add(key, Cause(CauseKind.Mapped, scope.Kind, delta));
                }
            });
        }
    }

    /// <summary>The own kind must be there; of others it is enough to know that they are not, for now.</summary>
    private async Task<ApiResource?> WaitForCachesAsync(CancellationToken cut)
    {
        ApiResource? resource = null;
        var delay = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), _random);
        while (resource is null)
        {
            try
            {
                resource = await Objects.ReadyAsync(cut).ConfigureAwait(false);
                Waiting = null;
            }
            catch (Exception exception) when (exception is KindNotServedException or KindUnavailableException)
            {
                if (Waiting != exception.Message)
                {
                    Waiting = exception.Message;
                    LogWaiting(_logger, Name, exception.Message);
                }

                await Task.Delay(delay.Next(), _time, cut).ConfigureAwait(false);
            }
        }

        foreach (var scope in _owned.Kinds.Select(ScopeOf).Concat(_definition.Watched.Select(w => w.Scope)))
        {
            try
            {
                await _cache.Of(scope).ReadyAsync(cut).ConfigureAwait(false);
            }
            catch (KindNotServedException)
            {
                // Of another operator, perhaps, that is not installed. Once it is served it is watched like all others.
                LogAbsent(_logger, Name, scope.Kind);
            }
            catch (KindUnavailableException exception)
            {
                LogWaiting(_logger, Name, exception.Message);
            }
        }

        return resource;
    }

    private InformerScope ScopeOf(GroupVersionKind owned) => new(owned) { MetadataOnly = _definition.MetadataKinds.Contains(owned) };

    /// <summary>The cache of a kind of children; asked for several times in each reconcile.</summary>
    private Informer ChildrenOf(GroupVersionKind kind) => _children.GetOrAdd(kind, static (k, runner) => runner._cache.Of(runner.ScopeOf(k)), this);

    private void OnResource(ResourceDelta delta)
    {
        if (delta.After is null)
        {
            Queue.Add(delta.Key, Cause(CauseKind.Gone, _definition.Kind, delta));
            return;
        }

        var change = new ResourceChange(delta.Before, delta.After);
        if (delta.Before is not null && !delta.After.IsBeingDeleted && !_definition.Options.Predicates.All(p => p(change)))
        {
            return;
        }

        Queue.Add(
            delta.Key,
            Cause(delta.Before is null ? CauseKind.Seen : CauseKind.Changed, _definition.Kind, delta),
            delta.Before is null && !IsRunning ? QueuePriority.Sweep : QueuePriority.Change);
    }

    private void WatchChildren(GroupVersionKind kind)
    {
        if (IsRunning && !_definition.OwnedKinds.Contains(kind))
        {
            LogUndeclared(_logger, Name, kind);
        }

        ChildrenOf(kind).Subscribe(delta =>
        {
            foreach (var key in Both(delta, c => Owners(c).Concat(Describers(c))))
            {
                Queue.Add(key, Cause(CauseKind.Child, kind, delta));
            }
        });
    }

    private void WatchDependencies(GroupVersionKind kind)
    {
        lock (_read)
        {
            if (!_read.Add(kind))
            {
                return;
            }
        }

        _cache.Of(kind).Subscribe(delta =>
        {
            foreach (var reader in _dependencies.ReadersOf(kind, delta.Key))
            {
                Queue.Add(reader, Cause(CauseKind.Dependency, kind, delta));
            }
        });
    }

    /// <summary>Who owns an object, as this controller names it. An owner of a namespaced child may be cluster-scoped.</summary>
    private IEnumerable<ObjectKey> Owners(RawObject child)
    {
        foreach (var owner in child.OwnerReferences)
        {
            if (owner.Kind == _definition.Kind.Kind && GroupVersionKind.Of(owner.ApiVersion, owner.Kind).Group == _definition.Kind.Group)
            {
                yield return new(Objects.IsOfCluster ? null : child.Namespace, owner.Name);
            }
        }
    }

    /// <summary>Who describes an object that has no owner reference to it.</summary>
    private IEnumerable<ObjectKey> Describers(RawObject child) =>
        DescribedBy.Of(child) is { } by && by.Kind == _definition.Kind.Kind && by.Group == _definition.Kind.Group ? [by.Key] : [];

    /// <summary>The keys of the object as it was and as it is: both concern the change.</summary>
    private static IEnumerable<ObjectKey> Both(ResourceDelta delta, Func<RawObject, IEnumerable<ObjectKey>> map) => delta switch
    {
        { Before: { } before, After: { } after } => map(before).Union(map(after)),
        { After: { } added } => map(added).Distinct(),
        { Before: { } gone } => map(gone).Distinct(),
        _ => [],
    };

    private static ReconcileCause Cause(CauseKind what, GroupVersionKind kind, ResourceDelta delta) =>
        new(what, kind, delta.Key) { Before = delta.Before, After = delta.After };
}
