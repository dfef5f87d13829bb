using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Lists;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;

namespace Ahoi.Dashboard.Tests;

/// <summary>A cluster of a test's own with its dashboard: the API server in this process, without controllers and nodes, so
/// that every object is what the test says.</summary>
internal sealed class DashboardWorld : IAsyncDisposable
{
    public static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    public static readonly GroupVersionResource Ships = new("fleet.example.com", "v1", "ships");
    public static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    public static readonly GroupVersionResource ReplicaSets = new("apps", "v1", "replicasets");
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");
    public static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource Services = new("", "v1", "services");
    public static readonly GroupVersionResource Accounts = new("", "v1", "serviceaccounts");
    public static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");
    public static readonly GroupVersionResource Events = new("", "v1", "events");

    private readonly LocalCluster _cluster;

    private DashboardWorld(LocalCluster cluster, DashboardServer dashboard, BrokenLink link)
    {
        _cluster = cluster;
        Dashboard = dashboard;
        Link = link;
        Client = new(cluster.Connect());
    }

    public ApiClient Client { get; }

    public DashboardServer Dashboard { get; }

    /// <summary>What is between the dashboard and the API server.</summary>
    public BrokenLink Link { get; }

    public static async Task<DashboardWorld> StartAsync()
    {
        var cluster = await LocalCluster.StartAsync(new(), CancellationToken.None);
        var connection = cluster.Connect();
        var link = new BrokenLink(connection.Handler!);
        var world = new DashboardWorld(cluster, await DashboardServer.StartAsync(connection with { Handler = link, Context = "harbour", Server = new("https://harbour.example.com:6443/") }), link);
        await world.CreateAsync(Namespaces, Parse("""{"metadata":{"name":"fleet"}}"""), null);
        await world.CreateAsync(Accounts, Parse("""{"metadata":{"name":"default"}}"""));
        return world;
    }

    public async Task DefineShipsAsync()
    {
        await CreateAsync(Definitions, Parse("""
            {"metadata":{"name":"ships.fleet.example.com"},
             "spec":{"group":"fleet.example.com","scope":"Namespaced","names":{"kind":"Ship","plural":"ships","singular":"ship"},
              "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
               "additionalPrinterColumns":[{"name":"Crew","type":"integer","jsonPath":".status.crew"},{"name":"Port","type":"string","jsonPath":".spec.port"}],
               "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """), null);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await FindShipsAsync(limit.Token) is null)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Makes an object in the namespace <c>fleet</c>, or in none.</summary>
    public async Task<RawObject> CreateAsync(GroupVersionResource resource, JsonMap value, string? @namespace = "fleet", RawObject? owner = null)
    {
        value["apiVersion"] = resource.ApiVersion;
        value["kind"] = resource.Resource switch
        {
            "customresourcedefinitions" => "CustomResourceDefinition",
            "replicasets" => "ReplicaSet",
            "serviceaccounts" => "ServiceAccount",
            "ingresses" => "Ingress",
            var plural => char.ToUpperInvariant(plural[0]) + plural[1..^1],
        };
        if (owner is not null)
        {
            value.EnsureMap("metadata")["ownerReferences"] = new JsonList([new JsonMap { ["apiVersion"] = owner.Type.ApiVersion, ["kind"] = owner.Kind, ["name"] = owner.Name, ["uid"] = owner.Uid, ["controller"] = true }]);
        }

        return await Client.CreateAsync(resource, @namespace, value);
    }

    /// <summary>Says how an object does.</summary>
    public Task<RawObject> ReportAsync(GroupVersionResource resource, string name, string status) =>
        Client.PatchAsync(resource, new("fleet", name), Patch.Merge(Parse($$"""{"status":{{status}}}""")), new() { Subresource = "status" });

    public Task<RawObject> CreateShipAsync(string name, string spec = """{"port":"Hamburg"}""") =>
        CreateAsync(Ships, Parse($$$"""{"metadata":{"name":"{{{name}}}","labels":{"line":"north"}},"spec":{{{spec}}}}"""));

    public Task<RawObject> CreatePodAsync(string name, RawObject? owner = null) => CreateAsync(
        Pods, Parse($$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"engine","image":"host"},{"name":"radio","image":"host"}]}}"""), owner: owner);

    private async Task<ObjectPage?> FindShipsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Client.ListAsync(Ships, "fleet", cancellationToken: cancellationToken);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return null; // The definition is not served yet.
        }
    }

    public static JsonMap Parse(string json) => JsonTree.ParseMap(json);

    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        Client.Dispose();
        await _cluster.DisposeAsync();
    }
}
