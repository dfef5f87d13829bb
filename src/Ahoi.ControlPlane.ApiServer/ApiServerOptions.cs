using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Kinds.Networking;
using Ahoi.ControlPlane.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane.ApiServer;

/// <summary>What a <see cref="KubeApiServer"/> is made of.</summary>
public sealed class ApiServerOptions
{
    /// <summary>Gets where objects are kept; the server does not dispose of it.</summary>
    public required IRevisionStore Store { get; init; }

    /// <summary>Gets the clock that stamps objects and drives time-outs.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the address to listen at; port 0 takes a free one.</summary>
    /// <value>The default is <see langword="null"/>: no socket, requests come through <see cref="KubeApiServer.CreateHandler"/> alone.</value>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Gets the serving certificate with its key; see <see cref="Certificates.ClusterCertificates"/>.</summary>
    /// <value>The default is <see langword="null"/>: plain HTTP.</value>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Gets what clients on the socket may cost before their requests are understood.</summary>
    public ConnectionLimits Connections { get; init; } = new();

    /// <summary>Gets the bearer tokens that are accepted.</summary>
    public IReadOnlyList<TokenUser> Tokens { get; init; } = [];

    /// <summary>Gets the key that service account tokens are signed with, on the curve P-256; the server does not dispose of it.</summary>
    /// <value>The default is <see langword="null"/>: a new key, so that tokens do not outlive the server.</value>
    public ECDsa? TokenSigningKey { get; init; }

    /// <summary>Gets the IPv4 block that services get their cluster addresses from. Services that are stored keep the
    /// address they have.</summary>
    /// <value>The default is <c>10.96.0.0/16</c>.</value>
    public string ServiceNetwork { get; init; } = ServiceAddresses.DefaultBlock;

    /// <summary>Gets whether Endpoints and EndpointSlices may name loopback addresses, which Kubernetes refuses: for
    /// clusters whose pods have nothing else.</summary>
    public bool AllowLoopbackEndpoints { get; init; }

    /// <summary>Gets whether the server makes itself the Service <c>kubernetes</c> of the namespace <c>default</c>, at the
    /// first address of <see cref="ServiceNetwork"/>, with the address it listens at as endpoint.</summary>
    public bool PublishService { get; init; }

    /// <summary>Gets whether that Service has the port that the server listens at, instead of 443 (80 in plain HTTP): for
    /// machines where ports below 1024 cannot be listened at.</summary>
    public bool PublishOwnPort { get; init; }

    /// <summary>Gets whether new pods get a service account and its token, as Kubernetes' admission plugin ServiceAccount has
    /// it. It refuses pods whose account is not there, so that somebody has to make the accounts.</summary>
    public bool GivesAccounts { get; init; }

    /// <summary>Gets what leads into running pods.</summary>
    /// <value>The default is <see langword="null"/>: no node can be reached.</value>
    public IPodStreams? Pods { get; init; }

    /// <summary>Gets what knows what nodes and pods use.</summary>
    /// <value>The default is <see langword="null"/>: <c>metrics.k8s.io</c> is not served.</value>
    public IResourceMetrics? Metrics { get; init; }

    /// <summary>Gets where the server logs to.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets how long requests may take to finish after <see cref="KubeApiServer.DisposeAsync"/> was called; watches end at once.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan StopGracePeriod { get; init; } = TimeSpan.FromSeconds(5);
}
