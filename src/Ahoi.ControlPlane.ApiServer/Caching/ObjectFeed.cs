using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>Follows the whole store and hands each change to the cache of its resource. One loop; its revision is every cache's.</summary>
internal sealed class ObjectFeed(AcknowledgedStore store) : IAsyncDisposable
{
    private readonly Dictionary<string, ResourceCache> _caches = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _feeding = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private long _revision;
    private TaskCompletionSource? _advanced;
    private Task _loop = Task.CompletedTask;

    /// <summary>Gets the revision up to which every cache is complete.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Gets the failure that ended the feed, if one did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins to follow the store. Caches that are attached before start with what is stored.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var revision = store.Revision;
        foreach (var cache in _caches.Values)
        {
            await LoadAsync(cache, revision, cancellationToken).ConfigureAwait(false);
        }

        Volatile.Write(ref _revision, revision);
        _loop = RunAsync(revision);
    }

    /// <summary>Fills a resource's cache and keeps it up to date from now on.</summary>
    public async ValueTask AttachAsync(ResourceStorage storage, CancellationToken cancellationToken)
    {
        await _feeding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_caches.TryAdd(storage.Prefix, storage.Cache) && Revision > 0)
            {
                await LoadAsync(storage.Cache, Revision, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _feeding.Release();
        }
    }

    /// <summary>Stops feeding a resource's cache and ends its watches.</summary>
    public async ValueTask DetachAsync(ResourceStorage storage, CancellationToken cancellationToken)
    {
        await _feeding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _caches.Remove(storage.Prefix);
        }
        finally
        {
            _feeding.Release();
        }

        storage.Cache.End();
    }

    /// <summary>Waits until every write that is acknowledged now has reached the caches.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => WaitForAsync(store.Revision, cancellationToken);

    /// <summary>Waits until every write of a resource that is acknowledged now has reached its cache.</summary>
    public ValueTask CatchUpAsync(ResourceStorage storage, CancellationToken cancellationToken) =>
        WaitForAsync(store.LatestOf(storage.Prefix), cancellationToken);

    /// <summary>Waits until a revision has reached the caches.</summary>
    public ValueTask WaitForAsync(long revision, CancellationToken cancellationToken) =>
        Revision >= revision ? ValueTask.CompletedTask : new(WaitAsync(revision, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _feeding.Dispose();
    }

    private async Task WaitAsync(long revision, CancellationToken cancellationToken)
    {
        while (Revision < revision)
        {
            Task advanced;
            lock (_gate)
            {
                if (Revision >= revision)
                {
                    return;
                }

                advanced = (_advanced ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await advanced.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LoadAsync(ResourceCache cache, long revision, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(cache.Prefix, new(AtRevision: revision), cancellationToken).ConfigureAwait(false);
        cache.Load(page.Items, revision);
    }

    private async Task RunAsync(long revision)
    {
        try
        {
            for (var isLost = false; ; isLost = true)
            {
                try
                {
                    await FollowAsync(isLost ? await ReloadAsync().ConfigureAwait(false) : revision).ConfigureAwait(false);
                    return;
                }
                catch (RevisionExpiredException)
                {
                    // History was dropped before it was read here: everything is read anew, and watches that stand before
                    // that are told so.
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Loop boundary: without the feed nothing can be read; the failure is kept for those who wait.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failure = exception;
            lock (_gate)
            {
                (_advanced ??= new()).TrySetException(exception);
            }
        }
    }

    private async Task<long> ReloadAsync()
    {
        await _feeding.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            var revision = store.Revision;
            foreach (var cache in _caches.Values)
            {
                await LoadAsync(cache, revision, _stopping.Token).ConfigureAwait(false);
            }

            Volatile.Write(ref _revision, revision);
            return revision;
        }
        finally
        {
            _feeding.Release();
            Wake();
            foreach (var cache in _caches.Values)
            {
                cache.Publish();
            }
        }
    }

    private async Task FollowAsync(long revision)
    {
        var touched = new HashSet<ResourceCache>();
        var lookup = _caches.GetAlternateLookup<ReadOnlySpan<char>>();
        await foreach (var batch in store.WatchAsync("", revision, _stopping.Token).ConfigureAwait(false))
        {
            await _feeding.WaitAsync(_stopping.Token).ConfigureAwait(false);
            try
            {
                foreach (var change in batch)
                {
                    if (lookup.TryGetValue(AcknowledgedStore.ResourcePart(change.Key), out var cache))
                    {
                        cache.Apply(change);
                        touched.Add(cache);
                    }
                }

                Volatile.Write(ref _revision, batch[^1].Revision);
            }
            finally
            {
                _feeding.Release();
            }

            Wake();
            foreach (var cache in touched)
            {
                cache.Publish();
            }

            touched.Clear();
        }
    }

    private void Wake()
    {
        TaskCompletionSource? advanced;
        lock (_gate)
        {
            advanced = _advanced;
            _advanced = null;
        }

        advanced?.TrySetResult();
    }
}
