using Ahoi.Framework.Events;
using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.Roles;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>Roles that are made of others.</content>
public sealed partial class ClusterControllers
{
    private static void AddRoles(AhoiBuilder controllers, CoreEvents events)
    {
        // Any role may be, or may have been, selected by any that aggregates; of those there are few.
        var aggregating = new ConcurrentDictionary<ObjectKey, bool>();
        Add(
            controllers,
            events,
            "clusterrole-aggregation-controller",
            Kinds.ClusterRole,
            (value, context, cancellationToken) =>
            {
                _ = value.ContainsKey("aggregationRule") ? aggregating.TryAdd(context.Key, true) : aggregating.TryRemove(context.Key, out _);
                return RoleAggregation.ReconcileAsync(value, context, cancellationToken);
            },
            o => o.Watches(Kinds.ClusterRole, _ => aggregating.Keys));
    }
}
