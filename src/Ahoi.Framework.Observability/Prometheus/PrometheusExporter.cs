using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Ahoi.Framework.Observability.Prometheus;

/// <summary>Writes all metrics as a text that Prometheus reads, for one scrape at a time.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _gate = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    /// <summary>Collects, and gives what was collected as text.</summary>
    public string Scrape()
    {
        lock (_gate)
        {
            _text = "";
            Collect?.Invoke(Timeout.Infinite);
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new PrometheusText();
        var metrics = new List<Metric>();
        foreach (var metric in batch)
        {
            metrics.Add(metric);
        }

        // What two operators of one process measure under one name is one family.
        foreach (var family in metrics.GroupBy(PrometheusText.NameOf, StringComparer.Ordinal).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            text.Begin(family.Key, family.First());
            foreach (var metric in family)
            {
                text.Add(family.Key, metric);
            }
        }

        _text = text.ToString();
        return ExportResult.Success;
    }
}
