using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>What a Customer's status and conditions say of what became of its children.</summary>
internal static class CustomerSummary
{
    /// <summary>After how long a child that nobody looks at has no controller.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    /// <summary>The condition of the namespace, and what it says where that is somebody else's.</summary>
    public const string NamespaceReady = nameof(NamespaceReady);

    /// <inheritdoc cref="NamespaceReady"/>
    public const string NotOwned = nameof(NotOwned);

    private const string Disabled = "Disabled";
    private const string ResizeBlocked = "StorageResizeBlocked";

    public static CustomerStatus Status(Customer customer, CustomerFacts facts, Outcome outcome) => new()
    {
        Phase = outcome.AnyFailed ? "Degraded" : !outcome.AllReady || facts.IsDraining ? "Provisioning" : customer.Spec.Suspended ? "Suspended" : "Ready",
        Namespace = CustomerPlanner.NamespaceOf(customer),
        Storage = facts.Database?.Status is { RequestedBytes: > 0 } status
            ? new StorageStatus { RequestedBytes = status.RequestedBytes, ProvisionedBytes = status.ProvisionedBytes }
            : null,
        Features = [.. Features(customer, facts).Select(f => State(f, outcome))],
        Retained = facts.Retained.Count > 0 ? facts.Retained : null,
    };

    /// <summary>Makes the conditions of the parts. One that is switched off is true, so that Ready can be an AND of all.</summary>
    public static IEnumerable<Condition> Conditions(Customer customer, CustomerFacts facts, Outcome outcome)
    {
        yield return Namespace(customer, facts, outcome);
        foreach (var feature in Features(customer, facts))
        {
            yield return Part(feature, facts.Now, outcome);
        }

        if (Find(nameof(Database), outcome)?.Live is { } database
            && (database.ToMap().At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == ResizeBlocked && c.Text("status") == "True") is { } blocked)
        {
            yield return new(ResizeBlocked, "True", blocked.Text("reason") ?? "Blocked", blocked.Text("message") ?? "");
        }

        yield return customer.Spec.Suspended
            ? new("Suspended", "True", "Suspended", "Nothing of the customer runs; its data stay.")
            : new("Suspended", "False", "Active", "");
        if (facts.IsDraining)
        {
            yield return new(Condition.Ready, "False", "Draining", "Workers finish their jobs before the scheduler is gone.");
        }
    }

    private static Condition Namespace(Customer customer, CustomerFacts facts, Outcome outcome)
    {
        var name = CustomerPlanner.NamespaceOf(customer);
        return Find(nameof(Namespace), outcome) is { IsRefused: true } child
            ? new(
                NamespaceReady, "False", NotOwned,
                $"Namespace {name}: {child.Message}. Name another in spec.namespace.name of a new Customer; one that is nobody's can be handed over: "
                + $"kubectl annotate namespace {name} {Group.CustomerUidLabel}={customer.Metadata.Uid}")
            : Part(new("namespace", nameof(Namespace), true, "Off", null), facts.Now, outcome);
    }

    private static IEnumerable<Feature> Features(Customer customer, CustomerFacts facts)
    {
        var features = customer.Spec.Features;
        var leaving = facts.Database?.Metadata.DeletionTimestamp is not null;
        yield return new("database", nameof(Database), features.Database?.Enabled == true, leaving ? "Deleting" : facts.Database is null ? "Off" : "Retained", leaving ? "The database is being deleted." : null);
        yield return new("connectionPool", "ConnectionPool", CustomerPlanner.HasPool(customer), "Off", null);
        yield return new("scheduler", nameof(Scheduler), features.Scheduler?.Enabled == true, facts.IsDraining ? "Draining" : "Off", facts.IsDraining ? "Workers finish their jobs." : null);
        yield return new("webhooks", nameof(Webhooks), features.Webhooks?.Enabled == true, "Off", null);
    }

    private static FeatureStatus State(Feature feature, Outcome outcome)
    {
        var child = Find(feature.Kind, outcome);
        return new FeatureStatus
        {
            Name = feature.Name,
            State = feature.IsOn && feature.Leaving is null ? "On" : feature.OffState,
            Ready = feature.Leaving is null && (child is null ? !feature.IsOn : child.State == ChildState.Ready),
            Message = feature.Leaving ?? (child is { State: not ChildState.Ready, Message.Length: > 0 } ? child.Message : null),
            Ref = child?.Live is { } live ? new ObjectReference { Kind = live.Kind, Name = live.Name, Uid = live.Uid } : null,
            ParentGeneration = child?.Live?.Annotations.TryGetValue(Group.GenerationAnnotation, out var text) == true
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : null,
        };
    }

    private static Condition Part(Feature feature, DateTimeOffset now, Outcome outcome)
    {
        var type = $"{char.ToUpperInvariant(feature.Name[0])}{feature.Name[1..]}Ready";
        return (feature.Leaving, Find(feature.Kind, outcome)) switch
        {
            ({ } leaving, _) => new(type, "False", feature.OffState, leaving),
            (_, null) => new(type, feature.IsOn ? "False" : "True", feature.IsOn ? "Waiting" : Disabled, ""),
            (_, { State: ChildState.Ready }) => new(type, "True", feature.IsOn ? "Ready" : Disabled, ""),
            (_, { State: ChildState.Waiting } child) when NobodyAnswers(child, now) => new(type, "Unknown", "NoController", $"No controller has answered for this {feature.Kind}; is its operator running?"),
            (_, { State: var state } child) => new(type, "False", state.ToString(), child.Message),
        };
    }

    /// <summary>Whether a custom resource was never looked at by its controller, and is there for long enough.</summary>
    private static bool NobodyAnswers(ChildOutcome child, DateTimeOffset now) =>
        child.Kind.Group == Group.Name && child.Live is { } live && live.ToMap() is var map && map.At("status", "observedGeneration") is null
        && DateTimeOffset.TryParse(map.At("metadata", "creationTimestamp") as string, CultureInfo.InvariantCulture, out var created)
        && now - created > AnswerLimit;

    private static ChildOutcome? Find(string kind, Outcome outcome) => outcome.Children.FirstOrDefault(c => c.Kind.Kind == kind);

    private sealed record Feature(string Name, string Kind, bool IsOn, string OffState, string? Leaving);
}
