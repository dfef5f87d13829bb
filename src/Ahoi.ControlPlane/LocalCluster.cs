using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Certificates;
using Ahoi.ControlPlane.Controllers;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane;

/// <summary>
/// A Kubernetes-compatible cluster in this process, for development and tests: storage, API server, keys, kubeconfig, and
/// their order of start and stop.
/// </summary>
public sealed partial class LocalCluster : IAsyncDisposable
{
    private const string Administrator = "ahoi-admin";
    private const string DefaultServices = "10.96.0.0/16";

    private readonly IRevisionStore _store;
    private readonly ClusterCertificates? _certificates;
    private readonly ECDsa _signingKey;
    private readonly KubeApiServer _server;
    private readonly StoreCompaction _compaction;
    private readonly LoopbackPlace? _place;
    private ClusterControllers? _controllers;
    private bool _disposed;

    private LocalCluster(IRevisionStore store, ClusterCertificates? certificates, ECDsa signingKey, KubeApiServer server, LoopbackPlace? place, TimeProvider time, string adminToken)
    {
        _store = store;
        _signingKey = signingKey;
        _certificates = certificates;
        _server = server;
        _place = place;
        _compaction = new StoreCompaction(store, time);
        AdminToken = adminToken;
    }

    /// <summary>Gets the token of a user who may do anything.</summary>
    public string AdminToken { get; }

    /// <summary>Gets the revision of the newest write: while it stays the same, no object has changed.</summary>
    public long Revision => _store.Revision;

    /// <summary>Gets where the API server listens, or <see langword="null"/> without a socket.</summary>
    public Uri? Url => _server.Url;

    /// <summary>Gets where the kubeconfig is, or <see langword="null"/> where none was written.</summary>
    public string? KubeconfigFile { get; private set; }

    /// <summary>Starts a cluster.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped again.</param>
    /// <returns>The cluster, ready for requests.</returns>
    /// <exception cref="LocalClusterException">It cannot start: the port or the data folder is in use, damaged or somebody else's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more than 64 nodes.</exception>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Nodes, (uint)LoopbackPlace.MostNodes, nameof(options));
        var folder = options.DataFolder is { } path ? DataFolder.Open(path) : null;
        var store = OpenStore(folder);
        ClusterCertificates? certificates = null;
        ECDsa? signingKey = null;
        KubeApiServer? server = null;
        LoopbackPlace? place = null;
        LocalCluster? cluster = null;
        var streams = new ClusterStreams();
        var metrics = new ClusterMetrics();
        try
        {
            place = options.LoopbackNetwork ? LoopbackPlace.Claim(folder) : null;
            signingKey = await ReadOrMakeSigningKeyAsync(folder, cancellationToken).ConfigureAwait(false);
            certificates = options.Listen is null || options.Http ? null : MakeCertificates(folder, options, place);
            var token = await ReadOrMakeTokenAsync(folder, cancellationToken).ConfigureAwait(false);
            server = new KubeApiServer(new ApiServerOptions
            {
                Store = store,
                TimeProvider = options.Time,
                Listen = options.Listen,
                Certificate = certificates?.Server,
                TokenSigningKey = signingKey,
                ServiceNetwork = place?.Services ?? DefaultServices,
                AllowLoopbackEndpoints = place is not null,
                PublishService = place is not null,
                PublishOwnPort = place is not null && !LowPorts.MayListen(place.ApiServer),
                Tokens = [new TokenUser(token, Administrator, Administrator, ["system:masters"]), .. ReadUsers(options.TokenAuthFile)],
                LoggerFactory = options.Loggers,
                Pods = streams,
                Metrics = options.Nodes > 0 ? metrics : null,
                GivesAccounts = options is { Nodes: > 0, Controllers: true },
            });
            await StartServerAsync(server, options.Listen, cancellationToken).ConfigureAwait(false);
            cluster = new LocalCluster(store, certificates, signingKey, server, place, options.Time, token);
            cluster._compaction.Start();
            if (options.Controllers)
            {
                cluster._controllers = await ClusterControllers.StartAsync(
                    cluster.Connect(),
                    new() { AuthorityPem = certificates?.AuthorityPem ?? "", Time = options.Time, Loggers = options.Loggers },
                    cancellationToken).ConfigureAwait(false);
            }

            streams.Find = cluster.FindNode;
            metrics.Find = cluster.FindNode;
            await cluster.StartNodesAsync(options, folder, cancellationToken).ConfigureAwait(false);
            await cluster.WriteKubeconfigAsync(options.KubeconfigFile ?? folder?.Kubeconfig, cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }

            certificates?.Dispose();
            signingKey?.Dispose();
            place?.Dispose();
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes a handler that brings requests to the API server without a socket.</summary>
    /// <returns>The handler; whoever asked for it disposes of it.</returns>
    public HttpMessageHandler CreateHandler() => _server.CreateHandler();

    /// <summary>Makes a connection for clients in this process, as administrator.</summary>
    /// <returns>The connection.</returns>
    public ApiConnection Connect() => ApiConnection.FromHandler(CreateHandler(), FixedCredential.Token(AdminToken));

    /// <summary>Reads all objects as they are stored, at one moment: for tests that judge a whole cluster.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The objects, without resource versions.</returns>
    public async Task<IReadOnlyList<RawObject>> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        var page = await _store.ListAsync("/registry/", new(), cancellationToken).ConfigureAwait(false);
        return [.. page.Items.Select(i => RawObject.Parse(i.Value))];
    }

