using Ahoi.Framework.Controllers;
using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>What a Customer's status and conditions say of what became of its children.</summary>
internal static class CustomerSummary
{
    private const string Disabled = "Disabled";

    public static CustomerStatus Status(Customer customer, Outcome outcome) => new()
    {
        Phase = outcome.AnyFailed ? "Degraded" : outcome.AllReady ? "Ready" : "Provisioning",
        Namespace = CustomerPlanner.NamespaceOf(customer),
        Features =
        [
            Feature("database", nameof(Database), customer.Spec.Features.Database?.Enabled == true, "Retained", outcome),
            Feature("scheduler", nameof(Scheduler), customer.Spec.Features.Scheduler?.Enabled == true, "Off", outcome),
            Feature("webhooks", "Webhooks", on: false, "Off", outcome),
        ],
    };

    /// <summary>Makes the conditions of the parts. One that is switched off is true, so that Ready can be an AND of all.</summary>
    public static IEnumerable<Condition> Conditions(Customer customer, Outcome outcome) =>
    [
        Part("NamespaceReady", "Namespace", on: true, outcome),
        Part("DatabaseReady", nameof(Database), customer.Spec.Features.Database?.Enabled == true, outcome),
        Part("SchedulerReady", nameof(Scheduler), customer.Spec.Features.Scheduler?.Enabled == true, outcome),
        Part("WebhooksReady", "Webhooks", on: false, outcome),
    ];

    private static FeatureStatus Feature(string name, string kind, bool on, string offWithChild, Outcome outcome)
    {
        var child = Find(kind, outcome);
        return new FeatureStatus
        {
            Name = name,
            State = on ? "On" : child is null ? "Off" : offWithChild,
            Ready = child is null ? !on : child.State == ChildState.Ready,
            Message = child is { State: not ChildState.Ready, Message.Length: > 0 } ? child.Message : null,
        };
    }

    private static Condition Part(string type, string kind, bool on, Outcome outcome) => Find(kind, outcome) switch
    {
        null => new(type, "True", Disabled, ""),
        { State: ChildState.Ready } => new(type, "True", on ? "Ready" : Disabled, ""),
        { State: var state } child => new(type, "False", state.ToString(), child.Message),
    };

    private static ChildOutcome? Find(string kind, Outcome outcome) => outcome.Children.FirstOrDefault(c => c.Kind.Kind == kind);
}
