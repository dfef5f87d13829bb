using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>
/// A cluster with the built-in controllers and without a node, in process. Pods are ready, jobs done and volumes there as
/// soon as they are wanted, so that a whole customer comes and goes within a second.
/// </summary>
internal sealed class PlayedCluster : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly LocalCluster _cluster;
    private readonly List<IHost> _hosts = [];

    private PlayedCluster(LocalCluster cluster)
    {
        _cluster = cluster;
        Client = new(cluster.Connect());
    }

    /// <summary>Gets a client of the cluster's administrator.</summary>
    public ApiClient Client { get; }

    /// <summary>Starts a cluster that has Tenancy's definitions and policies.</summary>
    public static async Task<PlayedCluster> StartAsync()
    {
        var played = new PlayedCluster(await LocalCluster.StartAsync(new() { Controllers = true }, TestContext.Current.CancellationToken));
        await played.StartAsync("players", played.Connect(), Players.Add, installs: false);
        var first = await played.StartAsync("tenancy", played.Connect(), ahoi => ahoi.AddTenancy(), installs: true);
        await played.StopAsync(first);
        return played;
    }

    /// <summary>Runs Tenancy until the cluster ends, or until <see cref="StopAsync"/>.</summary>
    /// <param name="connection">Its connection; one of its own where left out.</param>
    public Task<IHost> RunAsync(ApiConnection? connection = null) => StartAsync("tenancy", connection ?? Connect(), ahoi => ahoi.AddTenancy(), installs: false);

    public ApiConnection Connect() => _cluster.Connect();

    public async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }

    public async Task<JsonMap> UntilAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap, bool> holds) =>
        (await Client.WaitUntilAsync(resource, key, o => o is not null && holds(o.ToMap()), Limit, TestContext.Current.CancellationToken))!.ToMap();

    public Task GoneAsync(GroupVersionResource resource, ObjectKey key) =>
        Client.WaitUntilAsync(resource, key, o => o is null, Limit, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        for (var i = _hosts.Count - 1; i >= 0; i--)
        {
            await _hosts[i].StopAsync(CancellationToken.None);
            _hosts[i].Dispose();
        }

        Client.Dispose();
        await _cluster.DisposeAsync();
    }

    private async Task<IHost> StartAsync(string name, ApiConnection connection, Action<AhoiBuilder> configure, bool installs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        configure(builder.Services.AddAhoi(options =>
        {
            options.OperatorName = name;
            options.Connection = connection;
            options.InstallDefinitions = installs;
        }));
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
