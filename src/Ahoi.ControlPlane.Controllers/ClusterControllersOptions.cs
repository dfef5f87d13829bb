using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane.Controllers;

/// <summary>What <see cref="ClusterControllers"/> need to know of their cluster.</summary>
public sealed record ClusterControllersOptions
{
    /// <summary>Gets the certificate of the authority that the API server's is signed by, in PEM: pods find it in each
    /// namespace's <c>kube-root-ca.crt</c>.</summary>
    public string AuthorityPem { get; init; } = "";

    /// <summary>Gets how many pods that have ended may stay; more than that are deleted, the oldest first.</summary>
    /// <value>The default is 12,500, as kube-controller-manager has it; 0 or less keeps all.</value>
    public int EndedPods { get; init; } = 12_500;

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the controllers log to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
