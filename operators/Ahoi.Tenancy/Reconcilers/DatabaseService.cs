using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Who runs the server of one Database, during one reconcile.</summary>
internal abstract class DatabaseService(Database database, ReconcileContext context, TenancyOptions options)
{
    protected Database Database { get; } = database;

    protected ReconcileContext Context { get; } = context;

    protected TenancyOptions Options { get; } = options;

    protected DateTimeOffset Now { get; } = context.Time.GetUtcNow();

    /// <summary>What asks for the password in use.</summary>
    protected string Token => Database.Metadata.Annotations?.GetValueOrDefault(Group.RotateAnnotation) ?? "";

    /// <summary>Describes what makes up the database.</summary>
    public abstract ValueTask<Description> DescribeAsync(bool running, CancellationToken cancellationToken);

    /// <summary>Destroys data that are nowhere in the cluster's objects, or locks them away.</summary>
    /// <returns>What to wait for, or <see langword="null"/> when it is done.</returns>
    public virtual ValueTask<Description?> RemoveAsync(bool destroy, CancellationToken cancellationToken) => new((Description?)null);

    /// <summary>Whether a claim has data of this database.</summary>
    public virtual bool HoldsData(RawObject claim) => DatabaseNames.Selector(Database).All(l => claim.Labels.TryGetValue(l.Key, out var value) && value == l.Value);

    /// <summary>The status that stays while there is nothing new to say.</summary>
    protected DatabaseStatus PresentStatus() => (Database.Status ?? new()) with { RequestedBytes = StorageSize.Parse(Database.Spec.Storage).Bytes };

    protected async ValueTask<(DatabaseLogins Logins, bool AreKept)> LoginsAsync(CancellationToken cancellationToken)
    {
        var secret = await Context.FindAsync<V1Secret>(DatabaseNames.LoginsSecret(Database), cancellationToken).ConfigureAwait(false);
        return secret is null ? (DatabaseLogins.Create(Token), false) : (DatabaseLogins.Read(secret, Token), true);
    }

    /// <summary>The Secret with the roles. The first is made and not written over: who comes second takes what is there.</summary>
    protected Child LoginsSecret(DatabaseLogins logins, bool areKept) =>
        Kept(DatabasePlanner.Secret(Database, DatabaseNames.LoginsSecret(Database), logins.ToData()), areKept);

    protected static Child Kept(V1Secret secret, bool isKept) => new(secret) { CreateOnly = !isKept, Adoption = AdoptionRule.Never };

    protected static bool IsComplete(V1Job? job) => job?.Status?.Conditions?.Any(c => c.Type == "Complete" && c.Status == "True") == true;

    protected static bool HasFailed(V1Job? job) => job?.Status?.Conditions?.Any(c => c.Type == "Failed" && c.Status == "True") == true;
}
