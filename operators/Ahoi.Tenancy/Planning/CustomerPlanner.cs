using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides what one customer has. Pure: the same Customer gives the same objects.</summary>
internal static class CustomerPlanner
{
    public static string NamespaceOf(Customer customer) => customer.Spec.Namespace?.Name ?? $"cust-{customer.Metadata.Name}";

    public static V1Namespace Namespace(Customer customer) => new()
    {
        Metadata = new V1ObjectMeta { Name = NamespaceOf(customer), Labels = Labels(customer) },
    };

    /// <summary>Makes the customer's Database: running where the feature is on, stopped where it is off and there are data to keep.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="existing">The Database as it is, or <see langword="null"/>.</param>
    /// <returns>The Database, or <see langword="null"/> where the customer never had one.</returns>
    public static Database? Database(Customer customer, Database? existing)
    {
        var feature = customer.Spec.Features.Database;
        if (feature is not { Enabled: true } && existing is null)
        {
            return null;
        }

        return new Database
        {
            Metadata = Metadata(customer),
            Spec = new DatabaseSpec
            {
                CustomerRef = Reference(customer),
                Storage = feature?.Storage ?? existing!.Spec.Storage, // Either the feature is on, which requires it, or the Database exists.
                StorageClassName = feature?.StorageClassName,
                Stopped = feature is not { Enabled: true },
            },
        };
    }

    /// <summary>Makes the customer's Scheduler, or <see langword="null"/> where the feature is off.</summary>
    public static Scheduler? Scheduler(Customer customer)
    {
        if (customer.Spec.Features.Scheduler is not { Enabled: true } feature)
        {
            return null;
        }

        return new Scheduler
        {
            Metadata = Metadata(customer),
            Spec = new SchedulerSpec
            {
                CustomerRef = Reference(customer),
                Workers = feature.Workers,
                DatabaseSecret = customer.Spec.Features.Database is { Enabled: true } ? DatabasePlanner.SecretName(customer.Metadata.Name!) : null,
            },
        };
    }

    /// <summary>A child counts as ready only for the generation of the Customer it was written for, so that an old Ready never answers for a new spec.</summary>
    public static Func<Ahoi.Api.Json.JsonMap, Readiness> ReadyFor(Customer customer)
    {
        var generation = Generation(customer);
        return live => live.At("metadata", "annotations", Group.GenerationAnnotation) as string == generation
            ? live.At("status", "conditions") is null ? Readiness.Waiting("its controller has not answered yet") : Readiness.Of(live)
            : Readiness.Waiting("it does not have the last change yet");
    }

    private static Ahoi.Api.Objects.ObjectMeta Metadata(Customer customer) => new()
    {
        Name = customer.Metadata.Name,
        Namespace = NamespaceOf(customer),
        Labels = new Dictionary<string, string>(Labels(customer)),
        Annotations = new Dictionary<string, string> { [Group.GenerationAnnotation] = Generation(customer) },
    };

    private static Dictionary<string, string> Labels(Customer customer) => new() { [Group.CustomerLabel] = customer.Metadata.Name! };

    private static CustomerReference Reference(Customer customer) => new() { Name = customer.Metadata.Name!, Uid = customer.Metadata.Uid! };

    private static string Generation(Customer customer) =>
        (customer.Metadata.Generation ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
