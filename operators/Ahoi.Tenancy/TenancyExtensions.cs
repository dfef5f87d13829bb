using Ahoi.Framework.Hosting;
using Ahoi.Models;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Reconcilers;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Tenancy;

/// <summary>Adds the Tenancy operator to an application.</summary>
public static class TenancyExtensions
{
    /// <summary>Adds the controllers of Customer, Database and Scheduler.</summary>
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

        return builder
            .AddJson(TenancyJson.Default)
            .AddCodecs(OfficialModels.Codecs)
            .AddController<Customer, CustomerReconciler>(options => options.Owns<V1Namespace>().Owns<Database>().Owns<Scheduler>())
            .AddController<Database, DatabaseReconciler>(options => options.Owns<V1Secret>().Owns<V1Service>().Owns<V1StatefulSet>().Owns<V1Job>())
            .AddController<Scheduler, SchedulerReconciler>(options => options.Owns<V1Deployment>());
    }
}
