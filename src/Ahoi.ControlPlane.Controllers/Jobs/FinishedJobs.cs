using Ahoi.Api.Json;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Deletes jobs that ended longer than their <c>ttlSecondsAfterFinished</c> ago, with their pods.</summary>
internal static class FinishedJobs
{
    public static async ValueTask<Description> ReconcileAsync(JsonMap job, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        if (job.At("spec", "ttlSecondsAfterFinished") is not long seconds || EndOf(job) is not { } end)
        {
            return description;
        }

        var left = end.AddSeconds(seconds) - context.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return description.LookAgainAfter(left);
        }

        await context.Writes.DeleteAsync(
            context.Raw, cancellationToken, new DeleteOptions { PropagationPolicy = "Foreground", ResourceVersion = context.Raw.ResourceVersion }).ConfigureAwait(false);
        return description;
    }

    private static DateTimeOffset? EndOf(JsonMap job) => (job.Map("status")?.List("conditions")?.Maps ?? [])
        .Where(c => c.Text("type") is "Complete" or "Failed" && c.Text("status") == "True")
        .Select(c => PodState.Time(c["lastTransitionTime"])).FirstOrDefault();
}
