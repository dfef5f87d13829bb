using Ahoi.Framework.Hosting;
using Ahoi.Models;
using Ahoi.Pools.Api;
using Ahoi.Pools.Reconcilers;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Pools;

/// <summary>Adds the Pools operator to an application.</summary>
public static class PoolsExtensions
{
    /// <summary>Adds the controller of ConnectionPool.</summary>
    /// <param name="builder">The operator.</param>
    /// <param name="configure">Sets what holds for all pools.</param>
    /// <returns>The operator.</returns>
    public static AhoiBuilder AddPools(this AhoiBuilder builder, Action<PoolsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<PoolsOptions>();
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        return builder
            .AddJson(PoolsJson.Default)
            .AddCodecs(OfficialModels.Codecs)
            .AddController<ConnectionPool, ConnectionPoolReconciler>(options => options
                .Owns<V1Secret>().Owns<V1Service>().Owns<V1StatefulSet>().Owns<V1PodDisruptionBudget>()
                .Owns<V1ServiceAccount>().Owns<V1Role>().Owns<V1RoleBinding>()
                // An operator may give no more than it has: the agents read their orders and write on their own pods.
                .Needs("", "pods", "get", "list", "watch", "patch")
                .Needs("internal.example.com", "databases", "get", "list", "watch"));
    }
}
