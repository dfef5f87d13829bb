using System.Diagnostics;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Queues;

namespace Ahoi.Framework.Hosting;

/// <summary>Makes each reconcile a trace of its own, with links to the reconciles that caused it.</summary>
internal static class ReconcileTracing
{
    private static readonly ActivitySource Source = new(FrameworkMetrics.Name);

    /// <summary>Begins the span of a reconcile; its reasons go along as events, and as links where a reconcile of this
    /// process is behind them.</summary>
    public static Activity? Start(ControllerDefinition definition, WorkItem item, WriteTraces writes)
    {
        // Whoever started the operator is not the parent of everything it ever does.
        Activity.Current = null;
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = item.Causes.Select(c => c.Trace == default && c.After is { } after ? writes.Find(after) : c.Trace)
            .Where(t => t != default).Distinct().Select(t => new ActivityLink(t)).ToArray();
        var activity = Source.StartActivity($"reconcile {definition.Name}", ActivityKind.Internal, parentContext: default, links: links);
        if (activity is not { IsAllDataRequested: true })
        {
            return activity;
        }

        activity.SetTag("ahoi.controller", definition.Name)
            .SetTag("k8s.object.kind", definition.Kind.Kind)
            .SetTag("k8s.object.api_version", definition.Kind.ApiVersion)
            .SetTag("k8s.object.name", item.Key.Name)
            .SetTag("ahoi.queue.wait", item.Waited.TotalSeconds);
        if (item.Key.Namespace is { } @namespace)
        {
            activity.SetTag("k8s.namespace.name", @namespace);
        }

        foreach (var cause in item.Causes)
        {
            var tags = new ActivityTagsCollection { ["ahoi.cause"] = cause.ToString() };
            if (cause.ChangedFields is { Count: > 0 } fields)
            {
                tags["ahoi.fields"] = string.Join(' ', fields);
            }

            if (cause.Manager is { } manager)
            {
                tags["ahoi.manager"] = manager;
            }

            activity.AddEvent(new("cause", tags: tags));
        }

        return activity;
    }

    /// <summary>Begins the span of a periodic task's run.</summary>
    public static Activity? StartTask(string task) =>
        Source.StartActivity($"task {task}", ActivityKind.Internal, parentContext: default)?.SetTag("ahoi.task", task);

    /// <summary>Notes how a reconcile or a task's run ended.</summary>
    public static void End(Activity? activity, string result, Exception? exception)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("ahoi.result", result);
        if (exception is not null)
        {
            activity.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error, exception.Message).AddException(exception);
        }
    }
}
