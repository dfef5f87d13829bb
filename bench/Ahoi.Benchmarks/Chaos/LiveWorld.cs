using System.Globalization;
using System.Net;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Images.Recipes;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>A cluster with a node in this process, and the operators of customers and pools in processes of their own.</summary>
internal sealed class LiveWorld : IAsyncDisposable
{
    public static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    public static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    public static readonly GroupVersionResource Pools = new("internal.example.com", "v1", "connectionpools");
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");
    public static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    public static readonly GroupVersionResource Services = new("", "v1", "services");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    public static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    public static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    public static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");
    public static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");

    private readonly LocalCluster _cluster;
    private readonly IHost _scheduler;
    private readonly DirectoryInfo _folder;

    private LiveWorld(LocalCluster cluster, IHost scheduler, DirectoryInfo folder)
    {
        _cluster = cluster;
        _scheduler = scheduler;
        _folder = folder;
        Client = new(ApiConnection.FromKubeconfig(cluster.KubeconfigFile!));
        var port = cluster.Url!.Port;
        Operators = [.. new[] { "tenancy", "pools" }.Select(n => new OperatorChild(n, cluster.KubeconfigFile!, port, folder.FullName))];
    }

    /// <summary>Gets a client of the cluster's administrator, past all proxies.</summary>
    public ApiClient Client { get; }

    public IReadOnlyList<OperatorChild> Operators { get; }

    /// <summary>Gets where the operators' logs are.</summary>
    public string Folder => _folder.FullName;

    /// <param name="schedule">What is added to the scheduler.</param>
    /// <param name="tell">What is told of progress.</param>
    public static async Task<LiveWorld> StartAsync(Action<string> tell, Action<SchedulerOptions>? schedule = null)
    {
        var images = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../images"));
        await PrepareAsync(images, tell);
        var folder = Directory.CreateTempSubdirectory("ahoi-chaos-");
        var cluster = await LocalCluster.StartAsync(
            new()
            {
                ImageFolder = images,
                Listen = new(IPAddress.Loopback, 0),
                KubeconfigFile = Path.Combine(folder.FullName, "kubeconfig"),
                LoopbackNetwork = true,
                Controllers = true,
                Nodes = 1,
            },
            CancellationToken.None);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddAhoi(o =>
        {
            o.OperatorName = "cluster";
            o.Connection = cluster.Connect();
        }).AddScheduler("default-scheduler", schedule);
        var scheduler = builder.Build();
        await scheduler.StartAsync();
        var world = new LiveWorld(cluster, scheduler, folder);
        tell($"a cluster with a node; logs of the operators in {folder.FullName}");
        foreach (var @operator in world.Operators)
        {
            await @operator.StartAsync();
        }

        return world;
    }

    /// <summary>Gives a connection for an operator of the run's own.</summary>
    public ApiConnection Connect() => _cluster.Connect();

    public Task<RawObject> PatchAsync(GroupVersionResource resource, ObjectKey key, string patch) =>
        Client.PatchAsync(resource, key, Patch.Merge(JsonTree.ParseMap(patch)));

