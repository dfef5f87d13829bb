using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Writes the status of a reconciled object, if it is another one than before.</summary>
internal sealed partial class StatusWriter(ControllerDefinition definition, ObjectTypes types, TimeProvider time, ILogger logger)
{
    /// <summary>Writes what a description says and what became of its children.</summary>
    /// <returns>The events that people should know of, because conditions became what they were not.</returns>
    public async Task<IReadOnlyList<EventDraft>> WriteAsync(
        IClusterWriter writer, RawObject resource, ApiResource served, Description description, Outcome outcome, CancellationToken cancellationToken)
    {
        var given = description.Status?.Invoke(outcome);
        var conditions = Conditions(description, outcome);
        if (given is null && conditions.Count == 0)
        {
            return [];
        }

        var live = new JsonMap { ["status"] = resource.ToMap("status") };
        var status = given is null ? [] : types.EncodePart(given);
        Complete(status, conditions, live.Map("status"), resource.Generation);
        await WriteAsync(writer, resource, served, status, live, cancellationToken).ConfigureAwait(false);
        return
        [
            .. conditions
                .Where(c => description.Told.Contains((c.Type, c.Reason)) && live.Map("status")?.List("conditions")?.Maps.Any(o => o.Text("type") == c.Type && o.Text("reason") == c.Reason) != true)
                .Select(c => new EventDraft(EventType.Warning, c.Reason, c.Message)),
        ];
    }

    /// <summary>Says in the Ready condition that the reconcile failed; everything else in the status stays as it was.</summary>
    public async Task ReportFailureAsync(IClusterWriter writer, RawObject resource, ApiResource served, string reason, string message, CancellationToken cancellationToken)
    {
        if (!definition.OwnsStatus)
        {
            return;
        }

        var live = resource.ToMap();
        var status = ManagedEntry.Applied(resource, definition.FieldManager, "status") is { } owned
            ? AppliedFields.Project(live, owned).Map("status") ?? []
            : [];
        var seen = status.Integer("observedGeneration");
        Complete(status, [new(Condition.Ready, "False", reason, message)], live.Map("status"), resource.Generation);

        // What was observed is what was reconciled; a failure is not.
        if (seen is { } before)
        {
            status["observedGeneration"] = before;
        }
        else
        {
            status.Remove("observedGeneration");
        }

        try
        {
            await WriteAsync(writer, resource, served, status, live, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            LogNotReported(logger, exception, resource.Key);
        }
    }

    private async Task<RawObject> WriteAsync(
        IClusterWriter writer, RawObject resource, ApiResource served, JsonMap status, JsonMap live, CancellationToken cancellationToken)
    {
        if (!served.Subresources.Contains("status"))
        {
            return resource;
        }

        var wanted = new JsonMap { ["status"] = status };
        if (ManagedEntry.Applied(resource, definition.FieldManager, "status") is { } owned
            && AppliedFields.FirstDifference(wanted, live, owned) is null)
        {
            return resource;
        }

        var metadata = new JsonMap { ["name"] = resource.Name };
        if (resource.Namespace is not null)
        {
            metadata["namespace"] = resource.Namespace;
        }

        var content = new JsonMap { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind, ["metadata"] = metadata, ["status"] = status };
        try
        {
            return await writer.ApplyAsync(served, resource.Key, content, resource, "status", "", cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return resource; // It is gone, and with it whoever would read its status.
        }
    }

    private List<Condition> Conditions(Description description, Outcome outcome)
    {
        var conditions = description.Conditions.ToList();
        foreach (var condition in description.ConditionsAfter?.Invoke(outcome) ?? [])
        {
            conditions.RemoveAll(c => c.Type == condition.Type);
            conditions.Add(condition);
        }

        if (description.SumsUpReadiness && definition.OwnsStatus && conditions.TrueForAll(c => c.Type != Condition.Ready))
        {
            conditions.Add(SumUp(outcome));
        }

        return conditions;
    }

    private static Condition SumUp(Outcome outcome) => outcome.FirstUnready is not { } unready
        ? new(Condition.Ready, "True", "Ready", outcome.Children.Count == 0 ? "" : "All children are ready")
        : new(Condition.Ready, "False", unready.State == ChildState.Failed ? "ChildFailed" : "Progressing", $"{unready.Kind.Kind} {unready.Key.Name}: {unready.Message}");

    private void Complete(JsonMap status, IReadOnlyList<Condition> conditions, JsonMap? live, long generation)
    {
        if (generation > 0)
        {
            status["observedGeneration"] = generation;
        }

        var list = status.EnsureList("conditions");
        foreach (var condition in conditions)
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (list[i] is JsonMap other && other.Text("type") == condition.Type)
                {
                    list.RemoveAt(i);
                }
            }

            var before = live?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == condition.Type);
            var since = before is not null && before.Text("status") == condition.Status && before.Text("lastTransitionTime") is { } known
                ? known
                : ApiTime.Write(condition.LastTransitionTime ?? time.GetUtcNow());
            var map = new JsonMap
            {
                ["type"] = condition.Type,
                ["status"] = condition.Status,
                ["reason"] = condition.Reason,
                ["message"] = condition.Message,
                ["lastTransitionTime"] = since,
            };
            if (generation > 0)
            {
                map["observedGeneration"] = condition.ObservedGeneration ?? generation;
            }

            list.Add(map);
        }

        if (list.Count == 0)
        {
            status.Remove("conditions");
        }
    }

    [LoggerMessage(FrameworkEventIds.FailureNotReported, LogLevel.Debug, "The failure of {Key} could not be written into its status")]
    private static partial void LogNotReported(ILogger logger, Exception exception, ObjectKey key);
}
