using System.Net;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Tests.Shared;

/// <summary>A cluster with all there is: controllers, a scheduler, a node that runs pods for real, and the operators of the
/// test.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly LocalCluster _cluster;
    private readonly ImageStore _images;
    private readonly DirectoryInfo _folder;
    private readonly List<IHost> _hosts = [];

    private LiveCluster(LocalCluster cluster, ImageStore images, DirectoryInfo folder)
    {
        _cluster = cluster;
        _images = images;
        _folder = folder;
        Client = new(cluster.Connect());
        OverSocket = new(ApiConnection.FromKubeconfig(cluster.KubeconfigFile!));
    }

    /// <summary>Gets a client of the cluster's administrator.</summary>
    public ApiClient Client { get; }

    /// <summary>Gets a client over the socket, which streams into pods need.</summary>
    public ApiClient OverSocket { get; }

    /// <summary>Gets where Ingresses are served.</summary>
    public Uri Ingress => _cluster.IngressHttp!;

    /// <summary>Gets the path of a program that is built beside the tests, for pods of image <c>host</c>.</summary>
    public static string[] Program(string name, params string[] arguments) =>
        ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments];

    /// <summary>Starts a cluster, or skips the test where the machine cannot run pods.</summary>
    /// <param name="dataFolder">Where the cluster keeps its objects; nowhere where left out.</param>
    /// <param name="databases">Whether pods of the test need the images of databases, besides <c>host</c>.</param>
    public static async Task<LiveCluster> StartAsync(string? dataFolder = null, bool databases = true)
    {
        var images = databases ? await TestImages.PostgresAsync() : await TestImages.StoreAsync();
        var folder = Directory.CreateTempSubdirectory("ahoi-test-");
        try
        {
            var cluster = await LocalCluster.StartAsync(
                new()
                {
                    DataFolder = dataFolder,
                    ImageFolder = images.Folder,
                    Listen = new(IPAddress.Loopback, 0),
                    KubeconfigFile = Path.Combine(folder.FullName, "kubeconfig"),
                    LoopbackNetwork = true,
                    Controllers = true,
                    Nodes = 1,
                },
                TestContext.Current.CancellationToken);
            var live = new LiveCluster(cluster, images, folder);
            await live.RunAsync("cluster", ahoi => ahoi.AddScheduler("default-scheduler"));
            return live;
        }
        catch (LocalClusterException exception) when (exception.IsMissingPrerequisite)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    /// <summary>Runs an operator until the cluster ends, or until <see cref="StopAsync"/>.</summary>
    public async Task<IHost> RunAsync(string name, Action<AhoiBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        configure(builder.Services.AddAhoi(options =>
        {
            options.OperatorName = name;
            options.Connection = _cluster.Connect();
            options.InstallDefinitions = true;
        }));
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }

    /// <summary>Makes a namespace, and waits for the account that its pods run as: until then the API server refuses them.</summary>
    public async Task NamespaceAsync(string name)
    {
        var map = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonMap { ["name"] = name } };
        await Client.CreateAsync(new GroupVersionResource("", "v1", "namespaces"), null, map, cancellationToken: TestContext.Current.CancellationToken);
        await UntilAsync(new("", "v1", "serviceaccounts"), new(name, "default"), _ => true);
    }

    public async Task<JsonMap> UntilAsync(GroupVersionResource resource, ObjectKey key, Func<JsonMap, bool> holds, TimeSpan? limit = null)
    {
        JsonMap? last = null;
        try
        {
            var found = await Client.WaitUntilAsync(
                resource, key, o => o is not null && holds(last = o.ToMap()), limit ?? Limit, TestContext.Current.CancellationToken);
            return found!.ToMap();
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\n{await PodsAsync()}", exception);
        }
    }

    public Task GoneAsync(GroupVersionResource resource, ObjectKey key, TimeSpan? limit = null) =>
        Client.WaitUntilAsync(resource, key, o => o is null, limit ?? Limit, TestContext.Current.CancellationToken);

    public static bool IsTrue(JsonMap value, string condition) =>
        (value.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == condition && c.Text("status") == "True") == true;

    /// <summary>Whether an object says that it is ready as it is wanted now.</summary>
    public static bool IsReady(JsonMap value) =>
        IsTrue(value, "Ready") && value.At("status", "observedGeneration") is long seen && seen == value.At("metadata", "generation") as long?;

    /// <summary>Runs a command in a pod's container.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public async Task<string> ExecAsync(ObjectKey pod, params string[] command)
    {
        await using var session = await OverSocket.ExecAsync(pod, new() { Command = command });
        var output = new StreamReader(session.StandardOutput).ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await new StreamReader(session.StandardError).ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(await session.Exit == 0, error);
        return await output;
    }

    /// <summary>What the pods are doing that are not ready, for a failure's message.</summary>
    private async Task<string> PodsAsync()
    {
        var pods = await Client.ListAsync(new GroupVersionResource("", "v1", "pods"), null);
        var texts = await Task.WhenAll(pods.Items.Select(p => p.ToMap()).Where(p => !IsTrue(p, "Ready") && p.At("status", "phase") is not "Succeeded").Select(TextAsync));
        return string.Join('\n', texts);
    }

    private async Task<string> TextAsync(JsonMap pod)
    {
        var key = new ObjectKey(pod.At("metadata", "namespace") as string, (string)pod.At("metadata", "name")!);
        var text = $"{key} {pod.At("status", "phase")}";
        foreach (var status in new[] { "initContainerStatuses", "containerStatuses" }.SelectMany(f => (pod.At("status", f) as JsonList)?.Maps ?? []))
        {
            text += $"\n{status.Text("name")} {status.Map("state")}\n{await LogAsync(key, status.Text("name")!)}";
        }

        return text;
    }

    private async Task<string> LogAsync(ObjectKey pod, string container)
    {
        try
        {
            await using var log = await Client.OpenLogAsync(pod, new() { Container = container, TailLines = 8 });
            return await new StreamReader(log).ReadToEndAsync();
        }
        catch (ApiException exception)
        {
            return exception.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _hosts.Count - 1; i >= 0; i--)
        {
            await _hosts[i].StopAsync(CancellationToken.None);
            _hosts[i].Dispose();
        }

        Client.Dispose();
        OverSocket.Dispose();
        await _cluster.DisposeAsync();
        _images.Dispose();
        _folder.Delete(recursive: true);
    }
}
