using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahoi.ControlPlane;

/// <summary>What a <see cref="LocalCluster"/> is made of.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>Gets the address to listen at; port 0 takes a free one.</summary>
    /// <value>The default is <see langword="null"/>: no socket, for use in process.</value>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Gets whether plain HTTP is served instead of TLS.</summary>
    public bool Http { get; init; }

    /// <summary>Gets the folder the cluster is kept in.</summary>
    /// <value>The default is <see langword="null"/>: in memory, gone when it stops.</value>
    public string? DataFolder { get; init; }

    /// <summary>Gets where the kubeconfig is written, with mode 0600.</summary>
    /// <value>The default is <c>kubeconfig</c> in the data folder, and nowhere without one.</value>
    public string? KubeconfigFile { get; init; }

    /// <summary>Gets a file with more users, as kube-apiserver's <c>--token-auth-file</c>: CSV lines of
    /// <c>token,user,uid,"group1,group2"</c>.</summary>
    public string? TokenAuthFile { get; init; }

    /// <summary>Gets whether the built-in controllers run: without them a Deployment is an object that nothing comes
    /// of.</summary>
    public bool Controllers { get; init; }

    /// <summary>Gets whether the cluster's network is this machine's loopback network: services get addresses in
    /// <c>127.32.0.0/11</c>, pods in <c>127.64.0.0/10</c>, endpoints may have loopback addresses, and the API server is the Service
    /// <c>default/kubernetes</c>. Sixteen such clusters may run on a machine at a time, each with a part of these addresses.</summary>
    /// <value>The default is <see langword="false"/>: addresses as Kubernetes gives them, which nothing listens at. With <see cref="Nodes"/>, the network is served:
    /// Services answer at their addresses, and Ingresses lead to them.</value>
    public bool LoopbackNetwork { get; init; }

    /// <summary>Gets how many nodes run pods, each in this process, on this machine.</summary>
    /// <value>At most 64. The default is 0: pods are objects that nothing runs.</value>
    public int Nodes { get; init; }

    /// <summary>Gets where Ingresses are served over HTTP, with <see cref="LoopbackNetwork"/>; port 0 takes a free one.</summary>
    /// <value>The default is a free port of 127.0.0.1; <see langword="null"/> serves none.</value>
    public IPEndPoint? IngressHttp { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets where Ingresses are served over TLS, with <see cref="LoopbackNetwork"/>; port 0 takes a free one.</summary>
    /// <value>The default is a free port of 127.0.0.1; <see langword="null"/> serves none.</value>
    public IPEndPoint? IngressHttps { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets the folder with images. The image <c>host</c>, the machine's own root, is always there.</summary>
    /// <value>The default is <see langword="null"/>: there is no other image.</value>
    public string? ImageFolder { get; init; }

    /// <summary>Gets the folders of this machine below which <c>hostPath</c> volumes may be.</summary>
    public IReadOnlyList<string> HostPaths { get; init; } = [];

    /// <summary>Gets the clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the parts log to.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
