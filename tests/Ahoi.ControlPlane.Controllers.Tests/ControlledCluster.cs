using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.Controllers.Tests;

/// <summary>A cluster with the built-in controllers and a clock that only the test moves. Nothing runs pods: the test says what
/// became of them.</summary>
internal sealed class ControlledCluster : IAsyncDisposable
{
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");
    public static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    public static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    public static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    public static readonly GroupVersionResource CronJobs = new("batch", "v1", "cronjobs");
    public static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    public static readonly GroupVersionResource DaemonSets = new("apps", "v1", "daemonsets");
    public static readonly GroupVersionResource Budgets = new("policy", "v1", "poddisruptionbudgets");

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // What was refused because it came too late is tried again after some milliseconds, which must pass.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly Patch Ready = Patch.Merge(JsonTree.ParseMap(
        """{"status": {"phase": "Running", "podIP": "10.0.9.9", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}]}}"""));

    private readonly LocalCluster _cluster;
    private ClusterControllers? _controllers;

    private ControlledCluster(LocalCluster cluster, FakeTimeProvider time)
    {
        _cluster = cluster;
        Time = time;
        Client = new ApiClient(cluster.Connect());
    }

    public FakeTimeProvider Time { get; }

    public ApiClient Client { get; }

    public static async Task<ControlledCluster> StartAsync(ClusterControllersOptions? options = null, DateTimeOffset? start = null)
    {
        var time = new FakeTimeProvider(start ?? new DateTimeOffset(2026, 3, 2, 0, 0, 30, TimeSpan.Zero));
        var cluster = new ControlledCluster(await LocalCluster.StartAsync(new() { Time = time }, CancellationToken.None), time);
        await cluster.StartControllersAsync(options);
        return cluster;
    }

    public async Task StartControllersAsync(ClusterControllersOptions? options = null) =>
        _controllers = await ClusterControllers.StartAsync(_cluster.Connect(), (options ?? new()) with { Time = Time }, CancellationToken.None);

    public async Task StopControllersAsync()
    {
        if (_controllers is { } controllers)
        {
            _controllers = null;
            await controllers.DisposeAsync();
        }
    }

    public Task<RawObject> CreateAsync(GroupVersionResource resource, string json) =>
        Client.CreateAsync(resource, resource == Nodes ? null : "default", JsonTree.ParseMap(json));

    public Task<RawObject> PatchAsync(GroupVersionResource resource, string name, string json, string? subresource = null) =>
        Client.PatchAsync(resource, KeyOf(resource, name), Patch.Merge(JsonTree.ParseMap(json)), new() { Subresource = subresource });

    public Task<RawObject> SetPhaseAsync(string pod, string phase) => PatchAsync(Pods, pod, $$$"""{"status": {"phase": "{{{phase}}}"}}""", "status");

    public Task<RawObject> SetReadyAsync(string pod) => Client.PatchAsync(Pods, KeyOf(Pods, pod), Ready, new() { Subresource = "status" });

    public async Task<IReadOnlyList<JsonMap>> ListAsync(GroupVersionResource resource) =>
        [.. (await Client.ListAsync(resource, resource == Nodes ? null : "default")).Items.Select(i => i.ToMap())];

    /// <summary>Waits until a list is as wanted; the clock moves by <paramref name="step"/> again and again, or by next to
    /// nothing.</summary>
    public Task<IReadOnlyList<JsonMap>> ListUntilAsync(GroupVersionResource resource, Func<IReadOnlyList<JsonMap>, bool> condition, TimeSpan? step = null) =>
        UntilAsync(() => ListAsync(resource), condition, step);

    /// <summary>Waits until an object is as wanted; an empty map stands for one that is not there.</summary>
    public Task<JsonMap> GetUntilAsync(GroupVersionResource resource, string name, Func<JsonMap, bool> condition, TimeSpan? step = null) => UntilAsync(
        async () => (await Client.FindAsync(resource, KeyOf(resource, name)))?.ToMap() ?? [], condition, step);

    /// <summary>Waits until an object, in any namespace or none, is as wanted; an empty map stands for one that is not there.</summary>
    public Task<JsonMap> UntilAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap, bool> condition) =>
        UntilAsync(async () => (await Client.FindAsync(resource, key))?.ToMap() ?? [], condition, null);

    public async ValueTask DisposeAsync()
    {
        await StopControllersAsync();
        Client.Dispose();
        await _cluster.DisposeAsync();
    }

    public static string NameOf(JsonMap value) => (string)value.At("metadata", "name")!;

    private async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan? step)
    {
        using var limit = new CancellationTokenSource(Limit);
        T? seen = default;
        for (var round = 1; !limit.IsCancellationRequested; round++)
        {
            try
            {
                seen = await read();
                if (condition(seen))
                {
                    return seen;
                }
            }
            catch (ApiException exception) when (exception.IsTransient)
            {
                // Asked again.
            }

            // Not too fast: reconciles and requests have deadlines by the same clock.
            Time.Advance(round % 4 == 0 ? step ?? Tick : Tick);
            await Task.Delay(10, CancellationToken.None); // Lets the controllers have the processor.
        }

        throw new TimeoutException($"Waited in vain. It is: {(seen is IReadOnlyList<JsonMap> list ? string.Join(Environment.NewLine, list) : seen)}");
    }

    private static ObjectKey KeyOf(GroupVersionResource resource, string name) => new(resource == Nodes ? null : "default", name);
}
