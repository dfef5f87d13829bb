using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.CronJobs;

/// <summary>Days on which clocks change, from noon to noon.</summary>
public sealed class CronDayTests
{
    // A timer may be set by a clock that was read before the test moved it: it must not move further than what is due in between.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("2026-03-28", "", "2026-03-29T01:30", "2026-03-29T10:00", "2026-03-29T10:00")] // 02:30 is left out, and noon comes an hour sooner.
    [InlineData("2026-10-24", "2026-10-25T00:30 2026-10-25T01:30", "2026-10-25T02:30", "2026-10-25T11:00", "2026-10-25T10:00")] // 02:30 comes twice.
    public async Task CronJobs_ThroughADay_RunWhenTheirZonesSaySo(string day, string half, string later, string noon, string overseas)
    {
        var start = DateTimeOffset.Parse(day + "T12:00:30Z", CultureInfo.InvariantCulture);
        await using var cluster = await ControlledCluster.StartAsync(start: start);
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("often", "*/30 * * * *"));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("half", "30 2 * * *", "Europe/Berlin"));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("later", "30 3 * * *", "Europe/Berlin"));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("noon", "0 12 * * *", "Europe/Berlin"));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("overseas", "0 6 * * *", "America/New_York"));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("forbid", "0 * * * *", more: """, "concurrencyPolicy": "Forbid" """));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("replace", "0 * * * *", more: """, "concurrencyPolicy": "Replace" """));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("suspended", "0 * * * *", more: """, "suspend": true"""));
        await cluster.CreateAsync(ControlledCluster.CronJobs, CronJob("utc", "0 * * * *", "UTC"));
        for (var step = 1; step <= 48; step++)
        {
            await cluster.ListUntilAsync(ControlledCluster.Jobs, l => Times(l, "often").Count == step, Step);
            if (step % 2 == 0)
            {
                var hour = Text(start.AddMinutes(30 * step));
                await cluster.ListUntilAsync(ControlledCluster.Jobs, l => Times(l, "replace") is [var only] && only == hour && Times(l, "utc").Count == step / 2, TimeSpan.FromMinutes(1));
            }
        }

        var jobs = await cluster.ListUntilAsync(
            ControlledCluster.Jobs, l => Times(l, "noon").Count + Times(l, "overseas").Count + Times(l, "later").Count == 3 && string.Join(' ', Times(l, "half")) == half, TimeSpan.FromMinutes(1));

        Assert.Equal((later, noon, overseas), (Times(jobs, "later").Single(), Times(jobs, "noon").Single(), Times(jobs, "overseas").Single()));
        Assert.Equal([Text(start.AddHours(1))], Times(jobs, "forbid"));
        Assert.Empty(Times(jobs, "suspended"));
        Assert.Equal(Text(start.AddHours(24)), Assert.Single(Times(jobs, "replace")));
    }

    /// <summary>Gets the times that a cron job's jobs were made for: their names count the minutes.</summary>
    private static List<string> Times(IReadOnlyList<JsonMap> jobs, string cronJob) => [.. jobs.Select(ControlledCluster.NameOf)
        .Where(n => n.StartsWith(cronJob + "-", StringComparison.Ordinal))
        .Select(n => Text(DateTimeOffset.FromUnixTimeSeconds(60 * long.Parse(n.AsSpan(cronJob.Length + 1), CultureInfo.InvariantCulture))))
        .Order(StringComparer.Ordinal)];

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static string CronJob(string name, string schedule, string? zone = null, string more = "") => $$$"""
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "{{{name}}}"},
         "spec": {"schedule": "{{{schedule}}}"{{{(zone is null ? "" : $", \"timeZone\": \"{zone}\"")}}}{{{more}}}, "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]} } } } } }
        """;
}
