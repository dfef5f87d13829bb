using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace Ahoi.Framework.Observability.Prometheus;

/// <summary>
/// Prometheus' text format 0.0.4. Names follow OpenTelemetry's rules for Prometheus: what is not a letter or digit becomes
/// an underscore, units are written out at the end, counters end in <c>_total</c>.
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>What <c>Content-Type</c> says of it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>The name of a metric's family.</summary>
    public static string NameOf(Metric metric)
    {
        var name = Plain(metric.Name);
        var unit = metric.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "%" => "percent",
            "" or null => "",
            ['{', ..] => "",
            "1" => IsCounter(metric) ? "" : "ratio",
            var other => Plain(other),
        };
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            name += "_" + unit;
        }

        return IsCounter(metric) && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Begins a family.</summary>
    public void Begin(string name, Metric metric)
    {
        var type = IsCounter(metric) ? "counter" : metric.MetricType == MetricType.Histogram ? "histogram" : "gauge";
        if (metric.Description is { Length: > 0 } description)
        {
            _text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(description, quotes: false)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>Adds a metric's points to its family.</summary>
    public void Add(string name, Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = Labels(metric, point);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, labels, null, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, labels, null, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Sample(name, labels, null, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, labels, null, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    Histogram(name, labels, point);
                    break;
                default:
                    break; // Exponential histograms have no form in this format; nothing here makes one.
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static bool IsCounter(Metric metric) => metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;

    private static string Labels(Metric metric, in MetricPoint point)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in metric.MeterTags ?? [])
        {
            labels[Plain(tag.Key)] = Text(tag.Value);
        }

        foreach (var tag in point.Tags)
        {
            labels[Plain(tag.Key)] = Text(tag.Value);
        }

        return string.Join(',', labels.Select(l => $"{l.Key}=\"{Escaped(l.Value, quotes: true)}\""));
    }

    private void Histogram(string name, string labels, in MetricPoint point)
    {
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Sample(name + "_bucket", labels, $"le=\"{Number(bucket.ExplicitBound)}\"", count);
        }

        Sample(name + "_sum", labels, null, point.GetHistogramSum());
        Sample(name + "_count", labels, null, point.GetHistogramCount());
    }

    private void Sample(string name, string labels, string? more, double value)
    {
        _text.Append(name);
        if (labels.Length > 0 || more is not null)
        {
            _text.Append('{').Append(labels).Append(labels.Length > 0 && more is not null ? "," : "").Append(more).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Escaped(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static string Plain(string name)
    {
        var plain = string.Create(name.Length, name, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
            }
        });
        return char.IsAsciiDigit(plain[0]) ? "_" + plain : plain;
    }
}
