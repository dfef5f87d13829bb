using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>One monitor for each resource that can be listed, watched and deleted; definitions come and go.</summary>
internal sealed partial class ResourceMonitors(ApiClient client, GarbageGraph graph, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static readonly TimeSpan AnywayEvery = TimeSpan.FromSeconds(30); // As often as Kubernetes asks.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<(string Group, string Resource), (ApiResource Served, CancellationTokenSource Stop, Task Run)> _running = [];
    private readonly SemaphoreSlim _changed = new(0);

    /// <summary>Runs the monitors until it is cancelled, and waits for their end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var definitions = FollowDefinitionsAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await SyncAsync(cancellationToken).ConfigureAwait(false);
                await _changed.WaitAsync(AnywayEvery, cancellationToken).ConfigureAwait(false);
                await Task.Delay(Settle, time, cancellationToken).ConfigureAwait(false); // A definition changes some times while it is established.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Loop boundary: discovery that fails is asked again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await definitions.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (_, stop, run) in _running.Values)
        {
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
    }

    /// <summary>Gets the resources whose objects may own and be owned, each in the version that the server prefers.</summary>
    public static IEnumerable<ApiResource> Followed(ResourceCatalog catalog) => catalog.Resources
        .Where(r => r.Verbs.Contains("list") && r.Verbs.Contains("watch") && r.Verbs.Contains("delete") && r.Resource.Resource != "events")
        .DistinctBy(r => (r.Resource.Group, r.Resource.Resource));

    public void Dispose() => _changed.Dispose();

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        client.Discovery.Invalidate();
        var catalog = await client.Discovery.GetAsync(cancellationToken).ConfigureAwait(false);
        var wanted = Followed(catalog).ToDictionary(r => (r.Resource.Group, r.Resource.Resource));
        foreach (var (key, monitor) in _running.ToArray())
        {
            // A group that does not answer now may answer later.
            if ((!wanted.TryGetValue(key, out var still) || still.Resource != monitor.Served.Resource)
                && !catalog.FailedGroupVersions.Any(f => f.StartsWith(key.Group + "/", StringComparison.Ordinal)))
            {
                _running.Remove(key);
                await monitor.Stop.CancelAsync().ConfigureAwait(false);
                await monitor.Run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                monitor.Stop.Dispose();
            }
        }

        foreach (var (key, resource) in wanted)
        {
            if (!_running.ContainsKey(key))
            {
                var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                _running[key] = (resource, stop, new ResourceMonitor(client, resource, graph, time, logger).RunAsync(stop.Token));
            }
        }
    }

    private async Task FollowDefinitionsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in client.WatchAsync(Definitions, null, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false))
                {
                    _changed.Release();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Loop boundary: until it is watched again, the regular round finds what changed.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(2002, LogLevel.Debug, "What the API server serves could not be read; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
