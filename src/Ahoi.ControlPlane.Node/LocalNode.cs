using Ahoi.Api.Objects;
using Ahoi.Api.Usage;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Node.Cgroups;
using Ahoi.ControlPlane.Node.Metrics;
using Ahoi.ControlPlane.Node.Nodes;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Streams;
using Ahoi.ControlPlane.Node.Volumes;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Supervision;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node;

/// <summary>
/// A node that runs pods as sandboxed processes of this machine, for development and tests. It works against any Kubernetes
/// API server as any kubelet does: it makes a Node object, runs the pods that are bound to it, and says how they are.
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    private const string Address = "127.0.0.1";
    private const string ControllerName = "pods";

    private readonly IHost _host;
    private readonly Supervisor _supervisor;
    private readonly ProcessLoop _processes;
    private readonly CgroupTree _cgroups;
    private readonly ApiClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reporting;
    private readonly UsageSampler _usage;
    private readonly Task _measuring;
    private readonly PodStreams _streams;
    private bool _disposed;

    private LocalNode(IHost host, Supervisor supervisor, ProcessLoop processes, CgroupTree cgroups, ApiClient client, NodeRegistration registration, PodController pods, PodStreams streams, NodeOptions options)
    {
        (_host, _supervisor, _processes, _cgroups, _client, Pods, _streams, Name, Folder) = (host, supervisor, processes, cgroups, client, pods, streams, options.Name, options.Folder);
        _reporting = registration.RunAsync(_stopping.Token);
        _usage = new(options.Name, pods, options.Time);
        _measuring = _usage.RunAsync(_stopping.Token);
    }

    /// <summary>Gets the node's name.</summary>
    public string Name { get; }

    /// <summary>Gets the folder with the pods' folders.</summary>
    public string Folder { get; }

    /// <summary>Gets what the machine uses, which all its nodes share; <see langword="null"/> for the first seconds.</summary>
    public UsageSample? Usage => _usage.OfMachine;

    internal PodController Pods { get; }

    /// <summary>Gets what the containers of a pod use.</summary>
    /// <param name="uid">The pod's uid.</param>
    /// <returns>The figures of all containers that run; none where those of one of them are not known yet.</returns>
    public IReadOnlyList<UsageSample> UsageOf(string uid) => _usage.OfPod(uid);

    /// <summary>Answers a request for a pod's log, or one that leads into a pod: <c>log</c>, <c>exec</c>, <c>attach</c>,
    /// <c>portforward</c>, as API servers hand them on to the pod's node.</summary>
    /// <param name="http">The request; whoever hands it on has found out who asks, and that they may.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="uid">Its uid.</param>
    /// <param name="subresource">What is asked for.</param>
    /// <returns>When it is answered.</returns>
    /// <exception cref="Api.Errors.ApiException">It cannot be answered; the message says why.</exception>
    public Task HandleAsync(HttpContext http, ObjectKey pod, string uid, string subresource)
    {
        ArgumentNullException.ThrowIfNull(http);
        return _streams.HandleAsync(http, pod, uid, subresource);
    }

    /// <summary>Starts a node.</summary>
    /// <param name="connection">The cluster, as somebody who may do anything there.</param>
    /// <param name="options">What the node is made of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The running node, registered and ready.</returns>
    /// <exception cref="MissingToolException">The machine lacks what a node needs.</exception>
    public static async Task<LocalNode> StartAsync(ApiConnection connection, NodeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux())
        {
            throw new MissingToolException("Pods run on Linux alone. Without the node: --components.");
        }

        var logger = options.Loggers.CreateLogger<LocalNode>();
        var bubblewrap = Tools.Find("bwrap", "bubblewrap");
        var nsenter = Tools.Find("nsenter", "util-linux");
        Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var processes = new ProcessLoop();
        var cgroups = new CgroupTree(CgroupTree.NameFor(options.Name), logger);
        var client = new ApiClient(connection);
        Supervisor? supervisor = null;
        IHost? host = null;
        try
        {
            await Tools.CheckSandboxAsync(processes, bubblewrap, cancellationToken).ConfigureAwait(false);
            var capacity = MachineFacts.Capacity(options.Folder);
            var addresses = new PodAddresses(options.Pods);
            supervisor = await Supervisor.StartAsync(new() { Time = options.Time }, [], cancellationToken).ConfigureAwait(false);
            var services = new NodeServices
            {
                Processes = processes,
                Entry = new(processes, nsenter),
                Bubblewrap = bubblewrap,
                Cgroups = cgroups,
                FindImage = options.FindImage,
                Folder = options.Folder,
                Hidden = [.. options.Hidden, options.Folder],
                HostPaths = options.HostPaths,
                VolumeFolder = options.VolumeFolder,
                Tokens = new NodeTokens(client),
                Time = options.Time,
                Logger = logger,
            };
            Operator? running = null;
            var pods = new PodController(
                services, options.Name, Address, capacity, addresses, supervisor, new CoreEvents(options.Time, options.Name),
                key => Volatile.Read(ref running)?.Wake(ControllerName, key, "its containers changed"))
            {
                Names = ns => options.Names?.Current.HostsOf(ns) ?? [],
            };
            if (options.Names is { } names)
            {
                names.Changed += _ => pods.WriteAllHosts();
            }

            var registration = new NodeRegistration(client, options.Name, Address, capacity, addresses, new NodeImages(options.ListImages), options.Time, logger);
            await registration.RegisterAsync(cancellationToken).ConfigureAwait(false);
            if (options is { ProvisionsVolumes: true, VolumeFolder: not null })
            {
                await LocalProvisioner.EnsureClassAsync(client, cancellationToken).ConfigureAwait(false);
            }

            host = Build(connection, options, pods);
            Volatile.Write(ref running, host.Services.GetRequiredService<Operator>());
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return new(host, supervisor, processes, cgroups, client, registration, pods, new(pods, services.Entry, options.Folder, options.Time), options);
        }
        catch
        {
            host?.Dispose();
            if (supervisor is not null)
            {
                await supervisor.DisposeAsync().ConfigureAwait(false);
            }

            client.Dispose();
            await processes.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the node and all its pods. The pods stay in the API server, and run again when the node is started
    /// again.</summary>
    /// <returns>When no process of a pod runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reporting, _measuring).ConfigureAwait(false);
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);

        // All at once: a supervisor would stop one pod after the other.
        foreach (var pod in Pods.Workers)
        {
            pod.RequestStop();
        }

        await Task.WhenAll(Pods.Workers.Select(p => p.Completion)).ConfigureAwait(false);
        await _supervisor.DisposeAsync().ConfigureAwait(false);
        _host.Dispose();
        _client.Dispose();
        await _processes.DisposeAsync().ConfigureAwait(false);
        _cgroups.Remove();
        _stopping.Dispose();
    }

    /// <summary>Deletes a folder with pods' files, whatever rights their programs left there.</summary>
    /// <param name="folder">The folder.</param>
    public static void DeleteFolder(string folder) => PodFolders.Delete(folder);

    private static IHost Build(ApiConnection connection, NodeOptions options, PodController pods)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Loggers);
        var controllers = builder.Services.AddAhoi(o =>
        {
            o.OperatorName = PodController.Component;
            o.Connection = connection;
        });
        controllers.AddController<Api.Json.JsonMap>(pods.ReconcileAsync, o =>
        {
            o.Name = ControllerName;
            o.Kind = NodeKinds.Pod;
            o.FieldManager = PodController.Component;
            o.MinRetryDelay = TimeSpan.FromMilliseconds(20);
            o.MaxRetryDelay = TimeSpan.FromSeconds(10);
            o.ReconcilesDeleted = true;
            o.WhenGone(pods.Gone);
        });
        if (options is { ProvisionsVolumes: true, VolumeFolder: { } volumes })
        {
            var provisioner = new LocalProvisioner(volumes);
            controllers.AddController<Api.Json.JsonMap>(provisioner.ReconcileClaimAsync, o => Configure(o, "volume-provisioner", NodeKinds.Claim));
            controllers.AddController<Api.Json.JsonMap>(provisioner.ReconcileVolumeAsync, o => Configure(o, "volume-remover", NodeKinds.Volume));
        }

        return builder.Build();
    }

    private static void Configure(ControllerOptions options, string name, GroupVersionKind kind)
    {
        options.Name = name;
        options.Kind = kind;
        options.FieldManager = LocalProvisioner.Name;
        options.ReconcilesDeleted = true;
    }
}
