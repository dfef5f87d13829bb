using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides what one customer has. Pure: the same Customer gives the same objects.</summary>
internal static class CustomerPlanner
{
    /// <summary>The kind of connection pools, which another operator keeps.</summary>
    public static readonly GroupVersionKind ConnectionPoolKind = new(Group.Name, Group.Version, "ConnectionPool");

    public static string NamespaceOf(Customer customer) => customer.Spec.Namespace?.Name ?? $"cust-{customer.Metadata.Name}";

    public static V1Namespace Namespace(Customer customer) => new()
    {
        Metadata = new V1ObjectMeta { Name = NamespaceOf(customer), Labels = DataLabels(customer) },
    };

    /// <summary>Makes the customer's Database: running where the feature is on, stopped where it is off and there are data to keep.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="existing">The Database as it is, or <see langword="null"/>.</param>
    /// <param name="options">What holds for all customers.</param>
    /// <returns>The Database, or <see langword="null"/> where the customer has none.</returns>
    public static Database? Database(Customer customer, Database? existing, TenancyOptions options)
    {
        var feature = customer.Spec.Features.Database;
        if (feature is not { Enabled: true } && existing is null)
        {
            return null;
        }

        // What was decided when the Database was made stays, whatever the operator's administrator decides later.
        var provider = existing?.Spec.Provider ?? options.DatabaseProvider;
        return new Database
        {
            Metadata = Metadata(customer, data: true),
            Spec = new DatabaseSpec
            {
                CustomerRef = Reference(customer),
                Provider = provider,
                ServerName = existing is not null ? existing.Spec.ServerName : provider == DatabaseProvider.Server ? options.ServerName : null,
                Storage = feature?.Storage ?? existing!.Spec.Storage, // Either the feature is on, which requires it, or the Database exists.
                StorageClassName = feature?.StorageClassName,
                Instances = feature?.Instances ?? 1,
                MaxConnections = feature?.MaxConnections ?? 100,
                Stopped = feature is not { Enabled: true } || customer.Spec.Suspended,
                Deletion = LosesDatabase(customer) ? customer.Spec.Deletion with { Policy = DeletionPolicy.Delete } : customer.Spec.Deletion,
            },
        };
    }

    /// <summary>Whether the database was switched off in a way that destroys its data.</summary>
    public static bool LosesDatabase(Customer customer) =>
        customer.Spec.Features.Database is { Enabled: false, OnDisable: DeletionPolicy.Delete } feature && feature.ConfirmDataLoss == customer.Metadata.Name;

    public static bool HasPool(Customer customer) =>
        customer.Spec.Features is { ConnectionPool.Enabled: true, Database.Enabled: true } && !customer.Spec.Suspended;

    /// <summary>Makes the customer's connection pool.</summary>
    public static JsonMap ConnectionPool(Customer customer)
    {
        var metadata = new JsonMap { ["name"] = customer.Metadata.Name, ["namespace"] = NamespaceOf(customer) };
        foreach (var (name, value) in DataLabels(customer))
        {
            metadata.EnsureMap("labels")[name] = value;
        }

        metadata.EnsureMap("annotations")[Group.GenerationAnnotation] = Generation(customer);
        return new()
        {
            ["apiVersion"] = ConnectionPoolKind.ApiVersion,
            ["kind"] = ConnectionPoolKind.Kind,
            ["metadata"] = metadata,
            ["spec"] = new JsonMap
            {
                ["databaseRef"] = new JsonMap { ["name"] = customer.Metadata.Name },
                ["replicas"] = (long)customer.Spec.Features.ConnectionPool!.Replicas,
            },
        };
    }

    /// <summary>Makes the customer's Scheduler, or <see langword="null"/> where the feature is off.</summary>
    public static Scheduler? Scheduler(Customer customer) => customer.Spec.Features.Scheduler is not { Enabled: true } feature ? null : new Scheduler
    {
        Metadata = Metadata(customer),
        Spec = new SchedulerSpec
        {
            CustomerRef = Reference(customer),
            Workers = customer.Spec.Suspended ? 0 : feature.Workers,
            DatabaseSecret = DatabaseSecret(customer),
            Removal = feature.OnDisable,
        },
    };

    /// <summary>Makes the customer's Webhooks, or <see langword="null"/> where the feature is off.</summary>
    public static Webhooks? Webhooks(Customer customer) => customer.Spec.Features.Webhooks is not { Enabled: true } feature ? null : new Webhooks
    {
        Metadata = Metadata(customer),
        Spec = new WebhooksSpec
        {
            CustomerRef = Reference(customer),
            Replicas = customer.Spec.Suspended ? 0 : feature.Replicas,
            DatabaseSecret = DatabaseSecret(customer),
        },
    };

    /// <summary>A child counts as ready only for the generation of the Customer it was written for, so that an old Ready never answers for a new spec.</summary>
    public static Func<JsonMap, Readiness> ReadyFor(Customer customer)
    {
        var generation = Generation(customer);
        return live => live.At("metadata", "annotations", Group.GenerationAnnotation) as string == generation
            ? live.At("status", "conditions") is null ? Readiness.Waiting("its controller has not answered yet") : Readiness.Of(live)
            : Readiness.Waiting("it does not have the last change yet");
    }

    public static Dictionary<string, string> Labels(Customer customer) => new() { [Group.CustomerLabel] = customer.Metadata.Name! };

    private static Dictionary<string, string> DataLabels(Customer customer) => new()
    {
        [Group.CustomerLabel] = customer.Metadata.Name!,
        [Group.CustomerUidLabel] = customer.Metadata.Uid!,
    };

    /// <summary>The Secret by which the customer's programs reach the database: the pool's, where there is one.</summary>
    private static string? DatabaseSecret(Customer customer) => customer.Spec.Features switch
    {
        { Database.Enabled: true, ConnectionPool.Enabled: true } => $"{customer.Metadata.Name}-pool",
        { Database.Enabled: true } => DatabaseNames.Secret(customer.Metadata.Name!),
        _ => null,
    };

    private static ObjectMeta Metadata(Customer customer, bool data = false) => new()
    {
        Name = customer.Metadata.Name,
        Namespace = NamespaceOf(customer),
        Labels = data ? DataLabels(customer) : Labels(customer),
        Annotations = new Dictionary<string, string> { [Group.GenerationAnnotation] = Generation(customer) },
    };

    private static CustomerReference Reference(Customer customer) => new() { Name = customer.Metadata.Name!, Uid = customer.Metadata.Uid! };

    private static string Generation(Customer customer) => (customer.Metadata.Generation ?? 0).ToString(CultureInfo.InvariantCulture);
}
