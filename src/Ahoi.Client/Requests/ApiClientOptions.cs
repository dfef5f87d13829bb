using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Client.Requests;

/// <summary>How an <see cref="ApiClient"/> behaves.</summary>
public sealed record ApiClientOptions
{
    /// <summary>Gets how long to wait for a response's headers.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long one request may take from its start to the end of its body; watches and followed logs are
    /// not bound by it.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how long a body that has begun may pause.</summary>
    /// <value>The default is 20 seconds.</value>
    public TimeSpan IdleReadTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets how long a watch may be without a byte. A server sends a bookmark about once a minute.</summary>
    /// <value>The default is 150 seconds.</value>
    public TimeSpan WatchSilenceLimit { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Gets how often a request is tried again that the server put off (429, and 503 for reads).</summary>
    /// <value>The default is 4.</value>
    public int MaxRetries { get; init; } = 4;

    /// <summary>Gets how long one such wait may be; a server that asks for more gets an error instead.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how many objects a page of a list has when the caller does not say.</summary>
    /// <value>The default is 500.</value>
    public int PageSize { get; init; } = 500;

    /// <summary>Gets whether to ask for gzip. It saves wire on large lists and costs the server CPU; leave it off on a
    /// loopback connection.</summary>
    public bool Compression { get; init; }

    /// <summary>Gets the <c>User-Agent</c>.</summary>
    public string UserAgent { get; init; } = "ahoi";

    /// <summary>Gets who is told about the warnings a server sends with an answer. It must be quick and must not throw.</summary>
    public Action<ApiWarning>? OnWarning { get; init; }

    /// <summary>Gets handlers to put around every request, the first outermost; each client needs its own instances,
    /// and each is made twice: once for requests, once for watches.</summary>
    public IReadOnlyList<Func<DelegatingHandler>> Middleware { get; init; } = [];

    /// <summary>Gets where time comes from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where chance comes from; it spreads the ends of watches.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Gets where the client logs to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
