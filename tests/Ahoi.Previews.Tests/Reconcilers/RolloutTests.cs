using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Planning;

namespace Ahoi.Previews.Tests.Reconcilers;

public sealed class RolloutTests : IAsyncLifetime
{
    private static readonly string[] Names = ["one", "three", "two"];

    private PreviewWorld _world = null!;

    public async ValueTask InitializeAsync() =>
        _world = await PreviewWorld.StartAsync(c => c.RunOperatorAsync(ahoi => ahoi.AddPreviews(), "previews"));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Base_Changed_ReachesItsCopiesOneAfterTheOther()
    {
        await AppAsync("""{"limits":{"maxConcurrentRollouts":1} }""");
        await PreviewsAsync();

        await ChangeBaseAsync();
        for (var changed = 1; changed <= Names.Length; changed++)
        {
            var now = await ChangedAsync(changed);
            var waiting = await Task.WhenAll(Names.Except(now).Select(n => _world.Cluster.WaitForAsync(PreviewWorld.Previews, new("shop", n), p => PreviewWorld.Condition(p, "BaseFollowed")?.Text("reason") == "WaitsForTurn")));
            Assert.Equal(Names.Length - changed, waiting.Length);
            Assert.Equal(now, await ChangedAsync(changed));
            foreach (var name in now)
            {
                await _world.ReadyAsync(new("shop", name));
            }
        }
    }

    [Fact]
    public async Task Base_ChangedWherePinned_ReachesCopiesWithTheirNextCommit()
    {
        await AppAsync("""{"baseChanges":"Pin"}""");
        await PreviewsAsync();

        await ChangeBaseAsync();
        foreach (var name in Names)
        {
            await _world.Cluster.WaitForAsync(PreviewWorld.Previews, new("shop", name), p => PreviewWorld.Condition(p, "BaseFollowed")?.Text("reason") == "Pinned");
        }

        Assert.Empty(await ChangedAsync(0));
        await _world.Client.PatchAsync(PreviewWorld.Previews, new("shop", "two"), Patch.Merge(Samples.Map("""{"spec":{"commit":"2222222"}}""")));
        Assert.Equal(["two"], await ChangedAsync(1));
        await _world.Cluster.WaitForAsync(PreviewWorld.Previews, new("shop", "two"), p => PreviewWorld.Condition(p, "BaseFollowed")?.Text("status") == "True");
    }

    [Theory]
    [InlineData("ErrImageNeverPull", "ImageAvailable", "WaitingForImage")]
    [InlineData("ImagePullBackOff", "ImageAvailable", "WaitingForImage")]
    [InlineData("CrashLoopBackOff", "WorkloadAvailable", "Failed")]
    public async Task Pod_ThatDoesNotRun_IsSaidWithItsReason(string reason, string condition, string phase)
    {
        var key = new ObjectKey("shop", "one");
        await AppAsync("{}");
        await _world.PreviewAsync("one", "one", "1111111");
        await _world.Cluster.WaitForAsync(PreviewWorld.Deployments, key);
        await _world.CreateAsync(new("", "v1", "pods"), """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"one-x","namespace":"shop","labels":{"preview.example.com/preview":"one"},"annotations":{"preview.example.com/commit":"1111111"}},
             "spec":{"containers":[{"name":"web","image":"registry.example.com/web:1"}]}}
            """);
        await _world.Client.PatchAsync(new("", "v1", "pods"), new("shop", "one-x"), Patch.Merge(Samples.Map(
            $$$"""{"status":{"containerStatuses":[{"name":"web","image":"registry.example.com/web:1","imageID":"","ready":false,"restartCount":0,"state":{"waiting":{"reason":"{{{reason}}}"} } }]} }""")), new() { Subresource = "status" });
        await _world.Client.PatchAsync(PreviewWorld.Deployments, key, Patch.Merge(Samples.Map("""{"status":{"replicas":1,"unavailableReplicas":1}}""")), new() { Subresource = "status" });

        var preview = await _world.Cluster.WaitForAsync(PreviewWorld.Previews, key, p => p.At("status", "phase") as string == phase);

        Assert.Equal(reason, PreviewWorld.Condition(preview, condition)!.Text("reason"));
        Assert.Equal("False", PreviewWorld.Condition(preview, condition)!.Text("status"));
        Assert.Equal(reason, PreviewWorld.Condition(preview, "Ready")!.Text("reason"));
        Assert.Contains("web", PreviewWorld.Condition(preview, "Ready")!.Text("message"), StringComparison.Ordinal);

        await _world.ReadyAsync(key);
        preview = await _world.Cluster.WaitForAsync(PreviewWorld.Previews, key, p => p.At("status", "phase") is "Progressing");
        Assert.Equal("True", PreviewWorld.Condition(preview, "ImageAvailable")!.Text("status"));
    }

    private async Task AppAsync(string more)
    {
        var app = Previewing.App("https://git.example.com/shop", """{"graceSeconds":0}""");
        var spec = app.Map("spec")!;
        spec.Map("source")!["discovery"] = "Manual";
        spec["targetNamespace"] = "shop";
        foreach (var (key, value) in Samples.Map(more))
        {
            spec[key] = value;
        }

        await _world.CreateAsync(PreviewWorld.Apps, app);
    }

    private async Task PreviewsAsync()
    {
        foreach (var name in Names)
        {
            await _world.PreviewAsync(name, name, "1111111");
            await _world.ReadyAsync(new("shop", name));
            await _world.Cluster.WaitForAsync(PreviewWorld.Previews, new("shop", name), p => PreviewWorld.Condition(p, "WorkloadAvailable")?.Text("status") == "True");
        }
    }

    private async Task ChangeBaseAsync() => await _world.Client.PatchAsync(PreviewWorld.Deployments, new("shop", "web"), Patch.Json(
        new JsonList { new JsonMap { ["op"] = "add", ["path"] = "/spec/template/spec/terminationGracePeriodSeconds", ["value"] = 7L } }));

    /// <summary>Waits until so many copies have changed, and names them.</summary>
    private async Task<List<string>> ChangedAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Testing.TestCluster.DefaultLimit);
        while (true)
        {
            var changed = (await _world.Client.ListAsync(PreviewWorld.Deployments, "shop", cancellationToken: limit.Token)).Items
                .Where(d => d.Name != "web" && d.ToMap().At("spec", "template", "spec", "terminationGracePeriodSeconds") is 7L).Select(d => d.Name).Order(StringComparer.Ordinal).ToList();
            if (changed.Count >= count)
            {
                Assert.Equal(count, changed.Count);
                return changed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }
}
