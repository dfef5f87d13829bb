using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Namespaces;

public sealed class NamespaceTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Maps = new("", "v1", "configmaps");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Namespace_APodThatIsHeld_KeepsWhatItMayNeedUntilItGoes()
    {
        await CreateAsync(Namespaces, null, """{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}}""");
        await CreateAsync(Maps, "ns", """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "needed"}}""");
        await CreateAsync(ControlledCluster.Pods, "ns", """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "finalizers": ["example.com/hold"]}, "spec": {"containers": [{"name": "c", "image": "x"}]}}
            """);
        await _cluster.Client.DeleteAsync(Namespaces, new(null, "ns"));

        await _cluster.UntilAsync(Namespaces, new(null, "ns"), n => Says(n, "NamespaceFinalizersRemaining", "example.com/hold in 1 resource instances"));
        Assert.False((await _cluster.Client.GetAsync(Maps, new("ns", "needed"))).IsBeingDeleted);

        await _cluster.Client.PatchAsync(ControlledCluster.Pods, new("ns", "p"), Client.Requests.Patch.Merge(JsonTree.ParseMap("""{"metadata": {"finalizers": null}}""")));

        await _cluster.UntilAsync(Namespaces, new(null, "ns"), n => n.Count == 0);
        Assert.Null(await _cluster.Client.FindAsync(Maps, new("ns", "needed")));
    }

    private static bool Says(JsonMap value, string condition, string part) =>
        value.Map("status")?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == condition) is { } found
        && found.Text("status") == "True" && found.Text("message")!.Contains(part, StringComparison.Ordinal);

    private Task<RawObject> CreateAsync(GroupVersionResource resource, string? @namespace, string json) =>
        _cluster.Client.CreateAsync(resource, @namespace, JsonTree.ParseMap(json));
}
