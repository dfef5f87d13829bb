using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Keeps a Secret, a Service, a StatefulSet and a provisioning Job for each Database.</summary>
internal sealed class DatabaseReconciler(IOptions<TenancyOptions> options) : IReconciler<Database>
{
    public async ValueTask<Description> ReconcileAsync(Database resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var existing = await context.FindAsync<V1StatefulSet>(DatabasePlanner.ServerName(resource), cancellationToken).ConfigureAwait(false);
        var claimed = existing?.Spec?.VolumeClaimTemplates?.FirstOrDefault()?.Spec?.Resources?.Requests?["storage"]?.ToString();
        var wanted = StorageSize.Parse(resource.Spec.Storage);

        var description = new Description()
            .Add(new Child(DatabasePlanner.Secret(resource)) { CreateOnly = true, Adoption = AdoptionRule.Never })
            .Add(DatabasePlanner.Service(resource))
            .Add(DatabasePlanner.StatefulSet(resource, options.Value, claimed));
        if (!resource.Spec.Stopped)
        {
            description.Add(DatabasePlanner.ProvisioningJob(resource, options.Value));
        }

        if (claimed is not null && claimed != wanted.Quantity)
        {
            description.WithCondition(
                "StorageResizeBlocked",
                true,
                "ClaimTemplateIsFixed",
                $"The volume was claimed with {claimed}; grow the claim data-{DatabasePlanner.ServerName(resource)}-0 to {wanted.Quantity} where its storage class can expand.");
        }

        return description.WithStatus(new DatabaseStatus
        {
            SecretName = DatabasePlanner.SecretName(resource.Metadata.Name!),
            Host = DatabasePlanner.HostOf(resource),
            RequestedBytes = wanted.Bytes,
        });
    }
}
