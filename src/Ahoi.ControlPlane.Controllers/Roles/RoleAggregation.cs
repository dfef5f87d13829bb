using Ahoi.Api.Json;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Roles;

/// <summary>Gives cluster roles with an aggregation rule the rules of the roles that it selects, in order of name, each once.</summary>
internal static class RoleAggregation
{
    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (value.Map("aggregationRule") is not { } aggregation || context.Raw.IsBeingDeleted)
        {
            return description;
        }

        var rules = new JsonList();
        foreach (var selector in (aggregation.List("clusterRoleSelectors")?.Maps ?? []).Select(LabelSelector.FromJson))
        {
            var selected = await context.ListAsync(
                Kinds.ClusterRole, cancellationToken, null, r => r.Uid != context.Raw.Uid && selector.Matches(r.Labels)).ConfigureAwait(false);
            foreach (var rule in selected.OrderBy(r => r.Name, StringComparer.Ordinal).SelectMany(r => r.ToMap().List("rules")?.Maps.ToArray() ?? []))
            {
                if (!rules.Maps.Any(r => JsonTree.Equals(r, rule)))
                {
                    rules.Add(rule.DeepClone());
                }
            }
        }

        if (!JsonTree.Equals(value.List("rules") ?? [], rules))
        {
            await context.Writes.PatchAsync(context.Raw, new() { ["rules"] = rules }, cancellationToken).ConfigureAwait(false);
        }

        return description;
    }
}
