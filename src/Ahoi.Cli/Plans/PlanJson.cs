using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Planning;

namespace Ahoi.Cli.Plans;

/// <summary>Makes a plan JSON, for machines.</summary>
internal static class PlanJson
{
    public static string Of(OperatorPlan plan) => new JsonMap
    {
        ["reconciled"] = (long)plan.Reconciled,
        ["objects"] = new JsonList(plan.Objects.Select(Of)),
        ["notes"] = new JsonList(plan.Notes),
    }.ToString();

    private static JsonMap Of(ObjectPlan plan)
    {
        var map = Named(plan.Kind, plan.Key);
        map["controller"] = plan.Controller;
        map["changes"] = new JsonList(plan.Changes.Select(Of));
        map["faults"] = new JsonList(plan.Faults);
        return map;
    }

    private static JsonMap Of(PlannedChange change)
    {
        var map = Named(change.Kind, change.Key);
        map["action"] = change.Action.ToString().ToLowerInvariant();
        if (change.Subresource is not null)
        {
            map["subresource"] = change.Subresource;
        }

        if (change.Why.Length > 0)
        {
            map["why"] = change.Why;
        }

        map["fields"] = new JsonList(change.Fields.Select(f => new JsonMap { ["path"] = f.Path, ["before"] = f.Before, ["after"] = f.After }));
        return map;
    }

    private static JsonMap Named(GroupVersionKind kind, ObjectKey key)
    {
        var map = new JsonMap { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["name"] = key.Name };
        if (key.Namespace is not null)
        {
            map["namespace"] = key.Namespace;
        }

        return map;
    }
}
