using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Pools.Api;
using Ahoi.Pools.Contract;
using Ahoi.Pools.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Pools.Reconcilers;

/// <summary>Keeps the poolers of each ConnectionPool, and tells their agents what to do.</summary>
internal sealed class ConnectionPoolReconciler(IOptions<PoolsOptions> options) : IReconciler<ConnectionPool>, IFinalizer<ConnectionPool>
{
    private static readonly GroupVersionKind StatefulSetKind = new("apps", "v1", "StatefulSet");

    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");

    /// <summary>Another value of this annotation asks for new server connections, after a change of the schema for
    /// example.</summary>
    private const string ReconnectAnnotation = "internal.example.com/reconnect";

    private static readonly TimeSpan LookForKind = TimeSpan.FromMinutes(1);

    public async ValueTask<Description> ReconcileAsync(ConnectionPool resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (resource.Spec.Type == PoolType.ro)
        {
            // Leading to the server that takes writes instead would be what nobody asked for.
            return Waiting(resource, "NoReplicas", $"type ro needs a Database with replicas that pools can reach, and {resource.Spec.DatabaseRef.Name} has none: make a ConnectionPool of type rw.");
        }

        RawObject? found;
        try
        {
            found = await context.FindAsync(DatabaseView.Kind, new ObjectKey(resource.Metadata.Namespace, resource.Spec.DatabaseRef.Name), cancellationToken).ConfigureAwait(false);
        }
        catch (KindNotServedException)
        {
            return Waiting(resource, "NoDatabaseKind", "The cluster has no internal.example.com/v1 Database: the Tenancy operator brings it.").LookAgainAfter(LookForKind);
        }

        if (found is null)
        {
            return Waiting(resource, "NoDatabase", $"There is no Database {resource.Spec.DatabaseRef.Name} in namespace {resource.Metadata.Namespace}.");
        }

        var (database, missing) = DatabaseView.Read(found.ToMap());
        if (database is null)
        {
            return Waiting(resource, "DatabaseNotReady", $"Database {resource.Spec.DatabaseRef.Name}: {missing}.");
        }

        if (await context.FindAsync<V1Secret>(database.SecretName, cancellationToken).ConfigureAwait(false) is not { Data: { } data } credentials
            || !data.ContainsKey("username") || !data.ContainsKey("password"))
        {
            return Waiting(resource, "NoCredentials", $"The Secret {database.SecretName} with username and password is not there.");
        }

        var live = await context.FindAsync<V1StatefulSet>(PoolNames.Pool(resource), cancellationToken).ConfigureAwait(false);
        var orders = await context.FindAsync<V1Secret>(PoolNames.Orders(resource), cancellationToken).ConfigureAwait(false);
        var selector = PoolNames.Selector(resource);
        var pods = await context.ListAsync<V1Pod>(
            cancellationToken, resource.Metadata.Namespace, p => selector.All(l => p.Labels.TryGetValue(l.Key, out var value) && value == l.Value)).ConfigureAwait(false);
        Pooler[] poolers = [.. pods.Where(p => p.Status?.Phase is not ("Failed" or "Succeeded")).Select(Pooler.Of)];
        var plan = PoolPlan.Make(
            resource, database, live?.Spec?.Replicas, poolers, PauseOf(orders), resource.Metadata.Annotations?.GetValueOrDefault(ReconnectAnnotation) ?? "", context.Time.GetUtcNow());

        var description = new Description()
            .Add(new Child(PoolPlanner.Orders(resource, plan.Orders)) { Adoption = AdoptionRule.Never })
            .Add(new Child(PoolPlanner.Applications(resource, database, credentials)) { Adoption = AdoptionRule.Never })
            .Add(PoolPlanner.Account(resource))
            .Add(PoolPlanner.Role(resource))
            .Add(PoolPlanner.Binding(resource))
            .Add(PoolPlanner.Service(resource))
            .Add(PoolPlanner.Peers(resource))
            .Add(PoolPlanner.DisruptionBudget(resource))
            .Add(new Child(PoolPlanner.StatefulSet(resource, database, options.Value, plan.Replicas)) { Adoption = AdoptionRule.Never });
        if (plan.Again is { } again)
        {
            description.LookAgainAfter(again);
        }

        if (plan.Ended is { } ended)
        {
            description.WithEvent(
                ended.Result == "Completed" ? "Resumed" : "PauseAborted",
                ended.Result == "Completed"
                    ? $"Clients waited for {ended.PausedMs} ms while the server was worked on."
                    : $"Transactions did not end in time; the pause was called off after {ended.PausedMs} ms.");
        }

        return description
            .WithEventsOf("BudgetSatisfied", "TooFewConnections")
            .WithEventsOf("ConfigApplied", "Refused", "RestartRequired")
            .WithEventsOf("DatabaseReachable", "NoAnswer")
            .WithEventsOf("TargetWritable", "ReadOnly")
            .WithStatus(PoolSummary.Status(resource, database, plan, poolers))
            .WithConditions(outcome => PoolSummary.Conditions(resource, database, plan, poolers, outcome));
    }

    /// <summary>A pool is gone when its last pooler has let its clients go, and not before: what comes after it may be the end of
    /// the database.</summary>
    public async ValueTask<Finalization> FinalizeAsync(ConnectionPool resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var found = await context.FindAsync(StatefulSetKind, new ObjectKey(resource.Metadata.Namespace, PoolNames.Pool(resource)), cancellationToken).ConfigureAwait(false);
        if (found is null || !found.OwnerReferences.Any(o => o.Uid == resource.Metadata.Uid))
        {
            return Finalization.DeleteChildren;
        }

        if (!found.IsBeingDeleted)
        {
            try
            {
                await context.Client.DeleteAsync(
                    StatefulSets, found.Key, new DeleteOptions { Uid = found.Uid, PropagationPolicy = "Foreground" }, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 404 or 409)
            {
                // It is gone, or another: the next look at the cache tells.
            }
        }

        return Finalization.Wait(Description.KeepingChildren()
            .WithStatus((resource.Status ?? new()) with { Phase = "Draining" })
            .WithCondition(Condition.Ready, false, "Draining", "Poolers let their clients go."));
    }

    /// <summary>What is said while the database is not there. What runs goes on.</summary>
    private static Description Waiting(ConnectionPool pool, string reason, string message) => Description.KeepingChildren()
        .WithStatus((pool.Status ?? new()) with { Phase = "Pending" })
        .WithCondition("DatabaseReachable", null, reason, message)
        .WithCondition(Condition.Ready, false, reason, message)
        .WithEventsOf(Condition.Ready, reason);

    private static PauseOrder? PauseOf(V1Secret? orders)
    {
        try
        {
            return orders?.Data?.TryGetValue(PoolOrders.OrdersKey, out var json) == true ? PoolOrders.Read("", Encoding.UTF8.GetString(json)).Pause : null;
        }
        catch (FormatException)
        {
            return null; // Edited by hand: it is written anew.
        }
    }
}