    /// <summary>Stops everything, the API server first, then the store.</summary>
    /// <returns>When nothing runs any more and everything is written.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await StopNodesAsync().ConfigureAwait(false);
        if (_controllers is not null)
        {
            await _controllers.DisposeAsync().ConfigureAwait(false);
        }

        await _compaction.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        _certificates?.Dispose();
        _signingKey.Dispose();
        RemoveNodeFolder();
        _place?.Dispose();
    }

    private static IRevisionStore OpenStore(DataFolder? folder)
    {
        if (folder is null)
        {
            return new MemoryRevisionStore();
        }

        try
        {
            return SqliteRevisionStore.Open(folder.StoreFile);
        }
        catch (Exception exception) when (exception is StoreInUseException or StoreDamagedException)
        {
            throw new LocalClusterException(exception.Message, exception);
        }
    }

    private static IReadOnlyList<TokenUser> ReadUsers(string? file)
    {
        if (file is null)
        {
            return [];
        }

        try
        {
            return TokenUser.ParseCsv(File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new LocalClusterException($"The users of {file} cannot be read: {exception.Message}", exception);
        }
    }

    private static ClusterCertificates MakeCertificates(DataFolder? folder, LocalClusterOptions options, LoopbackPlace? place)
    {
        var address = options.Listen!.Address;
        List<IPAddress> addresses = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? [] : [address];
        if (place is not null)
        {
            addresses.Add(place.ApiServer);
        }

        return folder is null
            ? ClusterCertificates.Create(options.Time, addresses)
            : ClusterCertificates.LoadOrCreate(folder.KeysFolder, options.Time, addresses);
    }

    private static async Task<string> ReadOrMakeTokenAsync(DataFolder? folder, CancellationToken cancellationToken)
    {
        if (folder is not null && File.Exists(folder.TokenFile))
        {
            return (await File.ReadAllTextAsync(folder.TokenFile, cancellationToken).ConfigureAwait(false)).Trim();
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        if (folder is not null)
        {
            await PrivateFile.WriteAsync(folder.TokenFile, Encoding.ASCII.GetBytes(token + "\n"), cancellationToken).ConfigureAwait(false);
        }

        return token;
    }

    private static async Task<ECDsa> ReadOrMakeSigningKeyAsync(DataFolder? folder, CancellationToken cancellationToken)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (folder is null)
        {
            return key;
        }

        if (File.Exists(folder.TokenSigningKeyFile))
        {
            key.ImportFromPem(await File.ReadAllTextAsync(folder.TokenSigningKeyFile, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            await PrivateFile.WriteAsync(folder.TokenSigningKeyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), cancellationToken).ConfigureAwait(false);
        }

        return key;
    }

    private static async Task StartServerAsync(KubeApiServer server, IPEndPoint? listen, CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (listen is not null)
        {
            var holder = PortHolder.Find(listen.Port);
            throw new LocalClusterException(
                holder is null
                    ? $"The cluster cannot listen at {listen}: {exception.Message}"
                    : $"The port {listen.Port} is in use by {holder}. Stop it, or choose another with --listen {listen.Address}:PORT.",
                exception);
        }
    }

    private async Task WriteKubeconfigAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null || Url is not { } url)
        {
            return;
        }

        KubeconfigFile = Path.GetFullPath(path);
        await PrivateFile.WriteAsync(KubeconfigFile, Kubeconfig.Write(url, _certificates?.AuthorityPem, AdminToken), cancellationToken).ConfigureAwait(false);
    }
}
