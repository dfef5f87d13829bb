using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Periodic;

/// <summary>What a run of a periodic task has at hand.</summary>
public sealed class PeriodicTaskContext
{
    private readonly ICacheReader _cache;
    private readonly ObjectTypes _types;

    internal PeriodicTaskContext(string name, Operator @operator, ApiClient client, ICacheReader cache, ObjectTypes types, TimeProvider time, ILogger logger)
    {
        Name = name;
        Operator = @operator;
        Client = client;
        _cache = cache;
        _types = types;
        Time = time;
        Logger = logger;
    }

    /// <summary>Gets the task's name.</summary>
    public string Name { get; }

    /// <summary>Gets the operator, to wake objects for example.</summary>
    public Operator Operator { get; }

    /// <summary>Gets a client; with leadership it writes only while this replica leads.</summary>
    public ApiClient Client { get; }

    /// <summary>Gets the time.</summary>
    public TimeProvider Time { get; }

    /// <summary>Gets a logger.</summary>
    public ILogger Logger { get; }

    /// <summary>Gets how many runs failed since the last one that did not.</summary>
    public int Failures { get; internal set; }

    /// <summary>Gets or sets what this run leaves for the next one; gone when the process ends or another replica
    /// leads.</summary>
    public object? State { get; set; }

    internal string? StopReason { get; private set; }

    /// <summary>Makes this run the last one of this process.</summary>
    /// <param name="reason">Why, for the log.</param>
    public void Stop(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        StopReason = reason;
    }

    /// <summary>Lists objects from the operator's cache.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="cancellationToken">Ends the wait for the cache of a kind that is read for the first time.</param>
    /// <param name="namespace">Their namespace; <see langword="null"/> for all.</param>
    /// <returns>Copies of their own, ordered by key.</returns>
    /// <exception cref="KindNotServedException">The server does not serve the kind.</exception>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(CancellationToken cancellationToken, string? @namespace = null)
        where T : class
    {
        var found = await _cache.ListAsync(_types.CodecOf(typeof(T)).Kind, @namespace, null, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(_types.Decode<T>)];
    }
}
