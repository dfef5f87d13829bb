using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>A database in a server that is shared with others.</summary>
internal sealed class ServerDatabase(Database database, ReconcileContext context, TenancyOptions options) : DatabaseService(database, context, options)
{
    public override bool HoldsData(RawObject claim) => false;

    public override async ValueTask<Description> DescribeAsync(bool running, CancellationToken cancellationToken)
    {
        if (Find() is not { } server)
        {
            return Unknown();
        }

        var (present, areKept) = await LoginsAsync(cancellationToken).ConfigureAwait(false);
        if (!areKept)
        {
            return Description.KeepingChildren()
                .Add(LoginsSecret(present, areKept: false))
                .WithStatus(PresentStatus())
                .WithCondition(Condition.Ready, false, "Creating", "The credentials are being made.");
        }

        var provision = ServerDatabasePlanner.Provision(Database, server, Options, present);
        var job = await Context.FindAsync<V1Job>(provision.Metadata.Name, cancellationToken, server.SecretNamespace).ConfigureAwait(false);
        var logins = present.Next(Token, IsComplete(job), Options.FormerPasswordLifetime, Now);
        var name = ServerDatabasePlanner.NameOf(Database);
        var description = new Description()
            .Add(LoginsSecret(logins, areKept: true))
            .Then("roles")
            // An owner in another namespace is not possible: the job goes by its age.
            .Add(new Child(Aging(ServerDatabasePlanner.Provision(Database, server, Options, logins))) { Owned = false, Adoption = AdoptionRule.Never })
            .Then("applications")
            .Add(DatabasePlanner.ApplicationSecret(Database, server.Host, server.Port, name, DatabaseLogins.NameIn(logins.Active, name), logins.Password));
        if (logins.RetireAt is { } retire)
        {
            description.LookAgainAfter(retire > Now ? retire - Now : TimeSpan.FromMilliseconds(1));
        }

        if (!running)
        {
            description.WithCondition("Stopped", false, "SharedServer", "The server is shared with others and goes on running.");
        }

        return description.WithStatus(PresentStatus() with
        {
            SecretName = DatabaseNames.Secret(Database.Metadata.Name!),
            Host = server.Host,
            Port = server.Port,
            Database = name,
        });
    }

    public override async ValueTask<Description?> RemoveAsync(bool destroy, CancellationToken cancellationToken)
    {
        if (Find() is not { } server)
        {
            return Unknown();
        }

        var wanted = ServerDatabasePlanner.Remove(Database, server, Options, destroy);
        var job = await Context.FindAsync<V1Job>(wanted.Metadata.Name, cancellationToken, server.SecretNamespace).ConfigureAwait(false);
        if (IsComplete(job))
        {
            return null;
        }

        return Description.KeepingChildren()
            .Add(new Child(Aging(wanted)) { Owned = false, Adoption = AdoptionRule.Never })
            .WithStatus(PresentStatus())
            .WithCondition(Condition.Ready, false, "Removing", destroy ? "The database is being dropped." : "The database's roles are being locked.");
    }

    private ExistingServer? Find() => Database.Spec.ServerName is { } name && Options.Servers.TryGetValue(name, out var server) ? server : null;

    private Description Unknown() => Description.KeepingChildren()
        .WithStatus(PresentStatus())
        .WithCondition(
            Condition.Ready, false, "UnknownServer", $"The operator knows no server '{Database.Spec.ServerName}'; its administrator has to add it, or spec.serverName has to name another.");

    private static V1Job Aging(V1Job job)
    {
        job.Spec.TtlSecondsAfterFinished = 7 * 24 * 3600;
        return job;
    }
}
