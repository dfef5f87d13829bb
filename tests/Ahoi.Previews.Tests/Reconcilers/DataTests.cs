using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Tenancy;
using Ahoi.Testing;

namespace Ahoi.Previews.Tests.Reconcilers;

public sealed class DataTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly ObjectKey Key = new("shop", "feat");

    private PreviewWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await PreviewWorld.StartAsync(async cluster =>
    {
        await TestCluster.StopAsync(await cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy")); // For its definitions.
        await cluster.RunOperatorAsync(ahoi => ahoi.AddPreviews(), "previews");
    });

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Copy_OfAnAppWithData_HasItsOwn()
    {
        await PodReadsAsync();
        await _world.CreateAsync(Claims, """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"uploads","namespace":"shop"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"local","resources":{"requests":{"storage":"2Gi"}},"volumeName":"pv-7"}}""");
        await _world.CreateAsync(Databases, """{"apiVersion":"internal.example.com/v1","kind":"Database","metadata":{"name":"shop","namespace":"shop","labels":{"team":"red"}},"spec":{"storage":"8Gi","maxConnections":50}}""");
        await AppAsync("""{"claims":["uploads"],"database":"shop"}""");
        await _world.PreviewAsync("feat", "feat/xyz", "1111111");

        var claim = await _world.Cluster.WaitForAsync(Claims, new("shop", "feat-uploads"));
        Assert.Equal("2Gi", claim.At("spec", "resources", "requests", "storage"));
        Assert.Null(claim.At("spec", "volumeName"));
        var database = await _world.Cluster.WaitForAsync(Databases, Key);
        Assert.Equal(("8Gi", 50L, "Delete", "Skip"), (database.At("spec", "storage"), database.At("spec", "maxConnections"), database.At("spec", "deletion", "policy"), database.At("spec", "deletion", "finalBackup")));

        // The pods come when the database is ready.
        await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => PreviewWorld.Condition(p, "Ready")?.Text("reason") is "Progressing");
        Assert.Null(await _world.Client.FindAsync(PreviewWorld.Deployments, Key));
        await _world.Client.PatchAsync(Databases, Key, Patch.Merge(Samples.Map(
            """{"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True","reason":"Ready","message":"","observedGeneration":1,"lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""")), new() { Subresource = "status" });
        var pod = (JsonMap)(await _world.Cluster.WaitForAsync(PreviewWorld.Deployments, Key)).At("spec", "template", "spec")!;
        Assert.Equal("feat-uploads", pod.List("volumes")!.Maps.Single(v => v.Text("name") == "uploads").At("persistentVolumeClaim", "claimName"));
        var container = pod.List("containers")!.Maps.First();
        Assert.Equal("feat-database", container.List("env")!.Maps.Single(e => e.Text("name") == "PASSWORD").At("valueFrom", "secretKeyRef", "name"));

        await _world.Client.DeleteAsync(PreviewWorld.Previews, Key);
        // What protects claims is a controller that does not run here; the preview waits for it.
        await _world.Cluster.WaitForAsync(Claims, new("shop", "feat-uploads"), c => c.At("metadata", "deletionTimestamp") is not null);
        await _world.Client.PatchAsync(Claims, new("shop", "feat-uploads"), Patch.Merge(Samples.Map("""{"metadata":{"finalizers":null}}""")));
        await _world.Cluster.WaitForAbsenceAsync(PreviewWorld.Previews, Key);
        Assert.Null(await _world.Client.FindAsync(Databases, Key));
        Assert.NotNull(await _world.Client.FindAsync(Databases, new("shop", "shop")));
    }

    [Theory]
    [InlineData("""{"claims":["uploads"]}""", "There is no PersistentVolumeClaim shop/uploads, which spec.data.claims names.")]
    [InlineData("""{"database":"shop"}""", "There is no Database shop/shop, which spec.data.database names.")]
    public async Task Data_ThatIsMissing_IsNamed(string data, string message)
    {
        await AppAsync(data);
        await _world.PreviewAsync("feat", "feat/xyz", "1111111");

        var preview = await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => PreviewWorld.Condition(p, "BaseResolved")?.Text("reason") == "BaseMissing");

        Assert.Equal(message, PreviewWorld.Condition(preview, "BaseResolved")!.Text("message"));
    }

    private async Task PodReadsAsync() => await _world.Client.PatchAsync(PreviewWorld.Deployments, new("shop", "web"), Patch.Json(new JsonList
    {
        Add("/spec/template/spec/volumes/-", """{"name":"uploads","persistentVolumeClaim":{"claimName":"uploads"}}"""),
        Add("/spec/template/spec/containers/0/env/-", """{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"shop-database","key":"password"}}}"""),
    }));

    private static JsonMap Add(string path, string value) => new() { ["op"] = "add", ["path"] = path, ["value"] = Samples.Map(value) };

    private async Task AppAsync(string data)
    {
        var app = Previewing.App("https://git.example.com/shop", """{"graceSeconds":0}""");
        var spec = app.Map("spec")!;
        spec.Map("source")!["discovery"] = "Manual";
        spec["targetNamespace"] = "shop";
        spec["data"] = Samples.Map(data);
        await _world.CreateAsync(PreviewWorld.Apps, app);
    }
}
