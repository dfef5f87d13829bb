using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

/// <summary>A cluster with one node that runs pods for real.</summary>
internal sealed class NodeWorld : IAsyncDisposable
{
    public static readonly GroupVersionResource PodResource = new("", "v1", "pods");
    public static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    public static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");
    public static readonly GroupVersionResource Events = new("", "v1", "events");

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private NodeWorld(LocalCluster cluster)
    {
        Cluster = cluster;
        Client = new(cluster.Connect());
    }

    public LocalCluster Cluster { get; }

    public ApiClient Client { get; }

    /// <summary>Starts a cluster, or skips the test where the machine cannot run pods.</summary>
    public static async Task<NodeWorld> StartAsync(LocalClusterOptions? options = null)
    {
        try
        {
            return new(await LocalCluster.StartAsync((options ?? new()) with { LoopbackNetwork = true, Controllers = true, Nodes = 1 }, TestContext.Current.CancellationToken));
        }
        catch (LocalClusterException exception) when (exception.IsMissingPrerequisite)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    /// <summary>Starts a cluster that listens at a socket, which what upgrades connections needs.</summary>
    public static Task<NodeWorld> ListenAsync() => StartAsync(new() { Listen = new(IPAddress.Loopback, 0), Http = true });

    /// <summary>Makes a client over the socket.</summary>
    public ApiClient OverSocket() => new(ApiConnection.FromHandler(new SocketsHttpHandler(), FixedCredential.Token(Cluster.AdminToken), Cluster.Url!));

    /// <summary>Creates a pod on the node, with a shell script in its container.</summary>
    public Task<RawObject> RunAsync(string name, string script, Action<JsonMap>? change = null)
    {
        var pod = Pod(name, script);
        change?.Invoke(pod);
        return Client.CreateAsync(PodResource, "default", pod);
    }

    /// <summary>Makes a pod with a shell script in its container.</summary>
    public static JsonMap Pod(string name, string script) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonMap { ["name"] = name },
        ["spec"] = new JsonMap
        {
            ["nodeName"] = "ahoi",
            ["restartPolicy"] = "Never",
            ["terminationGracePeriodSeconds"] = 5L,
            ["containers"] = new JsonList { Container("app", script) },
        },
    };

    public static JsonMap Container(string name, string script) => new()
    {
        ["name"] = name,
        ["image"] = "host",
        ["command"] = new JsonList { "/bin/sh", "-c", script },
    };

    /// <summary>Waits until a pod's state holds.</summary>
    public async Task<JsonMap> UntilAsync(string name, Func<JsonMap, bool> holds)
    {
        JsonMap? last = null;
        try
        {
            var found = await Client.WaitUntilAsync(PodResource, new("default", name), p => p is not null && holds(last = p.ToMap()), Limit);
            return found!.ToMap();
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} The pod's last state: {last?.Map("status")}", exception);
        }
    }

    public Task<JsonMap> EndedAsync(string name) => UntilAsync(name, p => p.At("status", "phase") is "Succeeded" or "Failed");

    public Task<JsonMap> ReadyAsync(string name) => UntilAsync(name, IsReady);

    public static bool IsReady(JsonMap pod) => (pod.Map("status")?.List("conditions")?.Maps ?? []).Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    public Task GoneAsync(string name) => Client.WaitUntilAsync(PodResource, new("default", name), p => p is null, Limit);

    public static JsonMap Status(JsonMap pod, string container = "app", string field = "containerStatuses") =>
        pod.Map("status")!.List(field)!.Maps.Single(s => s.Text("name") == container);

    public async Task<string> LogAsync(string name, LogOptions? options = null)
    {
        await using var log = await Client.OpenLogAsync(new("default", name), options);
        return await new StreamReader(log).ReadToEndAsync();
    }

    /// <summary>Waits for an event about a pod.</summary>
    public Task EventAsync(string pod, string reason, string part) => Network.Eventually.HoldsAsync(async () =>
        (await Client.ListAsync(Events, "default")).Items.Select(i => i.ToMap())
            .Any(e => e.At("involvedObject", "name") is string about && about == pod && e.Text("reason") == reason && e.Text("message")!.Contains(part, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Cluster.DisposeAsync();
    }
}
