using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.Dashboard;

/// <summary>Where and how a <see cref="DashboardServer"/> serves.</summary>
public sealed record DashboardOptions
{
    /// <summary>Gets where to listen: an address of this machine alone, for whoever opens the page acts as the kubeconfig's
    /// user. Port 0 takes a free one.</summary>
    /// <value>The default is <c>127.0.0.1:0</c>.</value>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets how long the API server may take to begin an answer.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets where time comes from.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the server logs to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
