using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Client.Discovery;

/// <summary>
/// What a server serves, asked for once and again when something is not found: a definition may have come meanwhile. One
/// caller asks, others wait for the answer.
/// </summary>
public sealed class DiscoveryCache : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly ApiClient _client;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile ResourceCatalog? _catalog;
    private long _askedAt;

    internal DiscoveryCache(ApiClient client, TimeProvider time)
    {
        _client = client;
        _time = time;
    }

    /// <summary>Gets everything the server serves.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The catalog; the groups in their order of preference.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="Transport.TransportException">The server did not answer.</exception>
    public async ValueTask<ResourceCatalog> GetAsync(CancellationToken cancellationToken = default) =>
        _catalog ?? await AskAsync(null, cancellationToken).ConfigureAwait(false);

    /// <summary>Finds the resource of a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource, or <see langword="null"/> where the server serves none.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="Transport.TransportException">The server did not answer.</exception>
    public ValueTask<ApiResource?> FindAsync(GroupVersionKind type, CancellationToken cancellationToken = default) =>
        FindAsync(c => c.Find(type), cancellationToken);

    /// <summary>Finds a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is known of it, or <see langword="null"/> where the server does not serve it.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="Transport.TransportException">The server did not answer.</exception>
    public ValueTask<ApiResource?> FindAsync(GroupVersionResource resource, CancellationToken cancellationToken = default) =>
        FindAsync(c => c.Find(resource), cancellationToken);

    /// <summary>Finds a resource by what people call it: plural, singular, kind or short name, with <c>.group</c> where
    /// that is needed.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource in its preferred version, or <see langword="null"/>.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="Transport.TransportException">The server did not answer.</exception>
    public ValueTask<ApiResource?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        FindAsync(c => c.Find(name), cancellationToken);

    /// <summary>Forgets what is known.</summary>
    public void Invalidate() => _catalog = null;

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private async ValueTask<ApiResource?> FindAsync(Func<ResourceCatalog, ApiResource?> find, CancellationToken cancellationToken)
    {
        var known = await GetAsync(cancellationToken).ConfigureAwait(false);
        if (find(known) is { } found)
        {
            return found;
        }

        // What was asked for a moment ago is not asked for again: a missing kind must not cost a request per look-up.
        return _time.GetElapsedTime(Volatile.Read(ref _askedAt)) < AskAgainAfter
            ? null
            : find(await AskAsync(known, cancellationToken).ConfigureAwait(false));
    }

    private async Task<ResourceCatalog> AskAsync(ResourceCatalog? outdated, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_catalog is { } known && !ReferenceEquals(known, outdated))
            {
                return known;
            }

            var catalog = await DiscoveryReader.ReadAsync(_client, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _askedAt, _time.GetTimestamp());
            _catalog = catalog;
            return catalog;
        }
        finally
        {
            _asking.Release();
        }
    }
}
