using System.Diagnostics.Metrics;
using System.Text.Json.Serialization.Metadata;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Periodic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ahoi.Framework.Hosting;

/// <summary>Makes an application an operator.</summary>
public static class AhoiServiceCollectionExtensions
{
    /// <summary>Adds an operator to the application; it starts and stops with it. Calling it again adds to the same
    /// operator.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets what holds for the whole operator.</param>
    /// <returns>A builder for controllers.</returns>
    public static AhoiBuilder AddAhoi(this IServiceCollection services, Action<AhoiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<AhoiOptions>().ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<AhoiOptions>, AhoiOptionsDefaults>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AhoiOptions>, AhoiOptionsValidation>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => new ObjectTypes(
            WireJson.Create(s.GetServices<IJsonTypeInfoResolver>()), s.GetServices<IObjectCodecSource>()));
        services.TryAddSingleton<OperatorClients>();
        services.TryAddSingleton(CreateClient);
        services.TryAddSingleton(s => new Operator(
            s.GetRequiredService<ApiClient>(),
            s.GetRequiredService<ObjectTypes>(),
            s.GetServices<IControllerSource>(),
            s.GetRequiredService<IOptions<AhoiOptions>>().Value,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>(),
            s.GetRequiredService<OperatorClients>().Leadership,
            s.GetService<IMeterFactory>(),
            s.GetServices<IOperatorWork>(),
            s.GetServices<PeriodicTaskDefinition>(),
            s.GetServices<OperatorManifest>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OperatorService>());
        return new(services);
    }

    private static ApiClient CreateClient(IServiceProvider services)
    {
        var leadership = services.GetRequiredService<OperatorClients>().Leadership;
        var (connection, settings) = services.GetRequiredService<OperatorClients>().Settings;
        return new(connection, leadership is null ? settings : settings with { Middleware = [leadership.CreateFence] });
    }

    /// <summary>What both clients of an operator have in common, and the one for leadership.</summary>
    private sealed class OperatorClients : IDisposable
    {
        public OperatorClients(IOptions<AhoiOptions> options, TimeProvider time, ILoggerFactory loggers)
        {
            Settings = (
                options.Value.Connection ?? ApiConnection.Default(),
                new() { UserAgent = options.Value.OperatorName, Time = time, Loggers = loggers });
            Leadership = OperatorLeadership.Create(options.Value, Settings.Connection, Settings.Options);
        }

        public (ApiConnection Connection, ApiClientOptions Options) Settings { get; }

        public OperatorLeadership? Leadership { get; }

        public void Dispose() => Leadership?.Dispose();
    }
}
