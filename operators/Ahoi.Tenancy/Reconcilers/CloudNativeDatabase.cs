using System.Text;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Informers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>A database that the CloudNativePG operator runs.</summary>
internal sealed class CloudNativeDatabase(Database database, ReconcileContext context, TenancyOptions options) : DatabaseService(database, context, options)
{
    private static readonly TimeSpan LookForKind = TimeSpan.FromMinutes(1);

    public override bool HoldsData(RawObject claim) =>
        claim.Labels.TryGetValue(CloudNativePlanner.ClusterLabel, out var cluster) && cluster == DatabaseNames.Server(Database);

    public override async ValueTask<Description> DescribeAsync(bool running, CancellationToken cancellationToken)
    {
        try
        {
            await Context.FindAsync(CloudNativePlanner.Cluster, new ObjectKey(Database.Metadata.Namespace, DatabaseNames.Server(Database)), cancellationToken).ConfigureAwait(false);
        }
        catch (KindNotServedException)
        {
            return Description.KeepingChildren()
                .WithStatus(PresentStatus())
                .WithCondition(Condition.Ready, false, "NoProvider", "The cluster has no postgresql.cnpg.io/v1 Cluster: install CloudNativePG, or use another provider.")
                .LookAgainAfter(LookForKind);
        }

        // CloudNativePG takes the password from here, and follows when it changes.
        var existing = await Context.FindAsync<V1Secret>(DatabaseNames.Secret(Database.Metadata.Name!), cancellationToken).ConfigureAwait(false);
        var password = existing?.Data is { } data && data.TryGetValue("password", out var bytes) && bytes.Length > 0 && existing.Metadata.Annotations?.TryGetValue(Group.RotateAnnotation, out var token) == true && token == Token
            ? Encoding.UTF8.GetString(bytes)
            : DatabaseLogin.RandomText();
        var secret = DatabasePlanner.ApplicationSecret(Database, CloudNativePlanner.Host(Database), DatabaseNames.Port, DatabaseNames.Owner, DatabaseNames.Owner, password);
        secret.Type = "kubernetes.io/basic-auth";
        secret.Metadata.Annotations = new Dictionary<string, string> { [Group.RotateAnnotation] = Token };
        secret.Metadata.Labels["cnpg.io/reload"] = "true";
        return new Description()
            .Add(Kept(secret, isKept: existing is not null))
            .Then("cluster")
            .Add(new Child(CloudNativePlanner.Describe(Database, running))
            {
                Adoption = AdoptionRule.Never,
                Ready = live => CloudNativePlanner.ReadinessOf(live, running),
            })
            .WithStatus(outcome => PresentStatus() with
            {
                SecretName = DatabaseNames.Secret(Database.Metadata.Name!),
                Host = CloudNativePlanner.Host(Database),
                Port = DatabaseNames.Port,
                Database = DatabaseNames.Owner,
                MaxConnections = Database.Spec.MaxConnections,
                ReservedSlots = ServerFiles.ReservedSlots,
            });
    }
}
