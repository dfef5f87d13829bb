using Ahoi.Client.Connections;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Observability;
using Ahoi.Pools;
using Ahoi.Previews;
using Ahoi.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ahoi.Operators;

/// <summary>The operators that come with Ahoi, and the one way to build them.</summary>
public static class OperatorSet
{
    /// <summary>Gets the names of the operators.</summary>
    public static IReadOnlyList<string> Known { get; } = ["tenancy", "pools", "previews"];

    /// <summary>Builds a host of some operators; it is not started.</summary>
    /// <param name="connection">The cluster.</param>
    /// <param name="operators">Their names, of <see cref="Known"/>.</param>
    /// <param name="services">Adds what the program brings along: its logging and its lifetime.</param>
    /// <param name="configure">Sets what holds for all of them, after the defaults.</param>
    /// <param name="observe">What of them can be seen, and where; nothing where left out.</param>
    /// <param name="localRepositories">Whether previews may be of repositories of this machine.</param>
    /// <param name="settings">What the administrator decides; the defaults where left out.</param>
    /// <returns>The host.</returns>
    public static IHost Build(
        ApiConnection connection, IReadOnlyCollection<string> operators, Action<IServiceCollection> services, Action<AhoiOptions>? configure = null,
        Action<ObservabilityOptions>? observe = null, bool localRepositories = false, OperatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "ahoi" });
        if (settings is not null)
        {
            builder.Services.AddSingleton<IOptionsFactory<TenancyOptions>>(p => new GivenOptions<TenancyOptions>(settings.Tenancy, p));
            builder.Services.AddSingleton<IOptionsFactory<PoolsOptions>>(p => new GivenOptions<PoolsOptions>(settings.Pools, p));
            builder.Services.AddSingleton<IOptionsFactory<PreviewsOptions>>(p => new GivenOptions<PreviewsOptions>(settings.Previews, p));
        }

        services(builder.Services);
        var ahoi = builder.Services.AddAhoi(options =>
        {
            options.OperatorName = "ahoi";
            options.Connection = connection;
            options.InstallDefinitions = true;
            configure?.Invoke(options);
        });
        if (observe is not null)
        {
            ahoi.AddObservability(observe);
        }

        if (operators.Contains("tenancy"))
        {
            ahoi.AddTenancy();
        }

        if (operators.Contains("pools"))
        {
            ahoi.AddPools();
        }

        if (operators.Contains("previews"))
        {
            ahoi.AddPreviews(options =>
            {
                options.AllowFileRepositories |= localRepositories;
                options.WebhookListen ??= localRepositories ? "127.0.0.1:0" : null;
            });
        }

        return builder.Build();
    }
}
