using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Planning;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>A cluster with the real API server, for operators with one controller for CronTabs.</summary>
internal sealed class CronTabCluster : IAsyncDisposable
{
    public const string Path = "apis/stable.example.com/v1/namespaces/default/crontabs/my";
    public const string ConfigMapPath = "api/v1/namespaces/default/configmaps/";

    public static readonly GroupVersionResource CronTabs = new("stable.example.com", "v1", "crontabs");
    public static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    public static readonly ObjectKey Key = new("default", "my");

    private readonly TestCluster _cluster;

    private CronTabCluster(TestCluster cluster)
    {
        _cluster = cluster;
        var connection = cluster.Connect();
        Log = new(connection.Handler!);
    }

    public RequestLog Log { get; }

    public ApiClient Client => _cluster.Client;

    public TestCluster Test => _cluster;

    public static async Task<CronTabCluster> StartAsync() => new(await TestCluster.StartAsync(TestContext.Current.CancellationToken));

    public Task<IHost> RunAsync(
        ScriptedReconciler reconciler, Action<ControllerOptions>? configure = null, Action<AhoiOptions>? options = null, RequestLog? log = null,
        Action<AhoiBuilder>? ahoi = null) =>
        _cluster.RunOperatorAsync(
            builder =>
            {
                ahoi?.Invoke(builder);
                Configure(builder, reconciler, configure, options);
            },
            "test",
            _cluster.Connect() with { Handler = log ?? Log },
            cancellationToken: TestContext.Current.CancellationToken);

    public Task<OperatorPlan> PlanAsync(ScriptedReconciler reconciler, Action<ControllerOptions>? configure = null) =>
        _cluster.PlanAsync(
            ahoi => Configure(ahoi, reconciler, configure, null), connection: _cluster.Connect() with { Handler = Log }, cancellationToken: TestContext.Current.CancellationToken);

    private static void Configure(AhoiBuilder ahoi, ScriptedReconciler reconciler, Action<ControllerOptions>? configure, Action<AhoiOptions>? options)
    {
        ahoi.Services.AddSingleton(reconciler);
        ahoi.Services.Configure<AhoiOptions>(o =>
        {
            o.DrainTimeout = TimeSpan.FromSeconds(2);
            options?.Invoke(o);
        });
        ahoi.AddController<CronTab, ScriptedReconciler>(o =>
        {
            o.MinRetryDelay = TimeSpan.FromMilliseconds(5);
            configure?.Invoke(o);
        });
    }

    public Task CreateCronTabAsync(string name = "my", int replicas = 1) => Client.CreateAsync(
        CronTabs,
        "default",
        JsonTree.ParseMap($$$"""
            {"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"{{{name}}}"},
             "spec":{"cronSpec":"* * * * 5","image":"i","replicas":{{{replicas}}}}}
            """));

    public Task<RawObject> MergeAsync(GroupVersionResource resource, ObjectKey key, string patch) =>
        Client.PatchAsync(resource, key, Patch.Merge(JsonTree.ParseMap(patch)), new() { FieldManager = "somebody-else" });

    public Task<JsonMap> ReadyAsync(string status = "True", string name = "my") =>
        _cluster.WaitForAsync(CronTabs, new("default", name), o => ReadyCondition(o)?.Text("status") == status);

    public Task<JsonMap> ConfigMapAsync(string name, Func<JsonMap, bool>? condition = null) =>
        _cluster.WaitForAsync(ConfigMaps, new("default", name), condition ?? (_ => true));

    public async Task<JsonMap?> FindConfigMapAsync(string name) =>
        (await Client.FindAsync(ConfigMaps, new("default", name)))?.ToMap();

    public static JsonMap? ReadyCondition(JsonMap tab) =>
        tab.Map("status")?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == "Ready");

    /// <summary>Reconciles a few times, so that what did not happen by then does not happen.</summary>
    public static async Task SettleAsync(IHost host, ScriptedReconciler reconciler)
    {
        var @operator = host.Services.GetRequiredService<Operator>();
        for (var i = 0; i < 3; i++)
        {
            var runs = reconciler.Runs;
            @operator.Wake("crontab", Key);
            await EventuallyAsync(() => reconciler.Runs > runs, "reconciled once more");
        }
    }

    public static async Task EventuallyAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(TestCluster.DefaultLimit);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, $"in vain: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Log.Dispose();
    }
}
