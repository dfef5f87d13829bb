using Ahoi.Api.Json;
using Ahoi.Client.Connections;
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
/// have names. One of it serves all nodes of a process. It needs no rights but those to the ports it is to listen at.
/// </summary>
public sealed class NodeNetwork : IAsyncDisposable
{
    private const string OperatorName = "ahoi-network";

    // Everything is one look at the whole cluster; it hangs from an object that is always there.
    private const string Anchor = "kubernetes.io/metadata.name=kube-system";

    private readonly IHost _host;
    private readonly ServiceProxy _proxy;
    private bool _disposed;

    private NodeNetwork(IHost host, ServiceTable services, ServiceProxy proxy, NameTable names)
    {
        _host = host;
        _proxy = proxy;
        Services = services;
        Names = names;
    }

    /// <summary>Gets the Services as they are now.</summary>
    internal ServiceTable Services { get; }

    /// <summary>Gets the names of Services.</summary>
    public NameTable Names { get; }

    /// <summary>Starts the network.</summary>
    /// <param name="connection">The cluster, as somebody who may read Services, endpoint slices and namespaces, and write events and
    /// the status of Services. It is not disposed of.</param>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped again.</param>
    /// <returns>The running network; what there was in the cluster is served.</returns>
    public static async Task<NodeNetwork> StartAsync(ApiConnection connection, NodeNetworkOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        var names = new NameTable(options.ClusterDomain);
        var table = new ServiceTable(options.Time);
        var proxy = new ServiceProxy(options.Time, options.Loggers.CreateLogger<ServiceProxy>());
        var controller = new ServiceController(table, proxy, names, new CoreEvents(options.Time));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Loggers);
        var controllers = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = OperatorName;
            o.Connection = connection;
        });
        Add(controllers, "service-proxy", controller.ReconcileAsync);
        var network = new NodeNetwork(builder.Build(), table, proxy, names);
        try
        {
            await network._host.StartAsync(cancellationToken).ConfigureAwait(false);
            await controller.Begun.WaitAsync(cancellationToken).ConfigureAwait(false);
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

        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _host.Dispose();
        await _proxy.DisposeAsync().ConfigureAwait(false);
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
