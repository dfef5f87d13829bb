using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>Keeps as many ended jobs of a cron job as it wants to have kept, the latest.</summary>
internal static class CronHistory
{
    /// <summary>Gets how a job has ended, as the condition says, or <see langword="null"/>.</summary>
    public static string? EndOf(JsonMap job) => (job.Map("status")?.List("conditions")?.Maps ?? [])
        .Where(c => c.Text("status") == "True").Select(c => c.Text("type")).FirstOrDefault(t => t is "Complete" or "Failed");

    public static async Task TrimAsync(
        JsonMap cronJob, List<RawObject> jobs, JsonList active, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        var spec = cronJob.Map("spec") ?? [];
        var ended = jobs.Select(j => (Raw: j, Job: j.ToMap())).Select(j => (j.Raw, j.Job, End: EndOf(j.Job))).ToList();
        foreach (var (end, limit) in ((string, long?)[])[("Failed", spec.Integer("failedJobsHistoryLimit")), ("Complete", spec.Integer("successfulJobsHistoryLimit"))])
        {
            var all = ended.Where(j => j.End == end && !j.Raw.IsBeingDeleted).ToList();
            if (limit is not { } kept || all.Count <= kept)
            {
                continue;
            }

            var inOrder = all.OrderBy(j => PodState.Time(j.Job.At("status", "startTime")) ?? DateTimeOffset.MaxValue).ThenBy(j => j.Raw.Name, StringComparer.Ordinal);
            foreach (var job in inOrder.Take((int)(all.Count - kept)))
            {
                await DeleteAsync(job.Raw, active, context, description, cancellationToken).ConfigureAwait(false);
                jobs.Remove(job.Raw);
            }
        }
    }

    public static async Task DeleteAsync(RawObject job, JsonList active, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        await context.Writes.DeleteAsync(job, cancellationToken).ConfigureAwait(false);
        foreach (var reference in active.Maps.Where(r => r.Text("uid") == job.Uid).ToList())
        {
            active.Remove(reference);
        }

        description.WithEvent("SuccessfulDelete", $"Deleted job {job.Name}");
    }
}
