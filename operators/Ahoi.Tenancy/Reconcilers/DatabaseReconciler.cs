using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Microsoft.Extensions.Options;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Keeps what makes up each Database, as its provider does it.</summary>
internal sealed class DatabaseReconciler(IOptions<TenancyOptions> options) : IReconciler<Database>, IFinalizer<Database>
{
    public async ValueTask<Description> ReconcileAsync(Database resource, ReconcileContext context, CancellationToken cancellationToken) =>
        (await Provider(resource, context).DescribeAsync(!resource.Spec.Stopped, cancellationToken).ConfigureAwait(false))
            .WithEventsOf(Condition.Ready, "NoProvider", "UnknownServer")
            .WithEventsOf("StorageResizeBlocked", "ClassCannotExpand");

    public ValueTask<Finalization> FinalizeAsync(Database resource, ReconcileContext context, CancellationToken cancellationToken) =>
        new DatabaseRemoval(resource, context, options.Value, Provider(resource, context)).RunAsync(cancellationToken);

    private DatabaseService Provider(Database database, ReconcileContext context) => database.Spec.Provider switch
    {
        DatabaseProvider.Server => new ServerDatabase(database, context, options.Value),
        DatabaseProvider.CloudNativePG => new CloudNativeDatabase(database, context, options.Value),
        _ => new DedicatedDatabase(database, context, options.Value),
    };
}
