using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.ControlPlane.Node.Network.Ingresses;
using Ahoi.ControlPlane.Node.Network.Names;
using Ahoi.ControlPlane.Node.Network.Services;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Network;

/// <summary>
/// The network of a cluster whose pods are processes of this machine: Services answer at their addresses and node ports, and
/// have names, and Ingresses lead to them. One of it serves all nodes of a process. It needs no rights but those to the ports it is to listen at.
/// </summary>
public sealed class NodeNetwork : IAsyncDisposable
{
    private const string OperatorName = "ahoi-network";

    // Everything is one look at the whole cluster; it hangs from an object that is always there.
    private const string Anchor = "kubernetes.io/metadata.name=kube-system";

    private readonly List<IAsyncDisposable> _parts = [];
    private bool _disposed;

    private NodeNetwork(NodeNetworkOptions options)
    {
        Names = new(options.ClusterDomain);
        Services = new(options.Time);
    }

    /// <summary>Gets the names of Services.</summary>
    public NameTable Names { get; }

    /// <summary>Gets where the ingress serves HTTP, or <see langword="null"/>.</summary>
    public Uri? IngressHttp { get; private set; }

    /// <summary>Gets where the ingress serves HTTP over TLS, or <see langword="null"/>.</summary>
    public Uri? IngressHttps { get; private set; }

    /// <summary>Gets the Services as they are now.</summary>
    internal ServiceTable Services { get; }

    /// <summary>Starts the network.</summary>
    /// <param name="connection">The cluster, as somebody who may read namespaces, Services, endpoint slices, Ingresses and their classes,
    /// and Secrets, and write events, ingress classes, and the status of Services and Ingresses.</param>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped again.</param>
    /// <returns>The running network; what there was in the cluster is served.</returns>
    /// <exception cref="IOException">A port of the ingress is in use.</exception>
    public static async Task<NodeNetwork> StartAsync(ApiConnection connection, NodeNetworkOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        var network = new NodeNetwork(options);
        try
        {
            await network.BeginAsync(connection, options, cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the network: nothing listens any more, and all connections through it are cut.</summary>
    /// <returns>When nothing of it runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        // What changes the others ends first.
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task BeginAsync(ApiConnection connection, NodeNetworkOptions options, CancellationToken cancellationToken)
    {
        var events = new CoreEvents(options.Time);
        var proxy = new ServiceProxy(options.Time, options.Loggers.CreateLogger<ServiceProxy>());
        _parts.Add(proxy);
        var services = new ServiceController(Services, proxy, Names, events);
        var ingresses = await StartIngressAsync(options, events, cancellationToken).ConfigureAwait(false);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Loggers);
        var controllers = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = OperatorName;
            o.Connection = connection;
        });
        Add(controllers, "service-proxy", services.ReconcileAsync);
        if (ingresses is not null)
        {
            Add(controllers, "ingress", ingresses.ReconcileAsync);
        }

        var host = new ControllerHost(builder.Build());
        _parts.Add(host);
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        await services.Begun.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (ingresses is not null)
        {
            await IngressClasses.EnsureAsync(host.Client, cancellationToken).ConfigureAwait(false);
            await ingresses.Begun.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IngressController?> StartIngressAsync(NodeNetworkOptions options, CoreEvents events, CancellationToken cancellationToken)
    {
        if (options.IngressHttp is null && options.IngressHttps is null)
        {
            return null;
        }

        var own = IngressCertificate.MakeOwn(options.Time);
        var table = new IngressTable(IngressCertificates.Choose([], (_, _) => null, own));
        var server = await IngressServer.StartAsync(
            options.IngressHttp, options.IngressHttps, table, Services, options.Time, options.Loggers, cancellationToken).ConfigureAwait(false);
        _parts.Add(server);
        (IngressHttp, IngressHttps) = (server.Http, server.Https);
        return new(table, own, [.. new[] { server.Http, server.Https }.OfType<Uri>()], events);
    }

    private static void Add(AhoiBuilder controllers, string name, Func<JsonMap, ReconcileContext, CancellationToken, ValueTask<Description>> reconcile) =>
        controllers.AddController(reconcile, o =>
        {
            o.Name = name;
            o.Kind = NetworkKinds.Namespace;
            o.LabelSelector = Anchor;
            o.MinRetryDelay = TimeSpan.FromMilliseconds(50);
            o.MaxRetryDelay = TimeSpan.FromSeconds(30);
        });
}
