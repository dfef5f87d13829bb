using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Testing;

namespace Ahoi.Previews.Tests.Reconcilers;

/// <summary>A cluster with an app to copy, in which tests do what a node and an ingress would.</summary>
internal sealed class PreviewWorld : IAsyncDisposable
{
    public static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    public static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    public static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    public static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");

    private PreviewWorld(TestCluster cluster) => Cluster = cluster;

    public TestCluster Cluster { get; }

    public ApiClient Client => Cluster.Client;

    /// <summary>Starts a cluster, runs operators in it, and makes the app.</summary>
    public static async Task<PreviewWorld> StartAsync(Func<TestCluster, Task> run)
    {
        var world = new PreviewWorld(await TestCluster.StartAsync());
        await run(world.Cluster);
        await MakeAppAsync(world.Cluster);
        await world.Cluster.WaitForAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "domains.preview.example.com"),
            d => (d.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true);
        return world;
    }

    /// <summary>Makes the app: what its users have made before there are previews.</summary>
    public static async Task MakeAppAsync(TestCluster cluster)
    {
        var world = new PreviewWorld(cluster);
        await world.CreateAsync(new("", "v1", "namespaces"), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""");
        await world.CreateAsync(new("", "v1", "configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"b"}}""");
        await world.CreateAsync(Deployments, Clean(Samples.Deployment()));
        await world.CreateAsync(new("", "v1", "services"), """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}""");
        await world.CreateAsync(Ingresses, Clean(Samples.Ingress()));
    }

    public static JsonMap? Condition(JsonMap value, string type) => (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type);

    public async Task CreateAsync(GroupVersionResource resource, string json) => await CreateAsync(resource, Samples.Map(json));

    public async Task CreateAsync(GroupVersionResource resource, JsonMap value) =>
        await Client.CreateAsync(resource, value.At("metadata", "namespace") as string, RequestBody.FromMap(value));

    /// <summary>Makes a Preview by hand, in the app's own namespace.</summary>
    public Task PreviewAsync(string name, string branch, string commit, string more = "") => CreateAsync(Previews, $$$"""
        {"apiVersion":"preview.example.com/v1alpha1","kind":"Preview","metadata":{"name":"{{{name}}}","namespace":"shop"},
         "spec":{"appRef":{"namespace":"shop","name":"web"},"branch":"{{{branch}}}","commit":"{{{commit}}}"{{{more}}} } }
        """);

    /// <summary>Says that a Deployment's pods are ready.</summary>
    public async Task ReadyAsync(ObjectKey key)
    {
        var deployment = await Cluster.WaitForAsync(Deployments, key);
        await Client.PatchAsync(Deployments, key, Patch.Merge(Samples.Map(
            $$$"""{"status":{"observedGeneration":{{{deployment.At("metadata", "generation")}}},"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"conditions":[{"type":"Available","status":"True"}]} }""")), new() { Subresource = "status" });
    }

    /// <summary>Says that an Ingress is served at a port of this machine.</summary>
    public async Task RouteAsync(ObjectKey key, int port)
    {
        await Cluster.WaitForAsync(Ingresses, key);
        await Client.PatchAsync(Ingresses, key, Patch.Merge(Samples.Map(
            $$$"""{"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1","ports":[{"port":{{{port}}},"protocol":"TCP"}]}]} } }""")), new() { Subresource = "status" });
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static JsonMap Clean(JsonMap value)
    {
        value.Remove("status");
        var metadata = value.Map("metadata")!;
        foreach (var field in (string[])["uid", "resourceVersion", "managedFields", "ownerReferences", "generation", "creationTimestamp"])
        {
            metadata.Remove(field);
        }

        return value;
    }
}
