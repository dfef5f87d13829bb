using System.Text;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>A database with a server of its own: credentials and certificates first, then the server, then what is in it.</summary>
internal sealed class DedicatedDatabase(Database database, ReconcileContext context, TenancyOptions options) : DatabaseService(database, context, options)
{
    public override async ValueTask<Description> DescribeAsync(bool running, CancellationToken cancellationToken)
    {
        var authority = await Context.FindAsync<V1Secret>(DatabaseNames.AuthoritySecret(Database), cancellationToken).ConfigureAwait(false);
        var (present, areKept) = await LoginsAsync(cancellationToken).ConfigureAwait(false);
        if (authority is null || !areKept)
        {
            // What is random is written down before anything is made from it.
            return Description.KeepingChildren()
                .Add(Kept(DatabasePlanner.Secret(Database, DatabaseNames.AuthoritySecret(Database), authority?.Data ?? DatabaseCertificates.Authority(Database, Now), "kubernetes.io/tls"), isKept: false))
                .Add(Kept(AdminSecret(), isKept: false))
                .Add(LoginsSecret(present, areKept: false))
                .WithStatus(PresentStatus())
                .WithCondition(Condition.Ready, false, "Creating", "The credentials are being made.");
        }

        var job = await Context.FindAsync<V1Job>(ProvisioningPlanner.JobName(Database, Options, present), cancellationToken).ConfigureAwait(false);
        var logins = present.Next(Token, IsComplete(job), Options.FormerPasswordLifetime, Now);
        var serverTls = DatabaseCertificates.Server(Database, authority, await Context.FindAsync<V1Secret>(DatabaseNames.ServerCertificateSecret(Database), cancellationToken).ConfigureAwait(false), Now);
        var poolTls = DatabaseCertificates.Pool(authority, await Context.FindAsync<V1Secret>(DatabaseNames.PoolSecret(Database), cancellationToken).ConfigureAwait(false), Now);
        var certificates = Fingerprint.Of(serverTls);
        var step = await MaintenanceAsync(certificates, running, cancellationToken).ConfigureAwait(false);
        var (claim, blocked) = await ClaimAsync(cancellationToken).ConfigureAwait(false);

        // While the server has to stay as it is, it is left out: nothing that fell out of the description is deleted then.
        var description = (step.MayChange ? new Description() : Description.KeepingChildren())
            .Add(Kept(DatabasePlanner.Secret(Database, DatabaseNames.AuthoritySecret(Database), authority.Data, "kubernetes.io/tls"), isKept: true))
            .Add(Kept(AdminSecret(), isKept: false))
            .Add(LoginsSecret(logins, areKept))
            .Add(DatabasePlanner.Secret(Database, DatabaseNames.ServerCertificateSecret(Database), serverTls, "kubernetes.io/tls"))
            .Add(DatabasePlanner.Secret(Database, DatabaseNames.PoolSecret(Database), poolTls, "kubernetes.io/tls"))
            .Then("server")
            .Add(ServerFiles.ConfigMap(Database))
            .Add(DatabasePlanner.Service(Database))
            .Add(new Child(claim) { Owned = false, Adoption = AdoptionRule.Never, Ready = _ => Readiness.Ready });
        if (step.MayChange)
        {
            description.Add(DatabasePlanner.StatefulSet(Database, Options, running, certificates));
        }

        description.Then("roles");
        if (running || job is not null)
        {
            description.Add(ProvisioningPlanner.Job(Database, Options, logins));
        }

        // Who waits for the credentials waits for a server that knows them.
        description
            .Then("applications")
            .Add(DatabasePlanner.ApplicationSecret(Database, DatabaseNames.Host(Database), DatabaseNames.Port, DatabaseNames.Owner, logins.Active, logins.Password));
        if (logins.RetireAt is { } retire)
        {
            description.LookAgainAfter(After(retire));
        }

        if (step.Status?.RetryAt is { } retry)
        {
            description.LookAgainAfter(After(retry));
        }

        if (blocked is not null)
        {
            description.WithCondition("StorageResizeBlocked", true, "ClassCannotExpand", blocked);
        }

        if (step.Status is { } work)
        {
            description.WithCondition("Maintenance", true, work.Phase, MessageOf(work));
        }

        return description.WithStatus(outcome => PresentStatus() with
        {
            SecretName = DatabaseNames.Secret(Database.Metadata.Name!),
            Host = DatabaseNames.Host(Database),
            Port = DatabaseNames.Port,
            Database = DatabaseNames.Owner,
            MaxConnections = step is { MayChange: true, Status: null } ? Database.Spec.MaxConnections : FewerConnections(),
            ReservedSlots = ServerFiles.ReservedSlots,
            PoolSecretName = DatabaseNames.PoolSecret(Database),
            Maintenance = step.Status,
            ProvisionedBytes = Volumes.Bytes(outcome.Live<V1PersistentVolumeClaim>(DatabaseNames.DataClaim(Database))?.Status?.Capacity),
        });
    }

