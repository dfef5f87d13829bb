using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using k8s.Models;

namespace Guide;

[CustomResource("guide.example.com", "v1")]
internal sealed record Site(ObjectMeta Metadata, SiteSpec Spec, SiteStatus? Status = null);

internal sealed record SiteSpec(string Image);

internal sealed record SiteStatus(int ReadyPods);

internal sealed class SiteReconciler : IReconciler<Site>, IFinalizer<Site>
{
    // docs: groups
    public ValueTask<Description> ReconcileAsync(Site site, ReconcileContext context, CancellationToken cancellationToken)
    {
        var name = context.Key.Name;
        return new Description()
            .Add(new Child(Password(name)) { CreateOnly = true })       // made once, then left alone
            .Then("workload")                                           // waits until everything above is ready
            .Add(Deployment(name, site.Spec.Image))
            .Then("entrance")
            .Add(new Child(Service(name)) { Ready = HasAddress })       // ready when we say so
            .WithStatus(o => new SiteStatus(o.Live<V1Deployment>()?.Status?.ReadyReplicas ?? 0))
            .WithCondition("ImagePinned", site.Spec.Image.Contains('@', StringComparison.Ordinal), "Checked", "whether the image is named by its digest")
            .LookAgainAfter(TimeSpan.FromMinutes(10));
    }
    // docs: end

    // docs: finalizer
    public async ValueTask<Finalization> FinalizeAsync(Site site, ReconcileContext context, CancellationToken cancellationToken)
    {
        var backup = await context.FindAsync<V1ConfigMap>($"{context.Key.Name}-backup", cancellationToken);
        return backup?.Data?["done"] == "yes"
            ? Finalization.DeleteChildren                               // in reverse order, then the finalizer goes
            : Finalization.Wait(Description.KeepingChildren().WithCondition("BackedUp", false, "Waiting", "the backup is not done"));
    }
    // docs: end

    private static Readiness HasAddress(JsonMap service) =>
        service.At("spec", "clusterIP") is string { Length: > 0 } ? Readiness.Ready : Readiness.Waiting("it has no address yet");

    private static V1Secret Password(string name) => new()
    {
        Metadata = new() { Name = name },
        StringData = new Dictionary<string, string> { ["password"] = Guid.NewGuid().ToString("n") },
    };

    private static V1Deployment Deployment(string name, string image)
    {
        var labels = new Dictionary<string, string> { ["app"] = name };
        return new()
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                Selector = new() { MatchLabels = labels },
                Template = new() { Metadata = new() { Labels = labels }, Spec = new() { Containers = [new() { Name = "site", Image = image }] } },
            },
        };
    }

    private static V1Service Service(string name) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { Selector = new Dictionary<string, string> { ["app"] = name }, Ports = [new() { Port = 80 }] },
    };
}
