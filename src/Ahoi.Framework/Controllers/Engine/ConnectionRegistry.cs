using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>The connections that a controller keeps open, by object.</summary>
internal sealed class ConnectionRegistry(TimeProvider time, ILogger logger)
{
    /// <summary>How long reconciles that are under way, and then the connections themselves, may take to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ObjectKey, ObjectConnections> _byKey = new();
    private volatile bool _closed;

    /// <summary>Allows connections, after everything was closed.</summary>
    public void Reopen() => _closed = false;

    /// <summary>The connections of an object, for a reconcile that begins to use them; none is opened by asking.</summary>
    public ObjectConnections Of(ObjectKey key, string uid)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(ObjectConnections));
        var connections = _byKey.GetOrAdd(key, static (_, made) => new(made.Uid, made.Logger), (Uid: uid, Logger: logger));
        connections.BeginUse();
        return connections;
    }

    /// <summary>Notes that the reconcile of an object has ended.</summary>
    public void Release(ObjectKey key)
    {
        if (_byKey.TryGetValue(key, out var connections))
        {
            connections.EndUse();
        }
    }

    /// <summary>Closes what is open for an object, unless it is for this incarnation.</summary>
    public Task CloseAsync(ObjectKey key, string? keptUid = null) =>
        _byKey.TryGetValue(key, out var connections) && connections.Uid != keptUid && _byKey.TryRemove(new(key, connections))
            ? connections.CloseAsync()
            : Task.CompletedTask;

    /// <summary>Closes everything. What is used by a reconcile is closed when that has ended, or after a while.</summary>
    public async Task CloseAllAsync()
    {
        _closed = true;
        if (_byKey.IsEmpty)
        {
            return;
        }

        await Task.WhenAll(_byKey.Values.Select(c => c.Unused)).WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var closing = Task.WhenAll(_byKey.Values.Select(c => c.CloseAsync()));
        _byKey.Clear();
        await closing.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
