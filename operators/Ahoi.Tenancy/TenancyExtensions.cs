using Ahoi.Framework.Hosting;
using Ahoi.Models;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using Ahoi.Tenancy.Reconcilers;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ahoi.Tenancy;

/// <summary>Adds the Tenancy operator to an application.</summary>
public static class TenancyExtensions
{
    /// <summary>Adds the controllers of Customer, Database, Scheduler and Webhooks, and the policies that protect what they keep.</summary>
    /// <param name="builder">The operator.</param>
    /// <param name="configure">Sets what holds for all customers.</param>
    /// <returns>The operator.</returns>
    public static AhoiBuilder AddTenancy(this AhoiBuilder builder, Action<TenancyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<TenancyOptions>();
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        builder.Services.TryAddSingleton<WorkerQuestions>();
        foreach (var manifest in DeletionPolicies.All)
        {
            builder.AddManifest(manifest);
        }

        return builder
            .AddJson(TenancyJson.Default)
            .AddCodecs(OfficialModels.Codecs)
            .AddController<Customer, CustomerReconciler>(options => options
                .Owns<V1Namespace>().Owns<V1ResourceQuota>().Owns<V1LimitRange>().Owns<V1NetworkPolicy>()
                .Owns<Database>().Owns<Scheduler>().Owns<Webhooks>()
                .Owns(CustomerPlanner.ConnectionPoolKind) // Another operator's, which may not be installed.
                .Needs("", "persistentvolumeclaims", "get", "list", "watch", "patch"))
            .AddController<Database, DatabaseReconciler>(options => options
                .Owns<V1Secret>().Owns<V1ConfigMap>().Owns<V1Service>().Owns<V1PersistentVolumeClaim>().Owns<V1StatefulSet>().Owns<V1Job>()
                .Needs("", "persistentvolumes", "get", "list", "watch", "patch")
                .Needs("storage.k8s.io", "storageclasses", "get", "list", "watch")
                .Needs("postgresql.cnpg.io", "clusters", "get", "list", "watch", "create", "patch", "delete"))
            .AddController<Scheduler, SchedulerReconciler>(options => options
                .Owns<V1Deployment>()
                .Needs("", "pods", "get", "list", "watch", "patch")
                .Needs("", "secrets", "get", "list", "watch"))
            .AddController<Webhooks, WebhooksReconciler>(options => options.Owns<V1Deployment>().Owns<V1Service>().Owns<V1Ingress>());
    }
}
