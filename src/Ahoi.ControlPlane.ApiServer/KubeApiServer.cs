using System.Security.Cryptography;
using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Admission.Limits;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Admission.Quotas;
using Ahoi.ControlPlane.ApiServer.Admission.Webhooks;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.CustomResources;
using Ahoi.ControlPlane.ApiServer.Hosting;
using Ahoi.ControlPlane.ApiServer.Kinds.Networking;
using Ahoi.ControlPlane.ApiServer.Metrics;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.ApiServer.Webhooks;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer;

/// <summary>A Kubernetes API server over a revisioned store: over a socket, and in process without one.</summary>
public sealed class KubeApiServer : IAsyncDisposable
{
    private readonly ApiServerOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServerParts _parts;
    private readonly ServiceAddresses _addresses;
    private readonly BuiltInResources _builtIn;
    private readonly WriteRequests _writes;
    private readonly RequestPipeline _pipeline;
    private readonly InFlight _inFlight = new();
    private readonly DefinitionController _definitions;
    private readonly WebhookClients _webhooks;
    private readonly ECDsa? _ownKey;
    private SocketListener? _listener;
    private bool _disposed;

    /// <summary>Puts a server together. Nothing runs before <see cref="StartAsync"/>.</summary>
    /// <param name="options">What it is made of.</param>
    /// <exception cref="ArgumentException"><see cref="ApiServerOptions.ServiceNetwork"/> is no IPv4 block with room for services.</exception>
    public KubeApiServer(ApiServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _addresses = new(options.ServiceNetwork);
        var registry = new ResourceRegistry();
        var store = new AcknowledgedStore(options.Store);
        var feed = new ObjectFeed(store);
        _parts = new()
        {
            Store = store,
            Time = options.TimeProvider,
            Registry = registry,
            Feed = feed,
            Lists = new(store, feed, options.TimeProvider),
            Discovery = new(registry),
            Authenticator = new(options.Tokens),
            Admission = new(),
            Logger = options.LoggerFactory.CreateLogger("Ahoi.ControlPlane.ApiServer"),
            Stopping = _stopping.Token,
        };
        _writes = new(_parts);
        _webhooks = new(new ServiceAddress(feed, registry));
        _definitions = new(_parts, _webhooks);
        _builtIn = new() { Handlers = new(), LoopbackEndpoints = options.AllowLoopbackEndpoints };
        _builtIn.Handlers.Add("", "pods", "binding", new PodBindings(_parts));
        var connections = new PodConnections(_parts, options.Pods);
        foreach (var subresource in (ReadOnlySpan<string>)["log", "exec", "attach", "portforward", "proxy"])
        {
            _builtIn.Handlers.Add("", "pods", subresource, connections);
        }

        _builtIn.Handlers.Add("", "services", "proxy", new NoProxy());
        _builtIn.Handlers.Add("", "nodes", "proxy", new NoProxy());
        _builtIn.Handlers.Add("", "pods", "eviction", new PodEvictions(_parts, _writes.Deletions));
        _ownKey = options.TokenSigningKey is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        _parts.Admission.Add(new NamespaceLifecycle(feed, registry));
        var objects = new NamespaceObjects(feed, registry);
        if (options.GivesAccounts)
        {
            _parts.Admission.Add(new ServiceAccountTokens(objects));
        }

        _parts.Admission.Add(new LimitRanger(objects));
        _parts.Admission.Add(new PodPriorityClasses(feed, registry));
        _parts.Admission.Add(new DefaultClasses(objects));
        AccessSetup.Install(_parts, _builtIn.Handlers, options.TokenSigningKey ?? _ownKey!);
        _parts.Admission.Add(new PolicyAdmission(_parts));
        _parts.Admission.Add(new MutationAdmission(_parts));
        _parts.Admission.Add(new WebhookAdmission(_parts, _webhooks));
        _parts.Admission.Add(new ServiceAllocations(feed, registry, _addresses));
        _parts.Admission.Add(new QuotaAdmission(_parts, objects));
        _pipeline = new(_parts, new ResourceRequests(_parts, _writes), new PathRequests(_parts, new OpenApiSource(registry)));
    }

    /// <summary>Gets the address it listens at; <see langword="null"/> without a socket or before it has started.</summary>
    public Uri? Url => _listener?.Url;

    internal ServerParts Parts => _parts;

    /// <summary>Loads what is stored, makes sure that the namespaces every cluster has are there, and begins to listen.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When requests are answered.</returns>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var resources = _builtIn.Make();
        foreach (var storage in resources.Select(r => r.Storage).OfType<ResourceStorage>().Distinct())
        {
            await _parts.Feed.AttachAsync(storage, cancellationToken).ConfigureAwait(false);
        }

        _parts.Registry.SetAll(_options.Metrics is { } metrics ? [.. resources, .. MetricsResources.Make(_parts, metrics, resources)] : resources);
        await _parts.Feed.StartAsync(cancellationToken).ConfigureAwait(false);
        var writer = new SystemWriter(_parts, _writes);
        await new SystemObjects(_parts, writer).EnsureAsync(_options.Metrics is not null, cancellationToken).ConfigureAwait(false);
        await _definitions.StartAsync(cancellationToken).ConfigureAwait(false);
        _parts.Ready = true;
        if (_options.Listen is { } endpoint)
        {
            _listener = await SocketListener.StartAsync(
                endpoint, _options.Certificate, _options.Connections, _options.LoggerFactory, InvokeAsync, cancellationToken).ConfigureAwait(false);
        }

        if (_options.PublishService)
        {
            await new ServerService(writer, _addresses.First, _options.PublishOwnPort).PublishAsync(Url, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a handler that calls the server in process, without a socket. Bodies stream both ways; whoever disposes of an answer or cancels aborts its request.</summary>
    /// <returns>The handler; the base address of its client may be anything, as in <c>http://localhost</c>.</returns>
    public HttpMessageHandler CreateHandler() => new InProcessHandler(InvokeAsync);

    /// <summary>Stops: watches end, requests under way finish within the grace period, no new ones are taken.</summary>
    /// <returns>When everything has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var grace = new CancellationTokenSource(_options.StopGracePeriod, _options.TimeProvider);
        if (_listener is not null)
        {
            await _listener.StopAsync(grace.Token).ConfigureAwait(false);
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        await _inFlight.DrainAsync(grace.Token).ConfigureAwait(false);
        await _definitions.DisposeAsync().ConfigureAwait(false);
        await _parts.Feed.DisposeAsync().ConfigureAwait(false);
        _webhooks.Dispose();
        _ownKey?.Dispose();
        _stopping.Dispose();
    }

    private async Task InvokeAsync(Microsoft.AspNetCore.Http.HttpContext http)
    {
        if (!_inFlight.TryEnter())
        {
            await AnswerWriter.WriteStatusAsync(http, new(503, StatusReason.ServiceUnavailable, "The server is shutting down.")).ConfigureAwait(false);
            return;
        }

        try
        {
            await _pipeline.InvokeAsync(http).ConfigureAwait(false);
        }
        finally
        {
            _inFlight.Leave();
        }
    }
}
