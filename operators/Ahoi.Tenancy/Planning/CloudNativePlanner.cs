using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides on the <c>Cluster</c> that the CloudNativePG operator makes a database of
/// (https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/).</summary>
internal static class CloudNativePlanner
{
    public const string ClusterLabel = "cnpg.io/cluster";

    // The annotation that asks for it, and the condition that tells of it
    // (https://cloudnative-pg.io/documentation/current/declarative_hibernation/).
    private const string Hibernation = "cnpg.io/hibernation";

    public static readonly GroupVersionKind Cluster = new("postgresql.cnpg.io", "v1", "Cluster");

    /// <summary>The Service by which the server that takes writes is reached.</summary>
    public static string Host(Database database) => $"{DatabaseNames.Server(database)}-rw.{database.Metadata.Namespace}.svc";

    /// <summary>Whether the cluster is as it should be. One of which nothing is said yet is not.</summary>
    public static Readiness ReadinessOf(JsonMap cluster, bool running) => (running, IsTrue(cluster, running ? Condition.Ready : Hibernation)) switch
    {
        (_, true) => Readiness.Ready,
        (true, _) => Readiness.Waiting((cluster.At("status", "phase") as string)?.TrimEnd('.') ?? "CloudNativePG has not answered yet"),
        _ => Readiness.Waiting("it is being hibernated"),
    };

    public static JsonMap Describe(Database database, bool running)
    {
        var storage = new JsonMap { ["size"] = StorageSize.Parse(database.Spec.Storage).Quantity };
        if (database.Spec.StorageClassName is { } storageClass)
        {
            storage["storageClass"] = storageClass;
        }

        var labels = new JsonMap();
        foreach (var (name, value) in DatabaseNames.DataLabels(database))
        {
            labels[name] = value;
        }

        return new()
        {
            ["apiVersion"] = Cluster.ApiVersion,
            ["kind"] = Cluster.Kind,
            ["metadata"] = new JsonMap
            {
                ["name"] = DatabaseNames.Server(database),
                ["namespace"] = database.Metadata.Namespace,
                // Hibernated, its volumes stay and nothing runs.
                ["annotations"] = new JsonMap { [Hibernation] = running ? "off" : "on" },
            },
            ["spec"] = new JsonMap
            {
                ["instances"] = (long)database.Spec.Instances,
                ["storage"] = storage,
                ["inheritedMetadata"] = new JsonMap { ["labels"] = labels },
                ["postgresql"] = new JsonMap
                {
                    ["parameters"] = new JsonMap { ["max_connections"] = database.Spec.MaxConnections.ToString(CultureInfo.InvariantCulture) },
                },
                ["bootstrap"] = new JsonMap
                {
                    ["initdb"] = new JsonMap
                    {
                        ["database"] = DatabaseNames.Owner,
                        ["owner"] = DatabaseNames.Owner,
                        ["secret"] = new JsonMap { ["name"] = DatabaseNames.Secret(database.Metadata.Name!) },
                    },
                },
            },
        };
    }

    private static bool IsTrue(JsonMap cluster, string condition) =>
        (cluster.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == condition && c.Text("status") == "True") == true;
}
