using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.CronJobs;

public sealed class CronJobTests
{
    // A timer may be set by a clock that was read before the test moved it.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task CronJob_ThroughADay_RunsOnceAnHourAndKeepsTheLast()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("hourly", "0 * * * *", """, "successfulJobsHistoryLimit": 2"""));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var hour = 1; hour <= 24; hour++)
        {
            cluster.Time.Advance(TimeSpan.FromHours(1));
            var jobs = await cluster.ListUntilAsync(ControlledCluster.Jobs, l => l.Any(j => !seen.Contains(ControlledCluster.NameOf(j))), TimeSpan.FromMinutes(1));
            seen.UnionWith(jobs.Select(ControlledCluster.NameOf));
            var pods = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Any(p => Phase(p) == "Pending"));
            await cluster.SetPhaseAsync(ControlledCluster.NameOf(pods.Single(p => Phase(p) == "Pending")), "Succeeded");
            await cluster.GetUntilAsync(ControlledCluster.CronJobs, "hourly", c => c.At("status", "active") is null);
        }

        await cluster.ListUntilAsync(ControlledCluster.Jobs, l => l.Count == 2);
        Assert.Equal(24, seen.Count);
        await cluster.GetUntilAsync(ControlledCluster.CronJobs, "hourly", c => c.At("status", "lastSuccessfulTime") is not null);
    }

    [Theory]
    [InlineData("Forbid", 1)]
    [InlineData("Allow", 2)]
    public async Task CronJob_DueWhileTheFormerRuns_FollowsItsPolicy(string policy, int running)
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("minutely", "* * * * *", $$""", "concurrencyPolicy": "{{policy}}" """));
        cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await cluster.GetUntilAsync(ControlledCluster.CronJobs, "minutely", c => c.At("status", "active") is JsonList { Count: 1 });

        cluster.Time.Advance(TimeSpan.FromSeconds(61));

        if (running == 1)
        {
            await cluster.ListUntilAsync(new("", "v1", "events"), l => l.Any(e => e.Text("reason") == "JobAlreadyActive"), Second);
        }

        await cluster.ListUntilAsync(ControlledCluster.Jobs, l => l.Count == running, Second);
    }

    [Fact]
    public async Task CronJob_DueWithReplace_EndsTheFormer()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("minutely", "* * * * *", """, "concurrencyPolicy": "Replace" """));
        cluster.Time.Advance(TimeSpan.FromSeconds(31));
        var first = await cluster.ListUntilAsync(ControlledCluster.Jobs, l => l.Count == 1);

        cluster.Time.Advance(TimeSpan.FromMinutes(1));
        var next = await cluster.ListUntilAsync(
            ControlledCluster.Jobs, l => l.Count == 1 && ControlledCluster.NameOf(l[0]) != ControlledCluster.NameOf(first[0]), Second);

        await cluster.GetUntilAsync(
            ControlledCluster.CronJobs,
            "minutely",
            c => c.At("status", "active") is JsonList { Count: 1 } active && active.Maps.Single().Text("name") == ControlledCluster.NameOf(next[0]));
    }

    [Fact]
    public async Task CronJob_TimesMissedWhileNobodyRan_StartsOne()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.StopControllersAsync();
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("minutely", "* * * * *"));
        cluster.Time.Advance(TimeSpan.FromHours(5));

        await cluster.StartControllersAsync();

        var cronJob = await cluster.GetUntilAsync(ControlledCluster.CronJobs, "minutely", c => c.At("status", "lastScheduleTime") is not null);
        Assert.Equal("2026-03-02T05:00:00Z", cronJob.At("status", "lastScheduleTime"));
        Assert.Single(await cluster.ListAsync(ControlledCluster.Jobs));
        await cluster.ListUntilAsync(new("", "v1", "events"), l => l.Any(e => e.Text("reason") == "TooManyMissedTimes"));
    }

    [Fact]
    public async Task CronJob_TimeMissedByMoreThanItsDeadline_IsLeftOut()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.StopControllersAsync();
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("hourly", "0 * * * *", """, "startingDeadlineSeconds": 100"""));
        cluster.Time.Advance(TimeSpan.FromMinutes(90));
        await cluster.StartControllersAsync();

        var jobs = await cluster.ListUntilAsync(ControlledCluster.Jobs, l => l.Count > 0, TimeSpan.FromMinutes(1));

        Assert.Equal("2026-03-02T02:00:00Z", Assert.Single(jobs).At("metadata", "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"));
    }

    private static string? Phase(JsonMap pod) => pod.At("status", "phase") as string;

    private static string CronJob(string name, string schedule, string more = "") => $$$$$$"""
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "{{{{{{name}}}}}}"},
         "spec": {"schedule": "{{{{{{schedule}}}}}}"{{{{{{more}}}}}}, "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]}}
         }}}}
        """;
}
