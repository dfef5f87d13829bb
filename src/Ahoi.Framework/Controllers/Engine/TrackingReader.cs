using Ahoi.Api.Objects;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Reads from the cache for one reconcile and notes what it read.</summary>
internal sealed class TrackingReader(ClusterCache cache, DependencyIndex index, ObjectKey reader, Action<GroupVersionKind> watch) : ICacheReader
{
    private readonly HashSet<Dependency> _read = [];

    /// <summary>Gets what was read.</summary>
    public IReadOnlyCollection<Dependency> Read
    {
        get
        {
            lock (_read)
            {
                return [.. _read];
            }
        }
    }

    public async ValueTask<RawObject?> FindAsync(GroupVersionKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        watch(kind);
        var resource = await cache.Of(kind).ReadyAsync(cancellationToken).ConfigureAwait(false);
        var scoped = ClusterCache.Scoped(resource, key);
        Note(new(kind, scoped.Namespace, scoped.Name));
        return cache.Of(kind).Store.Find(scoped);
    }

    public async ValueTask<IReadOnlyList<RawObject>> ListAsync(
        GroupVersionKind kind, string? @namespace, Func<RawObject, bool>? where, CancellationToken cancellationToken)
    {
        watch(kind);
        Note(new(kind, @namespace, null));
        return await cache.ListAsync(kind, @namespace, where, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes before reading: a change between both then wakes the reader.</summary>
    private void Note(Dependency dependency)
    {
        lock (_read)
        {
            _read.Add(dependency);
        }

        index.Add(reader, dependency);
    }
}
