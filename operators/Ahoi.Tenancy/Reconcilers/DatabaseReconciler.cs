using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Keeps a Secret, a Service, a StatefulSet and a provisioning Job for each Database.</summary>
internal sealed class DatabaseReconciler(IOptions<TenancyOptions> options) : IReconciler<Database>
{
    public ValueTask<Description> ReconcileAsync(Database resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = new Description()
            .Add(new Child(DatabasePlanner.Secret(resource)) { CreateOnly = true, Adoption = AdoptionRule.Never })
            .Add(DatabasePlanner.Service(resource))
            .Add(DatabasePlanner.StatefulSet(resource, options.Value));
        if (!resource.Spec.Stopped)
        {
            description.Add(DatabasePlanner.ProvisioningJob(resource, options.Value));
        }

        return description.WithStatus(new DatabaseStatus
        {
            SecretName = DatabasePlanner.SecretName(resource.Metadata.Name!),
            Host = DatabasePlanner.HostOf(resource),
            RequestedBytes = StorageSize.Parse(resource.Spec.Storage).Bytes,
        });
    }
}
