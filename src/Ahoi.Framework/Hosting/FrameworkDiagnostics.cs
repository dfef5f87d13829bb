using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Queues;

namespace Ahoi.Framework.Hosting;

/// <summary>What the framework measures and traces; the names are listed in the docs.</summary>
internal static class FrameworkDiagnostics
{
    public const string Name = "Ahoi.Framework";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Reconciles =
        Meter.CreateCounter<long>("ahoi.reconciles", "{reconcile}", "Finished reconciles by controller and result.");

    private static readonly Histogram<double> Durations =
        Meter.CreateHistogram<double>("ahoi.reconcile.duration", "s", "How long reconciles took.");

    private static readonly Histogram<double> Waits =
        Meter.CreateHistogram<double>("ahoi.queue.wait", "s", "How long keys waited for a worker.");

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins the trace of a reconcile; its reasons go along as events.</summary>
    public static Activity? StartReconcile(ControllerDefinition definition, WorkItem item)
    {
        var activity = Source.StartActivity("reconcile");
        if (activity is null)
        {
            return null;
        }

        activity.SetTag("k8s.object.kind", definition.Kind.Kind).SetTag("k8s.object.name", item.Key.Name)
            .SetTag("k8s.namespace.name", item.Key.Namespace).SetTag("ahoi.controller", definition.Name);
        foreach (var cause in item.Causes)
        {
            activity.AddEvent(new("cause", tags: new() { ["ahoi.cause"] = cause.ToString(), ["ahoi.fields"] = string.Join(' ', cause.ChangedFields), ["ahoi.manager"] = cause.Manager }));
        }

        return activity;
    }

    public static void Reconciled(string controller, string result, TimeSpan took, TimeSpan waited)
    {
        var by = new KeyValuePair<string, object?>("ahoi.controller", controller);
        Reconciles.Add(1, by, new("ahoi.result", result));
        Durations.Record(took.TotalSeconds, by);
        Waits.Record(waited.TotalSeconds, by);
    }
}
