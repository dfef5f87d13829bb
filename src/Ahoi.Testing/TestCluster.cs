using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Leadership;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahoi.Testing;

/// <summary>
/// A cluster of a test's own, in process and without a socket: ready in milliseconds, gone with the test. Operators under
/// test run against it exactly as they run against any cluster.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    /// <summary>How long waits last at most where nothing else is said: 20 seconds.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(20);

    private readonly LocalCluster _cluster;
    private readonly ConcurrentStack<IHost> _operators = new();

    private TestCluster(LocalCluster cluster)
    {
        _cluster = cluster;
        Client = new ApiClient(cluster.Connect());
    }

    /// <summary>Gets a client of the cluster's administrator.</summary>
    public ApiClient Client { get; }

    /// <summary>Gets the revision of the newest write: where it is the same, nothing has changed.</summary>
    internal long Revision => _cluster.Revision;

    /// <summary>Reads all objects as they are stored, at one moment.</summary>
    internal Task<IReadOnlyList<RawObject>> SnapshotAsync() => _cluster.SnapshotAsync();

    /// <summary>Starts a cluster.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The cluster.</returns>
    public static Task<TestCluster> StartAsync(CancellationToken cancellationToken = default) => StartAsync(new(), cancellationToken);

    /// <summary>Starts a cluster.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The cluster.</returns>
    public static async Task<TestCluster> StartAsync(TestClusterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(await LocalCluster.StartAsync(new LocalClusterOptions { Controllers = options.Controllers }, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes a connection of the cluster's administrator, with a handler of its own.</summary>
    /// <returns>The connection.</returns>
    public ApiConnection Connect() => _cluster.Connect();

    /// <summary>Runs an operator until the cluster is disposed of, or until <see cref="StopAsync"/>.</summary>
    /// <param name="configure">Adds the controllers.</param>
    /// <param name="name">The operator's name.</param>
    /// <param name="connection">The connection it uses, to count or disturb its requests; the administrator's where left out.</param>
    /// <param name="logging">Where it logs to; nowhere where left out.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The operator's host.</returns>
    public async Task<IHost> RunOperatorAsync(
        Action<AhoiBuilder> configure,
        string name = "test",
        ApiConnection? connection = null,
        Action<ILoggingBuilder>? logging = null,
        CancellationToken cancellationToken = default)
    {
        var host = Build(configure, name, connection, logging);
        _operators.Push(host);
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        return host;
    }

    /// <summary>Runs an operator whose definitions are there.</summary>
    internal async Task<IHost> StartInstalledAsync(Action<AhoiBuilder> configure, string name, ApiConnection? connection, LeaderElectionOptions? leadership = null)
    {
        var host = Build(configure, name, connection, null, installs: false, leadership);
        _operators.Push(host);
        await host.StartAsync().ConfigureAwait(false);
        return host;
    }

    /// <summary>Finds out what an operator would write, without running it.</summary>
    /// <param name="configure">Adds the controllers.</param>
    /// <param name="name">The operator's name: the one it runs under, or everything looks like somebody else's.</param>
    /// <param name="connection">The connection it uses; the administrator's where left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan.</returns>
    public async Task<OperatorPlan> PlanAsync(
        Action<AhoiBuilder> configure, string name = "test", ApiConnection? connection = null, CancellationToken cancellationToken = default)
    {
        var host = Build(configure, name, connection, null);
        _operators.Push(host);
        return await host.Services.GetRequiredService<Operator>().PlanAsync(null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops an operator as its process would be stopped, and waits for it.</summary>
    /// <param name="host">The operator's host.</param>
    /// <returns>When nothing of it runs any more.</returns>
    public static async Task StopAsync(IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        using var limit = new CancellationTokenSource(DefaultLimit);
        await host.StopAsync(limit.Token).ConfigureAwait(false);
        host.Dispose();
    }

    /// <summary>Waits until an object is there and <paramref name="condition"/> holds for it.</summary>
    /// <param name="resource">The object's resource.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="condition">What is waited for.</param>
    /// <param name="limit">How long at most; <see cref="DefaultLimit"/> where left out.</param>
    /// <returns>The object as it was when the condition held.</returns>
    /// <exception cref="TimeoutException">It did not come about; the message shows the object as it is.</exception>
    public Task<JsonMap> WaitForAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap, bool> condition, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return WaitAsync(resource, key, seen => seen is not null && condition(seen), limit)!;
    }

    /// <summary>Waits until an object is there.</summary>
    /// <param name="resource">The object's resource.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="limit">How long at most; <see cref="DefaultLimit"/> where left out.</param>
    /// <returns>The object.</returns>
    /// <exception cref="TimeoutException">It did not come.</exception>
    public Task<JsonMap> WaitForAsync(GroupVersionResource resource, ObjectKey key, TimeSpan? limit = null) =>
        WaitForAsync(resource, key, _ => true, limit);

    /// <summary>Waits until an object is gone.</summary>
    /// <param name="resource">The object's resource.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="limit">How long at most; <see cref="DefaultLimit"/> where left out.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="TimeoutException">It is still there; the message shows it.</exception>
    public Task WaitForAbsenceAsync(GroupVersionResource resource, ObjectKey key, TimeSpan? limit = null) =>
        WaitAsync(resource, key, seen => seen is null, limit);

    /// <summary>Stops all operators, then the cluster.</summary>
    /// <returns>When nothing runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        while (_operators.TryPop(out var host))
        {
            await StopAsync(host).ConfigureAwait(false);
        }

        Client.Dispose();
        await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private IHost Build(Action<AhoiBuilder> configure, string name, ApiConnection? connection, Action<ILoggingBuilder>? logging, bool installs = true, LeaderElectionOptions? leadership = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging ?? (_ => { }));
        configure(builder.Services.AddAhoi(options =>
        {
            options.OperatorName = name;
            options.Connection = connection ?? Connect();
            options.InstallDefinitions = installs;
            options.Leadership = leadership;
        }));
        return builder.Build();
    }

    private async Task<JsonMap?> WaitAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap?, bool> condition, TimeSpan? limit) =>
        (await Client.WaitUntilAsync(resource, key, seen => condition(seen?.ToMap()), limit ?? DefaultLimit).ConfigureAwait(false))?.ToMap();
}
