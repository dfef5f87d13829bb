using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Keeps a Namespace for each Customer and, in it, an object for each feature, and sums up what their controllers say.
/// Namespace and Database have no owner reference: garbage collection would delete data past every order.
/// </summary>
internal sealed class CustomerReconciler(IOptions<TenancyOptions> options) : IReconciler<Customer>, IFinalizer<Customer>
{
    private static readonly GroupVersionResource Databases = new(Group.Name, Group.Version, "databases");

    private static readonly GroupVersionResource ConnectionPools = new(Group.Name, Group.Version, "connectionpools");

    public async ValueTask<Description> ReconcileAsync(Customer resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var @namespace = CustomerPlanner.NamespaceOf(resource);
        var existing = await context.FindAsync<Database>(resource.Metadata.Name!, cancellationToken, @namespace).ConfigureAwait(false);
        var retained = existing is null ? [] : await RetainedAsync(resource, context, cancellationToken).ConfigureAwait(false);
        var draining = await IsDrainingAsync(resource, context, cancellationToken).ConfigureAwait(false);
        var database = existing?.Metadata.DeletionTimestamp is null ? CustomerPlanner.Database(resource, existing, options.Value) : null;
        var ready = CustomerPlanner.ReadyFor(resource);

        var handedOver = await IsHandedOverAsync(resource, context, cancellationToken).ConfigureAwait(false);
        var description = new Description()
            .Add(new Child(CustomerPlanner.Namespace(resource)) { Owned = false, Adoption = handedOver ? AdoptionRule.Unowned : AdoptionRule.Never })
            .Then("fences")
            .AddRange(FencePlanner.Quota(resource))
            .AddRange(FencePlanner.Network(resource, options.Value))
            .Then("features");
        if (database is not null)
        {
            description.Add(new Child(database) { Owned = false, Adoption = AdoptionRule.Never, Ready = ready });
        }

        if (CustomerPlanner.HasPool(resource))
        {
            description.Add(new Child(CustomerPlanner.ConnectionPool(resource)) { Adoption = AdoptionRule.Never, Ready = ready });
        }

        if (CustomerPlanner.Scheduler(resource) is { } scheduler && !draining)
        {
            description.Add(new Child(scheduler) { Adoption = AdoptionRule.Never, Ready = ready });
        }

        if (CustomerPlanner.Webhooks(resource) is { } webhooks)
        {
            description.Add(new Child(webhooks) { Adoption = AdoptionRule.Never, Ready = ready });
        }

        await LetGoAsync(resource, existing, database, context, cancellationToken).ConfigureAwait(false);
        var facts = new CustomerFacts(existing, retained, draining, context.Time.GetUtcNow());
        if (resource.Status?.Phase is not ("Ready" or "Suspended"))
        {
            description.LookAgainAfter(CustomerSummary.AnswerLimit);
        }

        return description
            .WithEventsOf(CustomerSummary.NamespaceReady, CustomerSummary.NotOwned)
            .WithEventsOf("DatabaseReady", nameof(ChildState.Failed), CustomerSummary.NotOwned)
            .WithStatus(outcome => CustomerSummary.Status(resource, facts, outcome))
            .WithConditions(outcome => CustomerSummary.Conditions(resource, facts, outcome));
    }

    public async ValueTask<Finalization> FinalizeAsync(Customer resource, ReconcileContext context, CancellationToken cancellationToken) =>
        await new CustomerDeletionWaves(resource, context, options.Value).RunAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Whether somebody has said, with the Customer's uid, that a namespace that was there before is to be the Customer's.</summary>
    private static async ValueTask<bool> IsHandedOverAsync(Customer customer, ReconcileContext context, CancellationToken cancellationToken)
    {
        var found = await context.FindAsync(new GroupVersionKind("", "v1", "Namespace"), new ObjectKey(null, CustomerPlanner.NamespaceOf(customer)), cancellationToken).ConfigureAwait(false);
        return found is not null && !found.Labels.ContainsKey(Group.CustomerUidLabel)
            && found.Annotations.TryGetValue(Group.CustomerUidLabel, out var uid) && uid == customer.Metadata.Uid;
    }

    /// <summary>Deletes what is protected and the Customer does not want any more: its pool, and a Database that is to lose its
    /// data, once it knows that.</summary>
    private static async Task LetGoAsync(
        Customer customer, Database? existing, Database? wanted, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (context.IsPlan)
        {
            return;
        }

        var key = new ObjectKey(CustomerPlanner.NamespaceOf(customer), customer.Metadata.Name!);
        if (!CustomerPlanner.HasPool(customer) && await FindPoolAsync(key, context, cancellationToken).ConfigureAwait(false) is { } pool && IsOf(customer, pool))
        {
            await Removal.DeleteAsync(context, ConnectionPools, pool, cancellationToken).ConfigureAwait(false);
        }

        if (CustomerPlanner.LosesDatabase(customer) && existing is not null && wanted?.Spec.Deletion == existing.Spec.Deletion
            && await context.FindAsync(new GroupVersionKind(Group.Name, Group.Version, nameof(Database)), key, cancellationToken).ConfigureAwait(false) is { } database && IsOf(customer, database))
        {
            await Removal.DeleteAsync(context, Databases, database, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<RawObject?> FindPoolAsync(ObjectKey key, ReconcileContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await context.FindAsync(CustomerPlanner.ConnectionPoolKind, key, cancellationToken).ConfigureAwait(false);
        }
        catch (KindNotServedException)
        {
            return null; // Another operator's kind, which is not installed.
        }
    }

    /// <summary>Whether a Scheduler is on its way out: its workers finish their jobs, and a new one has to wait.</summary>
    private static async ValueTask<bool> IsDrainingAsync(Customer customer, ReconcileContext context, CancellationToken cancellationToken)
    {
        var scheduler = await context.FindAsync<Scheduler>(customer.Metadata.Name!, cancellationToken, CustomerPlanner.NamespaceOf(customer)).ConfigureAwait(false);
        // One that is not wanted any more is on its way out before it says so itself: it is deleted after this.
        return scheduler is not null && (scheduler.Metadata.DeletionTimestamp is not null || customer.Spec.Features.Scheduler is not { Enabled: true });
    }

    /// <summary>The volumes that hold data while nothing uses them.</summary>
    private static async ValueTask<IReadOnlyList<RetainedVolume>> RetainedAsync(Customer customer, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (customer.Spec.Features.Database is { Enabled: true } && !customer.Spec.Suspended)
        {
            return [];
        }

        var claims = await context.ListAsync<V1PersistentVolumeClaim>(cancellationToken, CustomerPlanner.NamespaceOf(customer), c => IsOf(customer, c)).ConfigureAwait(false);
        return
        [
            .. claims.Select(c => new RetainedVolume
            {
                Kind = "PersistentVolumeClaim",
                Name = c.Metadata.Name,
                Uid = c.Metadata.Uid,
                Bytes = Volumes.Bytes(c.Status?.Capacity),
            }),
        ];
    }

    private static bool IsOf(Customer customer, RawObject found) =>
        found.Labels.TryGetValue(Group.CustomerUidLabel, out var uid) && uid == customer.Metadata.Uid;
}
