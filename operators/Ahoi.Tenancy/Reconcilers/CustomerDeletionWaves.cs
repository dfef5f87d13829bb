using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Takes a customer down in order: the scheduler, then the database, then the namespace. Each wave waits until its
/// objects are gone. What is not this customer's own is left alone, and data are destroyed only where the Customer says so.
/// </summary>
internal sealed class CustomerDeletionWaves(Customer customer, ReconcileContext context)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private static readonly (string Name, GroupVersionKind Kind, GroupVersionResource Resource)[] Waves =
    [
        ("scheduler", new(Group.Name, Group.Version, nameof(Scheduler)), new(Group.Name, Group.Version, "schedulers")),
        ("database", new(Group.Name, Group.Version, nameof(Database)), new(Group.Name, Group.Version, "databases")),
        ("namespace", new("", "v1", "Namespace"), new("", "v1", "namespaces")),
    ];

    public async ValueTask<Finalization> RunAsync(CancellationToken cancellationToken)
    {
        var @namespace = CustomerPlanner.NamespaceOf(customer);
        foreach (var (wave, kind, resource) in Waves)
        {
            var key = wave == "namespace" ? new ObjectKey(null, @namespace) : new ObjectKey(@namespace, customer.Metadata.Name!);
            var found = await context.FindAsync(kind, key, cancellationToken).ConfigureAwait(false);
            if (found is null || !IsOurs(found))
            {
                continue;
            }

            if (wave == "database" && customer.Spec.Deletion?.Policy != DeletionPolicy.Delete)
            {
                return Blocked(wave, "DataWouldBeLost", "There is a database. Set spec.deletion.policy to Delete to destroy its data, and the deletion goes on.");
            }

            if (!found.IsBeingDeleted)
            {
                await DeleteAsync(resource, found, cancellationToken).ConfigureAwait(false);
            }

            return Blocked(wave, "Waiting", $"Waiting until the {wave} is gone.");
        }

        return Finalization.Done;
    }

    private bool IsOurs(RawObject found) =>
        found.Labels.TryGetValue(Group.CustomerLabel, out var owner) && owner == customer.Metadata.Name;

    private async Task DeleteAsync(GroupVersionResource resource, RawObject found, CancellationToken cancellationToken)
    {
        try
        {
            // The uid makes sure that it is this object, and not one that has taken its name since.
            await context.Client.DeleteAsync(
                resource, found.Key, new DeleteOptions { Uid = found.Uid, PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, or another: the next look at the cache tells.
        }
    }

    private Finalization Blocked(string wave, string reason, string message) => Finalization.Wait(
        Description.KeepingChildren()
            .WithStatus(new CustomerStatus { Phase = "Terminating", Namespace = CustomerPlanner.NamespaceOf(customer) })
            .WithCondition(Condition.Ready, false, "Terminating", message)
            .WithCondition("DeletionBlocked", true, reason, $"{message} (wave: {wave})")
            .LookAgainAfter(LookAgain));
}
