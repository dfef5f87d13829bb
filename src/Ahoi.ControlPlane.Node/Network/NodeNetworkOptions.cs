using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>What a <see cref="NodeNetwork"/> is made of.</summary>
public sealed record NodeNetworkOptions
{
    /// <summary>Gets the domain that the full names of Services end with.</summary>
    /// <value>The default is <c>cluster.local</c>.</value>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Gets where the ingress serves HTTP; port 0 takes a free one.</summary>
    /// <value>The default is a free port of 127.0.0.1; <see langword="null"/> serves none.</value>
    public IPEndPoint? IngressHttp { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets where the ingress serves HTTP over TLS; port 0 takes a free one.</summary>
    /// <value>The default is a free port of 127.0.0.1; <see langword="null"/> serves none.</value>
    public IPEndPoint? IngressHttps { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the network logs to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
