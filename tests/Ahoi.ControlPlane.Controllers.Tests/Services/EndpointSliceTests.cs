using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Services;

public sealed class EndpointSliceTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Service_MoreThanAHundredPods_HasThemInSeveralSlicesEachOnce()
    {
        await ServeAsync();
        for (var n = 0; n < 130; n++)
        {
            await PodAsync($"p{n:000}", $"10.0.{n / 100}.{(n % 100) + 1}");
        }

        var slices = await _cluster.ListUntilAsync(Slices, s => s.Sum(e => Endpoints(e).Count()) == 130);

        Assert.Equal([30, 100], slices.Select(s => Endpoints(s).Count()).Order());
        Assert.Equal(130, slices.SelectMany(Endpoints).Select(e => e.At("targetRef", "name")).Distinct().Count());
    }

    [Fact]
    public async Task Service_OnePodOfTwoGoes_LeavesTheOtherWhereItIs()
    {
        await ServeAsync();
        await PodAsync("a", "10.0.0.1");
        await PodAsync("b", "10.0.0.2");
        var before = Assert.Single(await _cluster.ListUntilAsync(Slices, s => s.Count == 1 && Endpoints(s[0]).Count() == 2));

        await _cluster.Client.DeleteAsync(ControlledCluster.Pods, new("default", "a"), new() { GracePeriod = TimeSpan.Zero });

        var after = Assert.Single(await _cluster.ListUntilAsync(Slices, s => s.Count == 1 && Endpoints(s[0]).Count() == 1));
        Assert.Equal(ControlledCluster.NameOf(before), ControlledCluster.NameOf(after));
        Assert.Equal("b", Endpoints(after).Single().At("targetRef", "name"));
    }

    private static IEnumerable<JsonMap> Endpoints(JsonMap slice) => slice.List("endpoints")?.Maps ?? [];

    private async Task ServeAsync()
    {
        await _cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}""");
        await _cluster.CreateAsync(Services, """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"selector": {"app": "s"}, "ports": [{"port": 80}]}}
            """);
    }

    private async Task PodAsync(string name, string address)
    {
        await _cluster.CreateAsync(ControlledCluster.Pods, $$$"""
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "{{{name}}}", "labels": {"app": "s"}},
             "spec": {"nodeName": "n", "tolerations": [{"operator": "Exists"}], "containers": [{"name": "c", "image": "x"}]}}
            """);
        await _cluster.PatchAsync(ControlledCluster.Pods, name, $$$"""{"status": {"phase": "Running", "podIP": "{{{address}}}"}}""", "status");
    }
}