    public Task<RawObject> AnnotateAsync(GroupVersionResource resource, ObjectKey key, string name, string value) => Client.PatchAsync(
        resource, key, Patch.Merge(new JsonMap { ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [$"internal.example.com/{name}"] = value } } }));

    public async Task<JsonMap> UntilAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap, bool> holds, TimeSpan limit)
    {
        try
        {
            return (await Client.WaitUntilAsync(resource, key, o => o is not null && holds(o.ToMap()), limit))!.ToMap();
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\n{await TroublesAsync(key.Namespace)}", exception);
        }
    }

    /// <summary>What pods are not ready, with the last that they said.</summary>
    public async Task<string> TroublesAsync(string? @namespace)
    {
        var text = new StringBuilder();
        foreach (var pod in (await Client.ListAsync(Pods, @namespace)).Items.Select(p => (p.Key, Map: p.ToMap())).Where(p => !IsTrue(p.Map, "Ready") && p.Map.At("status", "phase") is not "Succeeded"))
        {
            text.Append(CultureInfo.InvariantCulture, $"{pod.Key} {pod.Map.At("status", "phase")} {pod.Map.At("metadata", "deletionTimestamp")}\n");
            foreach (var status in new[] { "initContainerStatuses", "containerStatuses" }.SelectMany(f => (pod.Map.At("status", f) as JsonList)?.Maps ?? []))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {status.Text("name")} {status.Map("state")} {status.Integer("restartCount")} restarts\n");
                try
                {
                    await using var log = await Client.OpenLogAsync(pod.Key, new() { Container = status.Text("name"), TailLines = 5 });
                    text.AppendLine(await new StreamReader(log).ReadToEndAsync());
                }
                catch (ApiException exception)
                {
                    text.AppendLine(exception.Message);
                }
            }
        }

        return text.ToString();
    }

    /// <summary>Makes a namespace, and waits for the account that its pods run as.</summary>
    public async Task NamespaceAsync(string name)
    {
        await Client.CreateAsync(Namespaces, null, JsonTree.ParseMap($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}"""));
        await UntilAsync(new("", "v1", "serviceaccounts"), new(name, "default"), _ => true, TimeSpan.FromSeconds(30));
    }

    /// <summary>Runs a command in a pod's container, which may end with it.</summary>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public async Task ExecAsync(ObjectKey pod, string container, params string[] command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            var session = await Client.ExecAsync(pod, new() { Container = container, Command = command }, limit.Token);
            await using (session)
            {
                await session.Exit.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"{string.Join(' ', command)} in {pod} did not end.", exception);
        }
    }

    /// <summary>What programs connect with, by the Secret that they read; the host is an address, since this is not in a pod.</summary>
    public async Task<NpgsqlConnectionStringBuilder> ConnectionAsync(string @namespace, string secret)
    {
        var data = (await Client.GetAsync(Secrets, new(@namespace, secret))).ToMap().Map("data")!;
        return new()
        {
            Host = await AddressAsync(@namespace, Text(data, "host").Split('.')[0]),
            Port = int.Parse(Text(data, "port"), CultureInfo.InvariantCulture),
            Database = Text(data, "database"),
            Username = Text(data, "username"),
            Password = Text(data, "password"),
            NoResetOnClose = true,
            ConnectionLifetime = 5,
            Timeout = 15,
            CommandTimeout = 30,
        };
    }

    /// <summary>What a database's administrator connects with, past all pools.</summary>
    public async Task<NpgsqlConnectionStringBuilder> AdministratorAsync(ObjectKey database)
    {
        var data = (await Client.GetAsync(Secrets, new(database.Namespace, $"{database.Name}-postgres-admin"))).ToMap().Map("data")!;
        return new()
        {
            Host = await AddressAsync(database.Namespace!, $"{database.Name}-postgres"),
            Database = "app",
            Username = "postgres",
            Password = Text(data, "password"),
            SslMode = SslMode.Require,
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 10,
        };
    }

    public static bool IsTrue(JsonMap value, string condition) =>
        (value.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == condition && c.Text("status") == "True") == true;

    /// <summary>Whether an object says that it is ready as it is wanted now.</summary>
    public static bool IsReady(JsonMap value) =>
        IsTrue(value, "Ready") && value.At("status", "observedGeneration") is long seen && seen == value.At("metadata", "generation") as long?;

    public async ValueTask DisposeAsync()
    {
        foreach (var @operator in Operators)
        {
            await @operator.DisposeAsync();
        }

        await _scheduler.StopAsync();
        _scheduler.Dispose();
        Client.Dispose();
        await _cluster.DisposeAsync();
    }

    private static async Task PrepareAsync(string folder, Action<string> tell)
    {
        using var store = ImageStore.Open(folder);
        foreach (var name in new[] { "postgres:17", "pgbouncer:1.24" })
        {
            if (store.List().All(i => i.Name != ImageName.Parse(name)))
            {
                tell($"building the image {name}: about a minute, once");
            }

            await new ImageBuilder(store, TimeProvider.System).BuildAsync(name, ImageRecipes.Find(name)!, again: false, _ => { }, CancellationToken.None);
        }
    }

    private async Task<string> AddressAsync(string @namespace, string service) =>
        (string)(await Client.GetAsync(Services, new(@namespace, service))).ToMap().At("spec", "clusterIP")!;

    private static string Text(JsonMap data, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(data.Text(key)!));
}
