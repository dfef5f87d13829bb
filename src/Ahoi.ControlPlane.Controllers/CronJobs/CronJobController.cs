using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>Makes a job whenever a cron job's schedule says so.</summary>
internal static class CronJobController
{
    private const string ScheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    // A timer must not wake it too early by the width of a tick.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);

    public static async ValueTask<Description> ReconcileAsync(JsonMap cronJob, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var status = cronJob.Map("status")?.DeepClone() ?? [];
        var active = status.List("active") ?? [];
        var jobs = (await context.ListAsync(Kinds.Job, cancellationToken, context.Key.Namespace, j => j.ControllerOwner?.Uid == context.Raw.Uid).ConfigureAwait(false)).ToList();
        LookAtJobs(context.Raw.Name, jobs, active, status, description);
        cronJob["status"] = status;
        DateTimeOffset? next = null;
        if (!context.Raw.IsBeingDeleted)
        {
            await CronHistory.TrimAsync(cronJob, jobs, active, context, description, cancellationToken).ConfigureAwait(false);
            next = await StartAsync(cronJob, jobs, active, status, context, description, cancellationToken).ConfigureAwait(false);
        }

        status["active"] = active.Count == 0 ? null : active;
        await context.Writes.WriteStatusAsync(context.Raw, status, cancellationToken).ConfigureAwait(false);
        if (next is { } time)
        {
            // The writes took their time; the next one may be due already.
            var left = time - context.Time.GetUtcNow();
            description.LookAgainAfter(left > TimeSpan.Zero ? left + Slack : Slack);
        }

        return description;
    }

    private static void LookAtJobs(string name, List<RawObject> jobs, JsonList active, JsonMap status, Description description)
    {
        foreach (var job in jobs)
        {
            var found = active.Maps.FirstOrDefault(r => r.Text("uid") == job.Uid);
            var value = job.ToMap();
            var end = CronHistory.EndOf(value);
            if (found is null && end is null && ScheduledTime(name, job) is { } at)
            {
                // It was made, and then something came between: it runs all the same, and its time is seen to.
                active.Add(Reference(job));
                if (PodState.Time(status["lastScheduleTime"]) is not { } known || known < at)
                {
                    status["lastScheduleTime"] = PodState.Write(at);
                }
            }
            else if (found is null && end is null)
            {
                description.WithEvent("UnexpectedJob", $"Saw a job that the controller did not create or forgot: {job.Name}", EventType.Warning);
            }
            else if (found is not null && end is not null)
            {
                active.Remove(found);
                description.WithEvent("SawCompletedJob", $"Saw completed job: {job.Name}, condition: {end}");
            }

            if (end == "Complete" && PodState.Time(value.At("status", "completionTime")) is { } completed
                && (PodState.Time(status["lastSuccessfulTime"]) is not { } last || completed > last))
            {
                status["lastSuccessfulTime"] = PodState.Write(completed);
            }
        }

        foreach (var missing in active.Maps.Where(r => jobs.TrueForAll(j => j.Uid != r.Text("uid"))).ToList())
        {
            active.Remove(missing);
            description.WithEvent("MissingJob", $"Active job went missing: {missing.Text("name")}");
        }
    }

