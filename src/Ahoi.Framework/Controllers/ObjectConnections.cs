using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers;

/// <summary>
/// What a controller keeps open for one object from one reconcile to the next: a connection to the database that the object
/// describes, a session, a pool. Opened at its first use and closed when it is not needed any more: when the object is gone
/// or another one of that name has taken its place, when its finalizer has ended, when leadership is lost, and when the
/// operator stops. At an end of work, a reconcile that is under way has five seconds to come to its own.
/// </summary>
/// <remarks>Safe to use from the parallel parts of a reconcile: what one of them opens, the others wait for.</remarks>
#pragma warning disable CA1001 // A semaphore has nothing to dispose of unless its wait handle is asked for, and callers may still wait.
public sealed partial class ObjectConnections
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<Held> _held = [];
    private readonly ILogger _logger;
    private TaskCompletionSource? _use;
    private bool _closed;

    internal ObjectConnections(string uid, ILogger logger)
    {
        Uid = uid;
        _logger = logger;
    }

    /// <summary>Gets which incarnation of the object it is for.</summary>
    public string Uid { get; }

    /// <summary>Gets the connection of a type, opened now where there is none. One that was opened with other settings is
    /// closed first.</summary>
    /// <typeparam name="TSettings">The settings' type; a record, for example, which compares by its values.</typeparam>
    /// <typeparam name="T">The connection's type. An <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> is disposed of
    /// when it is closed.</typeparam>
    /// <param name="settings">What it is opened with.</param>
    /// <param name="open">Opens it. What it throws, the caller gets, and nothing is kept.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <param name="name">Tells several connections of one type apart.</param>
    /// <returns>The connection. It is not the caller's to dispose of.</returns>
    /// <exception cref="ObjectDisposedException">Everything was closed: this replica does not lead any more, or the operator
    /// stops.</exception>
    public async ValueTask<T> GetAsync<TSettings, T>(
        TSettings settings, Func<TSettings, CancellationToken, ValueTask<T>> open, CancellationToken cancellationToken, string name = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(open);
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(typeof(T), name) is { } held)
            {
                if (held.Settings is TSettings before ? EqualityComparer<TSettings>.Default.Equals(before, settings) : held.Settings is null && settings is null)
                {
                    return (T)held.Value;
                }

                await CloseAsync(held).ConfigureAwait(false);
            }

            var value = await open(settings, cancellationToken).ConfigureAwait(false);
            var added = new Held(typeof(T), name, settings, value);
            if (!TryAdd(added))
            {
                await CloseAsync(added).ConfigureAwait(false);
                throw new ObjectDisposedException(GetType().FullName);
            }

            return value;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Gets the connection of a type, opened now where there is none.</summary>
    /// <typeparam name="T">The connection's type.</typeparam>
    /// <param name="open">Opens it.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <param name="name">Tells several connections of one type apart.</param>
    /// <returns>The connection. It is not the caller's to dispose of.</returns>
    /// <exception cref="ObjectDisposedException">Everything was closed.</exception>
    public ValueTask<T> GetAsync<T>(Func<CancellationToken, ValueTask<T>> open, CancellationToken cancellationToken, string name = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(open);
        return GetAsync(0, (_, token) => open(token), cancellationToken, name);
    }

    /// <summary>Closes a connection, because it broke for example; the next call opens another one.</summary>
    /// <typeparam name="T">The connection's type.</typeparam>
    /// <param name="cancellationToken">Ends the wait for one that is just being opened.</param>
    /// <param name="name">Tells several connections of one type apart.</param>
    /// <returns>When it is closed; at once where there is none.</returns>
    public async ValueTask CloseAsync<T>(CancellationToken cancellationToken, string name = "")
        where T : class
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(typeof(T), name) is { } held)
            {
                await CloseAsync(held).ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Gets a task that ends when no reconcile uses it.</summary>
    internal Task Unused
    {
        get
        {
            lock (_gate)
            {
                return _use?.Task ?? Task.CompletedTask;
            }
        }
    }

    internal void BeginUse()
    {
        lock (_gate)
        {
            _use ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void EndUse()
    {
        lock (_gate)
        {
            _use?.TrySetResult();
            _use = null;
        }
    }

    /// <summary>Closes everything, the latest first, for good; waits for nothing that is just being opened.</summary>
    internal async Task CloseAsync()
    {
        Held[] held;
        lock (_gate)
        {
            _closed = true;
            held = [.. _held];
        }

        foreach (var one in held.Reverse())
        {
            await CloseAsync(one).ConfigureAwait(false);
        }
    }

    private Held? Find(Type type, string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _held.Find(h => h.Type == type && h.Name == name);
        }
    }

    private bool TryAdd(Held held)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _held.Add(held);
            }

            return !_closed;
        }
    }

    private async Task CloseAsync(Held held)
    {
        lock (_gate)
        {
            _held.Remove(held);
        }

        try
        {
            switch (held.Value)
            {
                case IAsyncDisposable value:
                    await value.DisposeAsync().ConfigureAwait(false);
                    break;
                case IDisposable value:
                    value.Dispose();
                    break;
            }
        }
#pragma warning disable CA1031 // What cannot be closed in order is given up; nobody could do anything about it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotClosed(_logger, exception, held.Type, Uid);
        }
    }

    [LoggerMessage(FrameworkEventIds.ConnectionNotClosed, LogLevel.Warning, "A {Type} of object {Uid} could not be closed in order")]
    private static partial void LogNotClosed(ILogger logger, Exception exception, Type type, string uid);

    private sealed class Held(Type type, string name, object? settings, object value)
    {
        public Type Type { get; } = type;

        public string Name { get; } = name;

        public object? Settings { get; } = settings;

        public object Value { get; } = value;
    }
}
