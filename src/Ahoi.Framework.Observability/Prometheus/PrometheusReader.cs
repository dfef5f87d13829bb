using OpenTelemetry.Metrics;

namespace Ahoi.Framework.Observability.Prometheus;

/// <summary>Collects when somebody scrapes, and at no other time.</summary>
internal sealed class PrometheusReader(PrometheusExporter exporter) : BaseExportingMetricReader(exporter);
