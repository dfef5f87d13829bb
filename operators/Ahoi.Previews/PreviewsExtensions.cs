using Ahoi.Framework.Hosting;
using Ahoi.Models;
using Ahoi.Previews.Api;
using Ahoi.Previews.Forges;
using Ahoi.Previews.Git;
using Ahoi.Previews.Hooks;
using Ahoi.Previews.Planning;
using Ahoi.Previews.Reconcilers;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Previews;

/// <summary>Adds the Previews operator to an application.</summary>
public static class PreviewsExtensions
{
    /// <summary>Adds the controllers of PreviewApp, Preview and Domain.</summary>
    /// <param name="builder">The operator.</param>
    /// <param name="configure">Sets what holds for all previews.</param>
    /// <returns>The operator.</returns>
    public static AhoiBuilder AddPreviews(this AhoiBuilder builder, Action<PreviewsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<PreviewsOptions>();
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        builder.Services.TryAddSingleton<GitProgram>();
        builder.Services.TryAddSingleton<BranchListings>();
        builder.Services.TryAddSingleton<IngressProbe>();
        builder.Services.TryAddSingleton<Rollouts>();
        builder.Services.TryAddSingleton<ForgeReporter>();
        builder.Services.TryAddSingleton<PullRequestNews>();
        builder.Services.TryAddSingleton<HookEndpoint>();
        builder.Services.TryAddSingleton<HookReceiver>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HookService>());
        return builder
            .AddJson(PreviewsJson.Default)
            .AddCodecs(OfficialModels.Codecs)
            .AddController<PreviewApp, PreviewAppReconciler>(options => options
                .Owns<Preview>().Owns<V1Namespace>()
                .Needs(Group.Name, "domains", "get", "list", "watch", "create", "delete")
                .Needs("", "secrets", "get", "list", "watch"))
            .AddController<Preview, PreviewReconciler>(options => options
                .Owns<V1ConfigMap>().Owns<V1PersistentVolumeClaim>().Owns<V1Service>().Owns<V1Deployment>().Owns<V1Ingress>()
                .Needs("", "pods", "list")
                .Needs(ClonePlanner.Database.Group, "databases", "get", "list", "watch", "create", "patch", "delete") // Where Tenancy is.
                .Needs(Group.Name, "domains", "get", "list", "watch", "create", "delete"))
            .AddController<Domain, DomainReconciler>(options => options
                .Needs(Group.Name, "domains", "delete"))
            .AddController<Domain, RecordReconciler>(options =>
            {
                options.Name = "domainrecord";
                options.LabelSelector = $"{HostClaims.DnsLabel}={nameof(DnsMode.Records)}";
            });
    }
}
