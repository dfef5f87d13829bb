using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>What a <see cref="NodeNetwork"/> is made of.</summary>
public sealed record NodeNetworkOptions
{
    /// <summary>Gets the domain that the full names of Services end with.</summary>
    /// <value>The default is <c>cluster.local</c>.</value>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the network logs to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
