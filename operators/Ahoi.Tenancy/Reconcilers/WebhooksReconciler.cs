using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Keeps a Deployment and a Service for each Webhooks, and an Ingress where they have a host.</summary>
internal sealed class WebhooksReconciler(IOptions<TenancyOptions> options) : IReconciler<Webhooks>
{
    public async ValueTask<Description> ReconcileAsync(Webhooks resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var host = WebhooksPlanner.HostOf(resource, options.Value);
        var credentials = await Credentials.FingerprintAsync(resource.Spec.DatabaseSecret, context, cancellationToken).ConfigureAwait(false);
        if (resource.Spec.DatabaseSecret is { } secret && credentials is null)
        {
            return Credentials.Missing(secret).WithStatus(resource.Status ?? new());
        }

        var description = new Description()
            .Add(WebhooksPlanner.Deployment(resource, options.Value, credentials))
            .Add(WebhooksPlanner.Service(resource));
        if (host is not null)
        {
            description.Add(WebhooksPlanner.Ingress(resource, host));
        }

        return description.WithStatus(outcome => new WebhooksStatus
        {
            ReadyReplicas = outcome.Live<V1Deployment>()?.Status?.ReadyReplicas ?? 0,
            Host = host,
        });
    }
}
