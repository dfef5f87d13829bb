using Ahoi.Api.Json;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>Which of a cron job's times is due, and when the next one comes.</summary>
/// <param name="Due">The last time that has passed and was not seen to, or <see langword="null"/>.</param>
/// <param name="Missed">About how many times have passed.</param>
/// <param name="Next">The next time to come, or <see langword="null"/>.</param>
internal readonly record struct CronTimes(DateTimeOffset? Due, long Missed, DateTimeOffset? Next)
{
    /// <summary>From so many on, somebody is told that they were missed.</summary>
    public const int Many = 100;

    public static CronTimes Of(JsonMap cronJob, CronSchedule schedule, DateTimeOffset now)
    {
        var since = PodState.Time(cronJob.At("status", "lastScheduleTime")) ?? PodState.Time(cronJob.At("metadata", "creationTimestamp")) ?? now;
        var earliest = cronJob.At("spec", "startingDeadlineSeconds") is long seconds && now.AddSeconds(-seconds) > since ? now.AddSeconds(-seconds) : since;
        var next = schedule.Next(since > now ? since : now);
        if (schedule.Next(earliest) is not { } first || first > now)
        {
            return new(null, 0, earliest > now ? schedule.Next(earliest) : next);
        }

        if (schedule.Next(first) is not { } second || second > now)
        {
            return new(first, 1, next);
        }

        // Where many have passed, it begins to look shortly before the end: an interval is about like any other.
        var interval = Math.Max(1, (long)Math.Round((second - first).TotalSeconds));
        var missed = ((long)(now - first).TotalSeconds / interval) + 1;
        var due = first;
        for (var time = schedule.Next(first.AddSeconds((missed - 2) * interval)); time <= now; time = schedule.Next(time.Value))
        {
            due = time.Value;
        }

        return new(due, missed, next);
    }
}
