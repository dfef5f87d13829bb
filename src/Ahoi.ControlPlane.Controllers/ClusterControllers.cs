using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Controllers.Deployments;
using Ahoi.ControlPlane.Controllers.Events;
using Ahoi.ControlPlane.Controllers.Garbage;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.ReplicaSets;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Controllers;

/// <summary>
/// The controllers that make objects of the built-in kinds do what they say: a Deployment's replica sets, a namespace's end,
/// what goes with its owner. They are operators like any other, and work against any Kubernetes API server that has none of
/// them.
/// </summary>
public sealed partial class ClusterControllers : IAsyncDisposable
{
    private const string Manager = "kube-controller-manager";

    private readonly IHost _host;

    private ClusterControllers(IHost host) => _host = host;

    /// <summary>Starts the controllers.</summary>
    /// <param name="connection">The cluster, as somebody who may do anything there.</param>
    /// <param name="options">What they need to know of the cluster.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The running controllers; disposing of them stops them.</returns>
    public static async Task<ClusterControllers> StartAsync(ApiConnection connection, ClusterControllersOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Loggers);
        var controllers = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = Manager;
            o.Connection = connection;
        });
        var events = new CoreEvents(options.Time);
        builder.Services.AddHostedService(s => new GarbageCollector(
            s.GetRequiredService<ApiClient>(), events, Manager, options.Time, options.Loggers.CreateLogger<GarbageCollector>()));
        Add(controllers, events, options);
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return new(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Stops the controllers and waits for what they do.</summary>
    /// <returns>When nothing of them runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _host.Dispose();
    }

    private static void Add(AhoiBuilder controllers, CoreEvents events, ClusterControllersOptions options)
    {
        AddNamespaces(controllers, events, options);
        AddRoles(controllers, events);
        AddServices(controllers, events);
        AddQuotas(controllers, events);
        AddVolumes(controllers, events);
        AddWorkloads(controllers, events, options);
        Add(controllers, events, "replicaset-controller", Kinds.ReplicaSet, ReplicaSetController.ReconcileAsync, o => o.Owns(Kinds.Pod).ReconcilesDeleted = true);
        Add(controllers, events, "replication-controller", Kinds.ReplicationController, ReplicaSetController.ReconcileAsync, o => o.Owns(Kinds.Pod).ReconcilesDeleted = true);
        Add(controllers, events, "deployment-controller", Kinds.Deployment, DeploymentController.ReconcileAsync, o => o.Owns(Kinds.ReplicaSet).ReconcilesDeleted = true);
    }

    private static void Add(
        AhoiBuilder controllers,
        CoreEvents events,
        string name,
        GroupVersionKind kind,
        Func<JsonMap, ReconcileContext, CancellationToken, ValueTask<Description>> reconcile,
        Action<ControllerOptions>? configure = null) =>
        controllers.AddController(reconcile, o =>
        {
            o.Name = name;
            o.Kind = kind;
            o.FieldManager = Manager;
            o.MinRetryDelay = TimeSpan.FromMilliseconds(5);
            o.MaxRetryDelay = TimeSpan.FromMinutes(1);
            o.Use(new CoreEventsStep(events, name));
            configure?.Invoke(o);
        });
}