    /// <summary>While the server is about to change, who shares it out keeps to the smaller number.</summary>
    private int FewerConnections() => Math.Min(Database.Spec.MaxConnections, Database.Status?.MaxConnections ?? Database.Spec.MaxConnections);

    private V1Secret AdminSecret() => DatabasePlanner.Secret(
        Database, DatabaseNames.AdminSecret(Database), new Dictionary<string, byte[]> { ["password"] = Encoding.ASCII.GetBytes(DatabaseLogin.RandomText()) });

    private TimeSpan After(DateTimeOffset time) => time > Now ? time - Now : TimeSpan.FromMilliseconds(1);

    private static string MessageOf(MaintenanceStatus work) => work.Phase switch
    {
        MaintenancePlanner.Requested => "The server has to be restarted; waiting until its connection pools are paused.",
        MaintenancePlanner.Running => "The server is being restarted.",
        _ => "A connection pool could not be paused in time: the restart is tried again later.",
    };

    private async ValueTask<MaintenanceStep> MaintenanceAsync(string certificates, bool running, CancellationToken cancellationToken)
    {
        var live = await Context.FindAsync<V1StatefulSet>(DatabaseNames.Server(Database), cancellationToken).ConfigureAwait(false);
        if (live is null || !running)
        {
            return new(null, true);
        }

        var settled = live.Status is { } status && live.Spec.Replicas > 0 && status.ObservedGeneration >= live.Metadata.Generation
            && status.ReadyReplicas >= live.Spec.Replicas && status.UpdatedReplicas >= live.Spec.Replicas && status.CurrentRevision == status.UpdateRevision;
        var fingerprint = live.Metadata.Annotations?.TryGetValue(DatabasePlanner.ServerAnnotation, out var written) == true ? written : null;
        return MaintenancePlanner.Next(
            Database.Status?.Maintenance,
            DatabasePlanner.ServerFingerprint(Database, Options, certificates),
            new ServerState(fingerprint, settled),
            await PoolsAsync(cancellationToken).ConfigureAwait(false),
            Now);
    }

    private async ValueTask<IReadOnlyList<PoolAnswer>> PoolsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pools = await Context.ListAsync(CustomerPlanner.ConnectionPoolKind, cancellationToken, Database.Metadata.Namespace, p => !p.IsBeingDeleted).ConfigureAwait(false);
            return
            [
                .. pools.Select(p => (p.Key.Name, Map: p.ToMap()))
                    .Where(p => p.Map.At("spec", "databaseRef", "name") as string == Database.Metadata.Name)
                    .Select(p => new PoolAnswer(p.Name, p.Map.At("status", "pausedFor") as string, p.Map.At("status", "pauseFailedFor") as string)),
            ];
        }
        catch (KindNotServedException)
        {
            return []; // Another operator's kind, which is not installed.
        }
    }

    /// <summary>The claim as large as it may be: what is there never shrinks, and grows where its class can.</summary>
    private async ValueTask<(V1PersistentVolumeClaim Claim, string? Blocked)> ClaimAsync(CancellationToken cancellationToken)
    {
        var wanted = StorageSize.Parse(Database.Spec.Storage);
        var existing = await Context.FindAsync<V1PersistentVolumeClaim>(DatabaseNames.DataClaim(Database), cancellationToken).ConfigureAwait(false);
        var present = Volumes.Bytes(existing?.Spec?.Resources?.Requests);
        if (existing is null || present == wanted.Bytes)
        {
            return (DatabasePlanner.DataClaim(Database, wanted.Quantity), null);
        }

        var kept = existing.Spec.Resources.Requests["storage"].ToString();
        if (present > wanted.Bytes)
        {
            return (DatabasePlanner.DataClaim(Database, kept), null);
        }

        var className = existing.Spec.StorageClassName;
        var storageClass = className is null ? null : await Context.FindAsync<V1StorageClass>(className, cancellationToken).ConfigureAwait(false);
        return storageClass?.AllowVolumeExpansion == true
            ? (DatabasePlanner.DataClaim(Database, wanted.Quantity), null)
            : (DatabasePlanner.DataClaim(Database, kept),
                $"The volume has {kept} and should have {wanted.Quantity}, but its storage class {className ?? "(none)"} does not allow expansion; set allowVolumeExpansion: true there, or move the data.");
    }
}
