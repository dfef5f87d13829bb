using Ahoi.Framework.Hosting;
using Ahoi.Framework.Observability.Prometheus;
using Ahoi.Framework.Observability.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Ahoi.Framework.Observability;

/// <summary>Makes an operator visible.</summary>
public static class ObservabilityExtensions
{
    private static readonly string[] Meters = ["Ahoi.Framework", "Ahoi.Client", "System.Runtime"];

    /// <summary>Serves health (<c>/livez</c>, <c>/readyz</c>), metrics (<c>/metrics</c>) and causes
    /// (<c>/debug/reconciles</c>) of the operator over HTTP, and sends metrics, traces and logs by OTLP where that is asked
    /// for. May be called once.</summary>
    /// <param name="ahoi">The operator.</param>
    /// <param name="configure">Sets what and where.</param>
    /// <returns>The operator's builder.</returns>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static AhoiBuilder AddObservability(this AhoiBuilder ahoi, Action<ObservabilityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(ahoi);
        var options = new ObservabilityOptions();
        configure?.Invoke(options);
        options.Validate();
        if (ahoi.Services.Any(s => s.ServiceType == typeof(ObservabilityEndpoint)))
        {
            throw new InvalidOperationException($"{nameof(AddObservability)} was called before.");
        }

        ahoi.Services.AddSingleton(options);
        ahoi.Services.AddSingleton<ObservabilityEndpoint>();
        if (options.Listen is not null)
        {
            ahoi.Services.AddSingleton<Endpoints>();
            ahoi.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EndpointService>());
        }

        var otlp = options.Otlp || options.OtlpEndpoint is not null;
        var prometheus = options is { Listen: not null, Prometheus: true };
        if (!otlp && !prometheus)
        {
            return ahoi;
        }

        var telemetry = ahoi.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddDetector(services => services.GetRequiredService<OperatorResource>()))
            .WithMetrics(metrics => metrics.AddMeter(Meters));
        ahoi.Services.TryAddSingleton<OperatorResource>();
        if (prometheus)
        {
            ahoi.Services.AddSingleton<PrometheusExporter>();
            telemetry.WithMetrics(metrics => metrics.AddReader(services => new PrometheusReader(services.GetRequiredService<PrometheusExporter>())));
        }

        if (otlp)
        {
            telemetry.WithTracing(tracing => tracing.AddSource("Ahoi.Framework", "Ahoi.Client"));
            telemetry.WithLogging(configureBuilder: null, logging => (logging.IncludeScopes, logging.IncludeFormattedMessage) = (true, true));
            UseOtlp(telemetry, options.OtlpEndpoint);
        }

        return ahoi;
    }

    private static void UseOtlp(IOpenTelemetryBuilder telemetry, Uri? endpoint)
    {
        if (endpoint is null)
        {
            telemetry.UseOtlpExporter();
            return;
        }

        var overHttp = endpoint.Port == 4318 || endpoint.AbsolutePath != "/";
        telemetry.UseOtlpExporter(overHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc, endpoint);
    }
}
