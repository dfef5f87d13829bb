using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>Asks what a metric of an autoscaler says.</summary>
internal sealed class MetricReader(ReconcileContext context, ScaleTarget target, IReadOnlyList<JsonMap> pods, Tolerance tolerance)
{
    /// <summary>Names the reason of events and conditions of a metric that says nothing.</summary>
    public static string Fault(JsonMap metric) => $"FailedGet{metric.Text("type")}Metric";

    /// <summary>Names a metric as the first fault of several is told.</summary>
    public static string Name(JsonMap metric) => metric.Text("type") switch
    {
        "Resource" => $"{metric.At("resource", "name")} resource metric value",
        "ContainerResource" => $"{metric.At("containerResource", "name")} container metric value",
        var other => $"{other?.ToLowerInvariant()} metric value",
    };

    /// <summary>Asks what a metric says.</summary>
    /// <exception cref="MetricFaultException">It says nothing.</exception>
    public Task<MetricAnswer> ReadAsync(JsonMap metric, CancellationToken cancellationToken) => metric.Text("type") switch
    {
        "Resource" => ReadAsync(metric, "resource", null, cancellationToken),
        "ContainerResource" => ReadAsync(metric, "containerResource", metric.At("containerResource", "container") as string ?? "", cancellationToken),
        "External" => throw NotServed($"external metric {context.Key.Namespace}/{metric.At("external", "metric", "name")}", "external.metrics.k8s.io"),
        "Object" => throw NotServed($"metric {metric.At("object", "metric", "name")}", "custom.metrics.k8s.io"),
        "Pods" => throw NotServed($"metric {metric.At("pods", "metric", "name")}", "custom.metrics.k8s.io"),
        var other => throw new MetricFaultException($"unknown metric source type \"{other}\""),
    };

    private async Task<MetricAnswer> ReadAsync(JsonMap metric, string field, string? container, CancellationToken cancellationToken)
    {
        var source = metric.Map(field) ?? [];
        var (resource, wanted) = (source.Text("name") ?? "", source.Map("target") ?? []);
        var isShare = wanted["averageValue"] is null;
        ReplicaProposal proposal;
        try
        {
            var figures = await ResourceFigures.ReadAsync(context.Client, context.Key.Namespace, target.Selector, resource, container, cancellationToken).ConfigureAwait(false);
            if (pods.Count == 0)
            {
                throw new MetricFaultException("no pods returned by selector while calculating replica count");
            }

            var groups = PodGroups.Of(pods, figures, resource == "cpu", context.Time.GetUtcNow());
            var goal = MetricTarget.Of(wanted, () => PodRequests.Of(pods, resource, container));
            proposal = ReplicaProposal.Of(target.Replicas, pods, figures, groups, goal, tolerance);
        }
        catch (MetricFaultException fault)
        {
            throw new MetricFaultException($"failed to get {resource} {(isShare ? "utilization" : "usage")}: {fault.Message}", fault);
        }

        var current = new JsonMap { ["averageValue"] = Quantity.Parse(proposal.Usage.Average.ToString(CultureInfo.InvariantCulture) + "m").ToString() };
        if (proposal.Usage.Share is { } share)
        {
            current["averageUtilization"] = share;
        }

        var status = new JsonMap { ["name"] = resource, ["current"] = current };
        if (container is not null)
        {
            status["container"] = container;
        }

        var name = $"{resource} {(container is null ? "" : "container ")}resource{(isShare ? " utilization (percentage of request)" : "")}";
        return new(proposal.Replicas, name, new() { ["type"] = metric.Text("type"), [field] = status });
    }

    private static MetricFaultException NotServed(string metric, string group) =>
        new($"unable to get {metric}: this cluster serves resource metrics alone, not {group}");
}

/// <summary>What a metric says.</summary>
/// <param name="Replicas">How many replicas it asks for.</param>
/// <param name="Name">What it is called in events.</param>
/// <param name="Status">What it is at.</param>
internal sealed record MetricAnswer(long Replicas, string Name, JsonMap Status);
