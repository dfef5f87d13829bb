using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Hosting;
using Ahoi.Models;
using k8s.Models;
using Microsoft.Extensions.Hosting;

// docs: host
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddAhoi(o => o.InstallDefinitions = true).AddCronTabs();
await builder.Build().RunAsync();
// docs: end

internal static class CronTabExtensions
{
    public static AhoiBuilder AddCronTabs(this AhoiBuilder ahoi) => ahoi
        .AddCodecs(OfficialModels.Codecs)
        .AddController<CronTab, CronTabReconciler>(o => o.Owns<V1CronJob>());
}

// docs: kind
[CustomResource("stable.example.com", "v1", ShortNames = ["ct"])]
internal sealed record CronTab(ObjectMeta Metadata, CronTabSpec Spec, CronTabStatus? Status = null);

internal sealed record CronTabSpec
{
    [PrinterColumn("Schedule")]
    [RegularExpression(@"(\S+\s+){4}\S+")]
    public required string CronSpec { get; init; }

    public required string Image { get; init; }

    [Range(0, 100), DefaultValue(1), Description("How many pods each run has.")]
    public int Replicas { get; init; } = 1;
}

internal sealed record CronTabStatus(string? CronJob, DateTime? LastRun);
// docs: end

// docs: reconciler
internal sealed class CronTabReconciler : IReconciler<CronTab>
{
    public ValueTask<Description> ReconcileAsync(CronTab cronTab, ReconcileContext context, CancellationToken cancellationToken)
    {
        var (name, spec) = (cronTab.Metadata.Name, cronTab.Spec);
        var pod = new V1PodSpec { RestartPolicy = "OnFailure", Containers = [new() { Name = "job", Image = spec.Image }] };
        var run = new V1JobSpec { Parallelism = spec.Replicas, Template = new() { Spec = pod } };
        var cronJob = new V1CronJob
        {
            Metadata = new() { Name = name },
            Spec = new() { Schedule = spec.CronSpec, JobTemplate = new() { Spec = run } },
        };
        return new Description().Add(cronJob).WithStatus(o => new CronTabStatus(name, o.Live<V1CronJob>()?.Status?.LastScheduleTime));
    }
}
// docs: end
