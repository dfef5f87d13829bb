using System.Diagnostics;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Informers;

/// <summary>The informers of an operator, each shared by all who ask for the same objects, started when first asked for.</summary>
internal sealed class ClusterCache(
    ApiClient client, ManagedFieldsFilter managedFields, TimeProvider time, Random random, FrameworkMetrics metrics, ILoggerFactory loggers) : ICacheReader, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<InformerScope, (Informer Informer, Task Run)> _informers = [];
    private readonly Dictionary<GroupVersionKind, Informer[]> _byKind = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger = loggers.CreateLogger("Ahoi.Framework.Informers");

    public IReadOnlyList<Informer> Informers
    {
        get
        {
            lock (_gate)
            {
                return [.. _informers.Values.Select(i => i.Informer)];
            }
        }
    }

    /// <summary>Gets the informers whose loop has ended although nobody stopped it.</summary>
    public IReadOnlyList<Informer> Dead
    {
        get
        {
            lock (_gate)
            {
                return _stopping.IsCancellationRequested ? [] : [.. _informers.Values.Where(i => i.Run.IsCompleted).Select(i => i.Informer)];
            }
        }
    }

    /// <summary>Gets which reconciles wrote what lately.</summary>
    public WriteTraces Traces { get; } = new();

    public ManagedFieldsFilter ManagedFields => managedFields;

    public Informer Of(InformerScope scope)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (!_informers.TryGetValue(scope, out var entry))
            {
                var informer = new Informer(client, scope, managedFields, time, random, metrics, _logger);
                entry = (informer, Task.Run(() => RunAsync(informer), CancellationToken.None));
                _informers.Add(scope, entry);
                _byKind[scope.Kind] = [.. _byKind.GetValueOrDefault(scope.Kind, []), informer];
            }

            return entry.Informer;
        }
    }

    public Informer Of(GroupVersionKind kind) => Of(new InformerScope(kind));

    public async ValueTask<RawObject?> FindAsync(GroupVersionKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        var informer = Of(kind);
        var resource = await informer.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return informer.Store.Find(Scoped(resource, key));
    }

    public async ValueTask<IReadOnlyList<RawObject>> ListAsync(
        GroupVersionKind kind, string? @namespace, Func<RawObject, bool>? where, CancellationToken cancellationToken)
    {
        var informer = Of(kind);
        await informer.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return informer.Store.List(@namespace, where);
    }

    public void Observe(RawObject written)
    {
        foreach (var informer in OfKind(written.Type))
        {
            informer.Observe(written);
        }
    }

    public void ObserveGone(GroupVersionKind kind, ObjectKey key, string uid)
    {
        foreach (var informer in OfKind(kind))
        {
            informer.ObserveGone(key, uid);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] runs;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            _stopping.Cancel();
            runs = [.. _informers.Values.Select(i => i.Run)];
        }

        await Task.WhenAll(runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>An informer outlives the reconcile that needed it first, and is no part of its trace.</summary>
    private Task RunAsync(Informer informer)
    {
        Activity.Current = null;
        return informer.RunAsync(_stopping.Token);
    }

    internal static ObjectKey Scoped(ApiResource resource, ObjectKey key) => resource.Namespaced ? key : key with { Namespace = null };

    private Informer[] OfKind(GroupVersionKind kind)
    {
        lock (_gate)
        {
            return _byKind.GetValueOrDefault(kind, []);
        }
    }
}
