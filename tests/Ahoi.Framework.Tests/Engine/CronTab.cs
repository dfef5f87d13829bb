using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;

namespace Ahoi.Framework.Tests.Engine;

[CustomResource("stable.example.com", "v1", ShortNames = ["ct"])]
public sealed record CronTab
{
    public ObjectMeta Metadata { get; init; } = new();

    public required CronTabSpec Spec { get; init; }

    public CronTabStatus? Status { get; init; }
}

[CelRule("self.replicas < 10 || self.image != ''", Message = "many need an image")]
public sealed record CronTabSpec
{
    [PrinterColumn("Schedule")]
    [RegularExpression(@"(\S+ ){4}\S+")]
    public required string CronSpec { get; init; }

    [Description("What runs.")]
    [Immutable]
    public required string Image { get; init; }

    [Range(0, 100)]
    [DefaultValue(1)]
    public int Replicas { get; init; } = 1;
}

public sealed record CronTabStatus(string Job);

/// <summary>Describes what the test says.</summary>
internal sealed class ScriptedReconciler : IReconciler<CronTab>, IFinalizer<CronTab>
{
    public required Func<CronTab, ReconcileContext, Description> Describe { get; set; }

    public Func<CronTab, Finalization> Finish { get; set; } = _ => Finalization.DeleteChildren;

    public int Runs { get; private set; }

    public ValueTask<Description> ReconcileAsync(CronTab resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        Runs++;
        return Describe(resource, context);
    }

    public ValueTask<Finalization> FinalizeAsync(CronTab resource, ReconcileContext context, CancellationToken cancellationToken) => Finish(resource);

    public static JsonMap ConfigMap(string name, string text, string? @namespace = null)
    {
        var metadata = new JsonMap { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        return new() { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = metadata, ["data"] = new JsonMap { ["text"] = text } };
    }
}