    /// <summary>Makes a job where one is due. Returns when the next one is.</summary>
    private static async Task<DateTimeOffset?> StartAsync(
        JsonMap cronJob, List<RawObject> jobs, JsonList active, JsonMap status, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        var spec = cronJob.Map("spec") ?? [];
        if (spec.Flag("suspend") == true || Schedule(spec, description) is not { } schedule)
        {
            return null;
        }

        var now = context.Time.GetUtcNow();
        var times = CronTimes.Of(cronJob, schedule, now);
        if (times.Missed > CronTimes.Many)
        {
            description.WithEvent(
                "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew", EventType.Warning);
        }

        if (times.Due is not { } due || PodState.Time(status["lastScheduleTime"]) == due)
        {
            return times.Next;
        }

        if (spec.Integer("startingDeadlineSeconds") is { } deadline && due.AddSeconds(deadline) < now)
        {
            description.WithEvent("MissSchedule", $"Missed scheduled time to start a job: {due.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture)}", EventType.Warning);
            return times.Next;
        }

        var name = NameOf(context.Raw.Name, due);
        if (active.Maps.Any(r => r.Text("name") == name))
        {
            return times.Next;
        }

        if (active.Count > 0 && spec.Text("concurrencyPolicy") == "Forbid")
        {
            description.WithEvent("JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return times.Next;
        }

        if (spec.Text("concurrencyPolicy") == "Replace")
        {
            foreach (var job in jobs.Where(j => active.Maps.Any(r => r.Text("uid") == j.Uid)))
            {
                await CronHistory.DeleteAsync(job, active, context, description, cancellationToken).ConfigureAwait(false);
            }
        }

        if (await CreateAsync(Job(context.Raw, spec, name, schedule.Write(due)), context, description, cancellationToken).ConfigureAwait(false) is { } made)
        {
            active.Add(Reference(made));
            status["lastScheduleTime"] = PodState.Write(due);
        }

        return times.Next;
    }

    /// <summary>Gets the time that a job was made for, or <see langword="null"/> where somebody made it by hand.</summary>
    private static DateTimeOffset? ScheduledTime(string name, RawObject job) =>
        PodState.Time(job.Annotations.GetValueOrDefault(ScheduledAt)) is { } at && job.Name == NameOf(name, at) ? at : null;

    private static string NameOf(string cronJob, DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{cronJob}-{at.ToUnixTimeSeconds() / 60}");

    private static JsonMap Reference(RawObject job) => new()
    {
        ["apiVersion"] = job.ApiVersion, ["kind"] = job.Kind, ["name"] = job.Name, ["namespace"] = job.Namespace, ["uid"] = job.Uid, ["resourceVersion"] = job.ResourceVersion,
    };

    // What cannot be read does not get better by looking again: a change of the object wakes it.
    private static CronSchedule? Schedule(JsonMap spec, Description description)
    {
        var (text, zone) = (spec.Text("schedule") ?? "", TimeZoneInfo.Utc);
        try
        {
            zone = spec.Text("timeZone") is { } name ? CronSchedule.Zone(name) : zone;
        }
        catch (FormatException exception)
        {
            description.WithEvent("UnknownTimeZone", $"invalid timeZone: \"{spec.Text("timeZone")}\": {exception.Message}", EventType.Warning);
            return null;
        }

        try
        {
            return CronSchedule.Parse(text, zone);
        }
        catch (FormatException exception)
        {
            description.WithEvent("UnparseableSchedule", $"unparseable schedule: \"{text}\" : {exception.Message}", EventType.Warning);
            return null;
        }
    }

    private static JsonMap Job(RawObject owner, JsonMap spec, string name, string at)
    {
        var template = spec.Map("jobTemplate") ?? [];
        var metadata = new JsonMap { ["name"] = name };
        if (template.At("metadata", "labels") is JsonMap labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        var annotations = (template.At("metadata", "annotations") as JsonMap)?.DeepClone() ?? [];
        annotations[ScheduledAt] = at;
        metadata["annotations"] = annotations;
        return Owned.New(Kinds.Job, owner, metadata, new() { ["spec"] = template.Map("spec") ?? [] });
    }

    // The name says the time, so that no time gets two jobs, whatever was lost on the way.
    private static async Task<RawObject?> CreateAsync(JsonMap job, ReconcileContext context, Description description, CancellationToken cancellationToken)
    {
        var name = job.At("metadata", "name") as string ?? "";
        try
        {
            var made = await context.Writes.CreateAsync(job, cancellationToken).ConfigureAwait(false);
            description.WithEvent("SuccessfulCreate", $"Created job {name}");
            return made;
        }
        catch (ApiException exception) when (exception.Reason == StatusReason.AlreadyExists)
        {
            var there = await context.Client.FindAsync(new("batch", "v1", "jobs"), new(context.Key.Namespace, name), null, cancellationToken).ConfigureAwait(false);
            return there?.ControllerOwner?.Uid == context.Raw.Uid ? there : null;
        }
        catch (ApiException exception)
        {
            description.WithEvent("FailedCreate", $"Error creating job: {exception.Message}", EventType.Warning).LookAgainAfter(TimeSpan.FromSeconds(5));
            return null;
        }
    }
}
