using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers;

/// <summary>
/// What one reconcile has at hand beside its object. What is read here is remembered: when it changes, comes or goes, the
/// object is reconciled again.
/// </summary>
public sealed class ReconcileContext
{
    private readonly ICacheReader _cache;
    private readonly ObjectTypes _types;
    private readonly Func<ObjectConnections>? _openConnections;
    private Dictionary<string, object?>? _items;

    internal ReconcileContext(
        RawObject resource, ICacheReader cache, ObjectTypes types, ApiClient? client, TimeProvider time, ILogger logger, int attempt, IReadOnlyList<ReconcileCause> causes,
        bool isPlan = false, ReconcileWrites? writes = null, Func<ObjectConnections>? connections = null, string controller = "")
    {
        Controller = controller;
        _openConnections = connections;
        Writes = writes!; // As with the client.
        Raw = resource;
        _cache = cache;
        _types = types;
        Client = client!; // Only tests of single reconcilers leave it out, and then must not use it.
        Time = time;
        Logger = logger;
        Attempt = attempt;
        Causes = causes;
        IsPlan = isPlan;
    }

    /// <summary>Gets the name of the controller that reconciles.</summary>
    public string Controller { get; }

    /// <summary>Gets the object's key.</summary>
    public ObjectKey Key => Raw.Key;

    /// <summary>Gets the object as it came over the wire, with its metadata.</summary>
    public RawObject Raw { get; }

    /// <summary>Gets a client, for what the cache does not have. Reads through it wake nobody.</summary>
    public ApiClient Client { get; }

    /// <summary>Gets what writes beside the description, with every answer in the cache at once. Refused while
    /// <see cref="IsPlan"/>.</summary>
    public ReconcileWrites Writes { get; }

    /// <summary>Gets what is kept open for this object from one reconcile to the next, and closed when it is not needed any
    /// more.</summary>
    /// <exception cref="ObjectDisposedException">This replica does not lead any more, or the operator stops.</exception>
    public ObjectConnections Connections => field ??= _openConnections!(); // As with the client.

    /// <summary>Gets the time.</summary>
    public TimeProvider Time { get; }

    /// <summary>Gets a logger whose scope names the object.</summary>
    public ILogger Logger { get; }

    /// <summary>Gets how many attempts failed since the last success: 0 at the first.</summary>
    public int Attempt { get; }

    /// <summary>Gets why the reconcile runs. For logs; what to do follows from the state alone.</summary>
    public IReadOnlyList<ReconcileCause> Causes { get; }

    /// <summary>Gets what steps and reconciler leave for each other during one reconcile.</summary>
    public IDictionary<string, object?> Items => _items ??= new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Gets whether nothing is written now, because somebody wants to see what would be. A reconciler with effects
    /// of its own, in a database for example, leaves them out then. <see cref="Client"/> refuses to write.</summary>
    public bool IsPlan { get; }

    /// <summary>Finds an object in the cache, the own writes included.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for the cache of a kind that is read for the first time.</param>
    /// <param name="namespace">Its namespace; where left out, the reconciled object's own. Cluster-scoped kinds ignore it.</param>
    /// <returns>A copy of its own, or <see langword="null"/> where there certainly is none: that nothing is known
    /// throws.</returns>
    /// <exception cref="KindNotServedException">The server does not serve the kind.</exception>
    public async ValueTask<T?> FindAsync<T>(string name, CancellationToken cancellationToken, string? @namespace = null)
        where T : class
    {
        var raw = await _cache.FindAsync(_types.CodecOf(typeof(T)).Kind, new(@namespace ?? Key.Namespace, name), cancellationToken).ConfigureAwait(false);
        return raw is null ? null : _types.Decode<T>(raw);
    }

    /// <summary>Finds an object of any kind in the cache.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Ends the wait for the cache of a kind that is read for the first time.</param>
    /// <returns>The object, or <see langword="null"/> where there certainly is none.</returns>
    /// <exception cref="KindNotServedException">The server does not serve the kind.</exception>
    public ValueTask<RawObject?> FindAsync(GroupVersionKind kind, ObjectKey key, CancellationToken cancellationToken) =>
        _cache.FindAsync(kind, key, cancellationToken);

    /// <summary>Lists objects of any kind from the cache, the own writes included.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="cancellationToken">Ends the wait for the cache of a kind that is read for the first time.</param>
    /// <param name="namespace">Their namespace; <see langword="null"/> for all.</param>
    /// <param name="where">Which of them, by their metadata; all, where left out.</param>
    /// <returns>The objects, ordered by key.</returns>
    /// <exception cref="KindNotServedException">The server does not serve the kind.</exception>
    public ValueTask<IReadOnlyList<RawObject>> ListAsync(
        GroupVersionKind kind, CancellationToken cancellationToken, string? @namespace = null, Func<RawObject, bool>? where = null) =>
        _cache.ListAsync(kind, @namespace, where, cancellationToken);

    /// <summary>Lists objects from the cache.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="cancellationToken">Ends the wait for the cache of a kind that is read for the first time.</param>
    /// <param name="namespace">Their namespace; <see langword="null"/> for all.</param>
    /// <param name="where">Which of them, by their metadata; all, where left out.</param>
    /// <returns>Copies of their own, ordered by key.</returns>
    /// <exception cref="KindNotServedException">The server does not serve the kind.</exception>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        CancellationToken cancellationToken, string? @namespace = null, Func<RawObject, bool>? where = null)
        where T : class
    {
        var found = await _cache.ListAsync(_types.CodecOf(typeof(T)).Kind, @namespace, where, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(_types.Decode<T>)];
    }
}
