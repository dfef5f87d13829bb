using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Quantities;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>Asks <c>metrics.k8s.io</c> what pods use.</summary>
internal static class ResourceFigures
{
    private static readonly GroupVersionResource Metrics = new("metrics.k8s.io", "v1beta1", "pods");

    /// <summary>Gets what pods use of a resource.</summary>
    /// <param name="client">Asks the cluster.</param>
    /// <param name="namespace">The pods' namespace.</param>
    /// <param name="selector">What selects them.</param>
    /// <param name="resource">The resource: <c>cpu</c>, <c>memory</c>.</param>
    /// <param name="container">The one container that counts; <see langword="null"/> for all of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The figures by the pods' names.</returns>
    /// <exception cref="MetricFaultException">There are none.</exception>
    public static async Task<IReadOnlyDictionary<string, PodFigure>> ReadAsync(
        ApiClient client, string? @namespace, string selector, string resource, string? container, CancellationToken cancellationToken)
    {
        IReadOnlyList<RawObject> items;
        try
        {
            items = (await client.ListAsync(Metrics, @namespace, new() { LabelSelector = selector }, cancellationToken).ConfigureAwait(false)).Items;
        }
        catch (ApiException exception)
        {
            var why = exception.Code == 404 ? "the server could not find the requested resource (get pods.metrics.k8s.io)" : exception.Message;
            throw new MetricFaultException($"unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: {why}", exception);
        }

        if (items.Count == 0)
        {
            throw new MetricFaultException($"unable to get metrics for resource {resource}: no metrics returned from resource metrics API");
        }

        var figures = new Dictionary<string, PodFigure>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var pod = item.ToMap();
            var containers = (pod.List("containers")?.Maps ?? []).Where(c => container is null || c.Text("name") == container).ToList();
            if (container is not null && containers.Count == 0)
            {
                throw new MetricFaultException($"unable to get metrics for resource {resource}: failed to get container metrics: container {container} not present in metrics for pod {@namespace}/{item.Name}");
            }

            var amounts = containers.Select(c => Amount(c, resource)).ToList();
            if (amounts.TrueForAll(a => a is not null))
            {
                figures[item.Name] = new(amounts.Sum() ?? 0, PodState.Time(pod["timestamp"]) ?? DateTimeOffset.MinValue, Window(pod.Text("window")));
            }
        }

        return figures;
    }

    private static long? Amount(JsonMap container, string resource) =>
        Quantity.TryParse(Convert.ToString(container.At("usage", resource), CultureInfo.InvariantCulture), out var amount) ? amount.MilliValue : null;

    // As Go writes durations, as far as minutes: 1m0.5s.
    private static TimeSpan Window(string? text)
    {
        var (minutes, seconds) = text?.Split('m') is [var left, var right] ? (left, right) : ("0", text ?? "");
        return double.TryParse(seconds.TrimEnd('s'), CultureInfo.InvariantCulture, out var rest) && int.TryParse(minutes, CultureInfo.InvariantCulture, out var whole)
            ? TimeSpan.FromSeconds((whole * 60) + rest)
            : TimeSpan.Zero;
    }
}
