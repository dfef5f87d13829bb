using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>A customer's workflow scheduler: a number of workers.</summary>
[CustomResource(Group.Name, Group.Version, ShortNames = ["sched"])]
[CelRule("size(self.metadata.name) <= 50", Message = "a Scheduler's name has at most 50 characters, because other names are made from it")]
[PrinterColumn("Workers", JsonPath = ".spec.workers", Type = "integer")]
[PrinterColumn("Running", JsonPath = ".status.readyWorkers", Type = "integer")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record Scheduler
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what the scheduler should be.</summary>
    public required SchedulerSpec Spec { get; init; }

    /// <summary>Gets what the scheduler is.</summary>
    public SchedulerStatus? Status { get; init; }
}

/// <summary>What a scheduler should be.</summary>
[CelRule(CustomerReference.StaysRule, Message = CustomerReference.StaysMessage)]
public sealed record SchedulerSpec
{
    /// <summary>Gets the customer it belongs to; a Scheduler can also be used without one.</summary>
    [Immutable]
    public CustomerReference? CustomerRef { get; init; }

    /// <summary>Gets how many workers run.</summary>
    [Range(0, 64)]
    public required int Workers { get; init; }

    /// <summary>Gets the Secret with the database the workers use; without one they get none.</summary>
    [StringLength(253)]
    public string? DatabaseSecret { get; init; }

    /// <summary>Gets what happens to running jobs when the Scheduler is deleted.</summary>
    /// <value>The default is <see cref="WorkerRemoval.Drain"/>.</value>
    [DefaultValue(WorkerRemoval.Drain)]
    public WorkerRemoval Removal { get; init; }
}

/// <summary>What a scheduler is.</summary>
public sealed record SchedulerStatus
{
    /// <summary>Gets how many workers are ready.</summary>
    public long ReadyWorkers { get; init; }

    /// <summary>Gets how many workers were told to stop and finish their jobs.</summary>
    public long DrainingWorkers { get; init; }
}
