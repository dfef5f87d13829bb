using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>
/// Keeps a Namespace, a Database and a Scheduler for each Customer, and sums up what their controllers say. Namespace and
/// Database have no owner reference: garbage collection would delete data past every order.
/// </summary>
internal sealed class CustomerReconciler : IReconciler<Customer>, IFinalizer<Customer>
{
    public async ValueTask<Description> ReconcileAsync(Customer resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var @namespace = CustomerPlanner.NamespaceOf(resource);
        var existing = await context.FindAsync<Database>(resource.Metadata.Name!, cancellationToken, @namespace).ConfigureAwait(false);
        var database = CustomerPlanner.Database(resource, existing);
        var scheduler = CustomerPlanner.Scheduler(resource);
        var ready = CustomerPlanner.ReadyFor(resource);

        var description = new Description()
            .Add(new Child(CustomerPlanner.Namespace(resource)) { Owned = false, Adoption = AdoptionRule.Never })
            .Then("features");
        if (database is not null)
        {
            description.Add(new Child(database) { Owned = false, Adoption = AdoptionRule.Never, Ready = ready });
        }

        if (scheduler is not null)
        {
            description.Add(new Child(scheduler) { Adoption = AdoptionRule.Never, Ready = ready });
        }

        return description
            .WithStatus(outcome => CustomerSummary.Status(resource, outcome))
            .WithConditions(outcome => CustomerSummary.Conditions(resource, outcome));
    }

    public async ValueTask<Finalization> FinalizeAsync(Customer resource, ReconcileContext context, CancellationToken cancellationToken) =>
        await new CustomerDeletionWaves(resource, context).RunAsync(cancellationToken).ConfigureAwait(false);
}
