using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Takes a customer down in order: what calls first, what is called last, the namespace in the end. Each wave waits until
/// its objects are gone. What is not this customer's own is left alone. What becomes of the data is the Database's to see to,
/// as the Customer says; a volume that is kept outlives the namespace.
/// </summary>
internal sealed class CustomerDeletionWaves(Customer customer, ReconcileContext context, TenancyOptions options)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private static readonly GroupVersionKind Quotas = new("", "v1", "ResourceQuota");

    private static readonly GroupVersionResource QuotaResource = new("", "v1", "resourcequotas");

    private static readonly (string Name, GroupVersionKind Kind, GroupVersionResource Resource)[] Waves =
    [
        ("webhooks", new(Group.Name, Group.Version, nameof(Webhooks)), new(Group.Name, Group.Version, "webhooks")),
        ("scheduler", new(Group.Name, Group.Version, nameof(Scheduler)), new(Group.Name, Group.Version, "schedulers")),
        ("connectionPool", CustomerPlanner.ConnectionPoolKind, new(Group.Name, Group.Version, "connectionpools")),
        ("database", new(Group.Name, Group.Version, nameof(Database)), new(Group.Name, Group.Version, "databases")),
        ("namespace", new("", "v1", "Namespace"), new("", "v1", "namespaces")),
    ];

    public async ValueTask<Finalization> RunAsync(CancellationToken cancellationToken)
    {
        var @namespace = CustomerPlanner.NamespaceOf(customer);
        foreach (var (wave, kind, resource) in Waves)
        {
            var key = wave == "namespace" ? new ObjectKey(null, @namespace) : new ObjectKey(@namespace, customer.Metadata.Name!);
            var found = await FindAsync(kind, key, cancellationToken).ConfigureAwait(false);
            if (found is null || !IsOurs(found))
            {
                continue;
            }

            if (wave == "database" && !found.IsBeingDeleted && await UpdateDatabaseAsync(cancellationToken).ConfigureAwait(false) is { } database)
            {
                return Blocked(wave, "Waiting", "Telling the database what becomes of its data.", database);
            }

            if (wave == "database" && await FindAsync(Quotas, new ObjectKey(@namespace, FencePlanner.Name), cancellationToken).ConfigureAwait(false) is { } quota)
            {
                // Nothing of the customer's runs any more, and the final backup needs room beside the data.
                await Removal.DeleteAsync(context, QuotaResource, quota, cancellationToken).ConfigureAwait(false);
            }

            if (wave == "namespace")
            {
                await ApproveClaimsAsync(@namespace, cancellationToken).ConfigureAwait(false);
            }

            await Removal.DeleteAsync(context, resource, found, cancellationToken).ConfigureAwait(false);
            return Blocked(wave, "Waiting", $"Waiting until the {wave} is gone{Detail(found)}.");
        }

        return Finalization.Done;
    }

    /// <summary>The Database as it has to be before it is deleted, or <see langword="null"/> where it is.</summary>
    private async ValueTask<Database?> UpdateDatabaseAsync(CancellationToken cancellationToken)
    {
        var existing = await context.FindAsync<Database>(customer.Metadata.Name!, cancellationToken, CustomerPlanner.NamespaceOf(customer)).ConfigureAwait(false);
        var wanted = existing is null ? null : CustomerPlanner.Database(customer, existing, options);
        return wanted is null || wanted.Spec.Deletion == existing!.Spec.Deletion ? null : wanted;
    }

    private async Task ApproveClaimsAsync(string @namespace, CancellationToken cancellationToken)
    {
        var claims = await context.ListAsync(Removal.Claims, cancellationToken, @namespace, IsOurs).ConfigureAwait(false);
        foreach (var claim in claims)
        {
            await Removal.ApproveAsync(context, Removal.ClaimResource, claim, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<RawObject?> FindAsync(GroupVersionKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await context.FindAsync(kind, key, cancellationToken).ConfigureAwait(false);
        }
        catch (KindNotServedException) when (kind == CustomerPlanner.ConnectionPoolKind)
        {
            return null; // Another operator's kind, which is not installed.
        }
    }

    private bool IsOurs(RawObject found) =>
        found.Labels.TryGetValue(Group.CustomerLabel, out var owner) && owner == customer.Metadata.Name;

    /// <summary>What holds up an object that is being deleted, in its own words.</summary>
    private static string Detail(RawObject found)
    {
        var conditions = (found.ToMap().At("status", "conditions") as Ahoi.Api.Json.JsonList)?.Maps ?? [];
        var ready = conditions.FirstOrDefault(c => c.Text("type") == Condition.Ready && c.Text("status") != "True");
        return found.IsBeingDeleted && ready?.Text("message") is { Length: > 0 } message ? $": {message.TrimEnd('.')}" : "";
    }

    private Finalization Blocked(string wave, string reason, string message, Database? database = null)
    {
        var description = Description.KeepingChildren();
        if (database is not null)
        {
            description.Add(new Child(database) { Owned = false, Adoption = AdoptionRule.Never });
        }

        return Finalization.Wait(description
            .WithStatus(new CustomerStatus { Phase = "Terminating", Namespace = CustomerPlanner.NamespaceOf(customer) })
            .WithCondition(Condition.Ready, false, "Terminating", message)
            .WithCondition("DeletionBlocked", true, reason, $"{message} (wave: {wave})")
            .LookAgainAfter(LookAgain));
    }
}
