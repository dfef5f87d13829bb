using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Hosting;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Testing;
using Ahoi.Testing.Scenarios;

namespace Ahoi.Previews.Tests.Reconcilers;

/// <summary>A preview's life, in which the operator dies at each of its writes, and in which the network does what it can.</summary>
public sealed class ScenarioTests
{
    private static readonly GroupVersionResource Domains = new("preview.example.com", "v1alpha1", "domains");
    private static readonly ObjectKey Key = new("copies", "feat");
    private static readonly string Host = $"preview-{Previewing.Hash("https://git.example.com/shop", "feat/xyz")}.example.com";

    private static readonly ScenarioStep[] Life =
    [
        new("create", CreateAsync, c => RunsAsync(c, "1111111")),
        new("push", c => c.Client.PatchAsync(PreviewWorld.Previews, Key, Patch.Merge(Samples.Map("""{"spec":{"commit":"2222222"}}"""))), c => RunsAsync(c, "2222222")),
        new("delete", DeleteAsync, GoneAsync),
    ];

    [Fact]
    public async Task Life_OperatorDiesAtAnyWrite_TheNextOneEndsTheWork()
    {
        var report = await CrashPoints.CheckAsync(Configure, new CrashOptions { OperatorName = "previews", Prepare = PrepareAsync }, Life);

        // Namespace, host, finalizers, Service, Deployment, Ingress and the statuses: before and after each.
        Assert.True(report.Deaths["create"] >= 16, report.ToString());
        Assert.True(report.Deaths["push"] >= 2, report.ToString());
        Assert.True(report.Deaths["delete"] >= 8, report.ToString());
    }

    [Fact]
    public async Task Life_Disturbed_EndsAsUndisturbed()
    {
        var report = await Simulation.RunAsync(Configure, new() { OperatorName = "previews", Prepare = PrepareAsync, Seeds = 30 }, Life);

        Assert.True(report.Deaths > 0, report.ToString());
        TestContext.Current.SendDiagnosticMessage(report.ToString());
    }

    private static void Configure(AhoiBuilder ahoi) => ahoi.AddPreviews();

    private static Task PrepareAsync(TestCluster cluster) => PreviewWorld.MakeAppAsync(cluster);

    private static async Task CreateAsync(TestCluster cluster)
    {
        var app = Previewing.App("https://git.example.com/shop", """{"graceSeconds":0}""");
        var spec = app.Map("spec")!;
        spec.Map("source")!["discovery"] = "Manual";
        spec["targetNamespace"] = "copies";
        await cluster.Client.CreateAsync(PreviewWorld.Apps, "shop", RequestBody.FromMap(app));
        await cluster.Client.CreateAsync(new("", "v1", "namespaces"), null, RequestBody.FromMap(Samples.Map("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"copies"}}""")));
        await cluster.Client.CreateAsync(PreviewWorld.Previews, "copies", RequestBody.FromMap(Samples.Map(
            """{"apiVersion":"preview.example.com/v1alpha1","kind":"Preview","metadata":{"name":"feat","namespace":"copies"},"spec":{"appRef":{"namespace":"shop","name":"web"},"branch":"feat/xyz","commit":"1111111"}}""")));
    }

    private static async Task RunsAsync(TestCluster cluster, string commit)
    {
        await cluster.WaitForAsync(PreviewWorld.Deployments, Key, d => d.At("spec", "template", "metadata", "annotations", "preview.example.com/commit") as string == commit);
        await cluster.WaitForAsync(PreviewWorld.Previews, Key, p => p.At("status", "lastCommit") as string == commit);
        await cluster.WaitForAsync(Domains, new(null, Host), d => d.At("status", "claimed") is true);
    }

    private static async Task DeleteAsync(TestCluster cluster)
    {
        await cluster.Client.DeleteAsync(PreviewWorld.Previews, Key);
        await cluster.Client.DeleteAsync(PreviewWorld.Apps, new("shop", "web"));
    }

    private static async Task GoneAsync(TestCluster cluster)
    {
        await cluster.WaitForAbsenceAsync(PreviewWorld.Previews, Key);
        await cluster.WaitForAbsenceAsync(PreviewWorld.Apps, new("shop", "web"));
        await cluster.WaitForAbsenceAsync(Domains, new(null, Host));
    }
}
