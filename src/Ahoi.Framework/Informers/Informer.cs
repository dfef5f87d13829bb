using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Client.Watches;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Informers;

/// <summary>
/// Keeps the objects of one kind in memory: lists, watches, goes on from the last resource version after every cut, and
/// lists anew where the server cannot go on or an event was lost. What vanished meanwhile is reported as gone.
/// </summary>
internal sealed partial class Informer
{
    private readonly ApiClient _client;
    private readonly ManagedFieldsFilter _managedFields;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly FrameworkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    private Action<ResourceDelta>[] _handlers = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ApiResource? _resource;
    private Exception? _fault;
    private bool _synced;
    private long _movedAt;
    private long _heardAt;

    public Informer(ApiClient client, InformerScope scope, ManagedFieldsFilter managedFields, TimeProvider time, Random random, FrameworkMetrics metrics, ILogger logger)
    {
        _client = client;
        Scope = scope;
        _managedFields = managedFields;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _movedAt = time.GetTimestamp();
        _backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), random);
    }

    public InformerScope Scope { get; }

    public ObjectStore Store { get; } = new();

    /// <summary>Gets whether the kind's objects are in no namespace; unknown, and false, before the first complete list.</summary>
    public bool IsOfCluster
    {
        get
        {
            lock (_gate)
            {
                return _resource is { Namespaced: false };
            }
        }
    }

    /// <summary>Gets whether the store has been complete once.</summary>
    public bool IsSynced
    {
        get
        {
            lock (_gate)
            {
                return _synced;
            }
        }
    }

    /// <summary>Gets why the informer cannot go on at present, or null.</summary>
    public Exception? Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }
    }

    /// <summary>Gets for how long nothing was heard of the server: no list, no event, no bookmark; null before the first.</summary>
    public TimeSpan? Silence => Volatile.Read(ref _heardAt) is var at and not 0 ? _time.GetElapsedTime(at) : null;

    /// <summary>Gets for how long the informer itself has done nothing, not even tried; long only where it is stuck.</summary>
    public TimeSpan Stillness => _time.GetElapsedTime(Volatile.Read(ref _movedAt));

    /// <summary>Adds a handler, which is called for every change from here on, at times by several threads. The objects that
    /// are there already are handed to it first.</summary>
    public void Subscribe(Action<ResourceDelta> handler)
    {
        lock (_gate)
        {
            _handlers = [.. _handlers, handler];
        }

        foreach (var value in Store.List(null, null))
        {
            handler(new(null, value));
        }
    }

    /// <summary>Takes a handler away; a call that has begun may still go on.</summary>
    public void Unsubscribe(Action<ResourceDelta> handler)
    {
        lock (_gate)
        {
            _handlers = [.. _handlers.Where(h => h != handler)];
        }
    }

    /// <summary>Waits until the store is complete, or says why it is not going to be for now.</summary>
    public async ValueTask<ApiResource> ReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_synced && _resource is { } resource)
                {
                    return resource;
                }

                if (_fault is { } fault)
                {
                    throw fault is KindNotServedException ? fault : new KindUnavailableException(Scope.Kind, fault);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the answer to an own write in.</summary>
    public void Observe(RawObject written)
    {
        written = Kept(written);
        if ((Scope.Namespace is null || Scope.Namespace == written.Namespace)
            && (Scope.IsUnselected || Store.Find(written.Key) is not null)
            && Store.TryObserve(written, out var before))
        {
            Notify(new(before, written));
        }
    }

    /// <summary>Takes in that an own request has deleted an object.</summary>
    public void ObserveGone(ObjectKey key, string uid)
    {
        if (Store.TryForget(key, uid, out var before))
        {
            Notify(new(before, null));
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var resource = await ResolveAsync(cancellationToken).ConfigureAwait(false);
                var version = await ListAsync(resource, cancellationToken).ConfigureAwait(false);
                await WatchAsync(resource, version, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Loop boundary: whatever the server or the network does is logged and tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (exception is ApiException { Code: 404 })
                {
                    _client.Discovery.Invalidate(); // The definition may have gone.
                }

                Failed(exception);
                _metrics.WatchRestarted(Scope.Kind, "failed");
                await DelayAsync(exception, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<ApiResource> ResolveAsync(CancellationToken cancellationToken)
    {
        var found = await _client.Discovery.FindAsync(Scope.Kind, cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            return found;
        }

        // A kind that is not served has no objects; those that were known are gone with it.
        NotifyAll(Store.Clear());
        throw new KindNotServedException(Scope.Kind);
    }

    private async Task<string> ListAsync(ApiResource resource, CancellationToken cancellationToken)
    {
        var items = new List<RawObject>();
        var version = "";
        var options = new ListOptions
        {
            LabelSelector = Scope.LabelSelector,
            FieldSelector = Scope.FieldSelector,
            MetadataOnly = Scope.MetadataOnly,
            ManagedFields = _managedFields,
        };
        await foreach (var page in _client.ListPagesAsync(resource.Resource, Scope.Namespace, options, cancellationToken).ConfigureAwait(false))
        {
            items.AddRange(Scope.MetadataOnly ? page.Items.Select(Kept) : page.Items);
            Heard();
            version = page.ResourceVersion;
        }

        var deltas = Store.Replace(items, version);
        TaskCompletionSource changed;
        lock (_gate)
        {
            (_resource, _fault, _synced) = (resource, null, true);
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Heard();
        _backoff.Reset();
        changed.TrySetResult();
        LogListed(_logger, Scope.Kind, items.Count, version);
        NotifyAll(deltas);
        return version;
    }

    /// <summary>Watches over as many connections as it takes, until only a new list helps.</summary>
    private async Task WatchAsync(ApiResource resource, string version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var opened = _time.GetTimestamp();
            var before = version;
            try
            {
                var options = new WatchOptions
                {
                    ResourceVersion = version,
                    LabelSelector = Scope.LabelSelector,
                    FieldSelector = Scope.FieldSelector,
                    MetadataOnly = Scope.MetadataOnly,
                    ManagedFields = _managedFields,
                };
                var watch = await _client.OpenWatchAsync(resource.Resource, Scope.Namespace, options, cancellationToken).ConfigureAwait(false);
                await using (watch.ConfigureAwait(false))
                {
                    Heard();
                    await foreach (var change in watch.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (!Take(change, ref version))
                        {
                            return;
                        }
                    }
                }
            }
            catch (ApiException exception) when (exception.Code is 410)
            {
                LogExpired(_logger, Scope.Kind, exception.Message);
                _metrics.WatchRestarted(Scope.Kind, "expired");
                return;
            }
            catch (Exception exception) when (exception is TransportException { IsTransient: true } or ApiException { IsTransient: true })
            {
                LogCut(_logger, exception, Scope.Kind);
                _metrics.WatchRestarted(Scope.Kind, "cut");
                await DelayAsync(exception, cancellationToken).ConfigureAwait(false);
                continue;
            }

            _metrics.WatchRestarted(Scope.Kind, "ended");

            // A server that ends watches at once must not be asked in a tight loop.
            if (version == before && _time.GetElapsedTime(opened) < TimeSpan.FromSeconds(1))
            {
                await DelayAsync(null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes an event in; false where the watch cannot go on and a new list is needed.</summary>
    private bool Take(WatchEvent change, ref string version)
    {
        Heard();
        switch (change.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified when change.Object is { } value:
                var kept = Kept(value);
                if (Store.TryPut(kept, out var before))
                {
                    Notify(new(before, kept));
                }

                break;
            case WatchEventType.Deleted when change.Object is { } last:
                if (Store.TryRemove(last, out var known))
                {
                    Notify(new(known, null));
                }

                break;
            case WatchEventType.Error when change.Status is { Code: 410 } expired:
                LogExpired(_logger, Scope.Kind, expired.Message);
                _metrics.WatchRestarted(Scope.Kind, "expired");
                return false;
            case WatchEventType.Error:
                throw new ApiException(change.Status ?? new(500, StatusReason.InternalError, "The watch ended with an error that says nothing."));
            case WatchEventType.Unreadable:
                LogUnreadable(_logger, change.Fault, Scope.Kind);
                _metrics.WatchRestarted(Scope.Kind, "unreadable");
                return false;
        }

        if (change.ResourceVersion.Length > 0)
        {
            version = change.ResourceVersion;
            Store.Advance(version);
            _backoff.Reset();
        }

        return true;
    }

    /// <summary>What is kept of an object: all of it, or its metadata under its own type, whatever the server sent.</summary>
    private RawObject Kept(RawObject value) => Scope.MetadataOnly ? value.WithMetadataAlone(Scope.Kind) : value;

    private void Heard()
    {
        var now = _time.GetTimestamp();
        Volatile.Write(ref _heardAt, now);
        Volatile.Write(ref _movedAt, now);
    }

    private void Failed(Exception exception)
    {
        LogFailed(_logger, exception, Scope.Kind);
        TaskCompletionSource changed;
        lock (_gate)
        {
            _fault = exception;
            _synced &= exception is not KindNotServedException;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
    }

    private async Task DelayAsync(Exception? exception, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _movedAt, _time.GetTimestamp());
        var delay = _backoff.Next();
        if (exception is ApiException { RetryAfter: { } asked } && asked > delay)
        {
            delay = asked;
        }

        await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
    }

    private void NotifyAll(IReadOnlyList<ResourceDelta> deltas)
    {
        foreach (var delta in deltas)
        {
            Notify(delta);
        }
    }

    private void Notify(ResourceDelta delta)
    {
        Action<ResourceDelta>[] handlers;
        lock (_gate)
        {
            handlers = _handlers;
        }

        foreach (var handler in handlers)
        {
            handler(delta);
        }
    }
}
