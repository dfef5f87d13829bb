using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Tests.Jobs;

public sealed class JobTests
{
    [Fact]
    public async Task Job_ControllersStoppedWhilePodsEnd_CountsEachOnce()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Jobs, Job("j", """ "completions": 6, "parallelism": 3, """));
        for (var round = 1; round <= 2; round++)
        {
            var pods = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count(p => Phase(p) == "Pending") == 3);
            await cluster.StopControllersAsync();
            foreach (var pod in pods.Where(p => Phase(p) == "Pending"))
            {
                await cluster.SetPhaseAsync(ControlledCluster.NameOf(pod), "Succeeded");
            }

            await cluster.StartControllersAsync();
        }

        var job = await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => HasEnded(j, "Complete"));
        Assert.Equal(6L, job.At("status", "succeeded"));
        Assert.Equal(6, (await cluster.ListAsync(ControlledCluster.Pods)).Count);
    }

    [Fact]
    public async Task Job_PodFailsAgainAndAgain_WaitsLongerEachTimeAndFails()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Jobs, Job("j", """ "backoffLimit": 2, """));
        var (start, waited) = (cluster.Time.GetUtcNow(), new List<double>());
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var pods = await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == attempt && l.Any(p => Phase(p) == "Pending"), TimeSpan.FromSeconds(1));
            waited.Add((cluster.Time.GetUtcNow() - start).TotalSeconds);
            await cluster.SetPhaseAsync(ControlledCluster.NameOf(pods.Single(p => Phase(p) == "Pending")), "Failed");
            await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => j.At("status", "failed") is long failed && failed == attempt);
        }

        var job = await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => HasEnded(j, "Failed"));
        Assert.Equal("BackoffLimitExceeded", Condition(job, "Failed")?.Text("reason"));
        Assert.True(waited[1] >= 10, $"waited {waited[1]} s");
        Assert.True(waited[2] - waited[1] >= 19, $"waited {waited[2] - waited[1]} s");
    }

    [Fact]
    public async Task Job_Deadline_CountsFromWhenItWasResumed()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Jobs, Job("j", """ "activeDeadlineSeconds": 100, """));
        await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => j.At("status", "active") is 1L);
        await cluster.PatchAsync(ControlledCluster.Jobs, "j", """{"spec": {"suspend": true}}""");
        await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => Condition(j, "Suspended")?.Text("status") == "True");
        await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 0);
        cluster.Time.Advance(TimeSpan.FromSeconds(200));

        await cluster.PatchAsync(ControlledCluster.Jobs, "j", """{"spec": {"suspend": false}}""");
        await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => j.At("status", "active") is 1L && !HasEnded(j, "Failed"));

        var job = await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => HasEnded(j, "Failed"), TimeSpan.FromSeconds(10));
        Assert.Equal("DeadlineExceeded", Condition(job, "Failed")?.Text("reason"));
        Assert.Null(job.At("status", "active"));
    }

    [Fact]
    public async Task Job_IndexFails_IsTriedAgainOnItsOwnAndThenGivenUp()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Jobs, Job("j", """ "completions": 2, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 1, """));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var number = attempt.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var pods = await cluster.ListUntilAsync(
                ControlledCluster.Pods, l => l.Any(p => Index(p) == "0" && Phase(p) == "Pending" && Failures(p) == number), TimeSpan.FromSeconds(1));
            await cluster.SetPhaseAsync(ControlledCluster.NameOf(pods.Single(p => Index(p) == "0" && Phase(p) == "Pending")), "Failed");
        }

        await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => j.At("status", "failedIndexes") is "0" && j.At("status", "failed") is 2L);
        var other = (await cluster.ListAsync(ControlledCluster.Pods)).Single(p => Index(p) == "1");
        await cluster.SetPhaseAsync(ControlledCluster.NameOf(other), "Succeeded");

        var job = await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => HasEnded(j, "Failed"));
        Assert.Equal("FailedIndexes", Condition(job, "Failed")?.Text("reason"));
        Assert.Equal("1", job.At("status", "completedIndexes"));
    }

    [Fact]
    public async Task Job_ReplacesEndedOnly_WaitsForAPodThatGoes()
    {
        await using var cluster = await ControlledCluster.StartAsync();
        await cluster.CreateAsync(ControlledCluster.Nodes, """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}""");
        await cluster.CreateAsync(ControlledCluster.Jobs, Job("j", """ "podReplacementPolicy": "Failed", """));
        var pod = ControlledCluster.NameOf((await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Count == 1))[0]);
        await cluster.Client.RequestAsync(
            HttpMethod.Post,
            $"/api/v1/namespaces/default/pods/{pod}/binding",
            JsonTree.ParseMap($$$"""{"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "{{{pod}}}"}, "target": {"kind": "Node", "name": "n"}}"""));

        await cluster.Client.DeleteAsync(ControlledCluster.Pods, new("default", pod));
        await cluster.GetUntilAsync(ControlledCluster.Jobs, "j", j => j.At("status", "terminating") is 1L && j.At("status", "active") is null);
        Assert.Single(await cluster.ListAsync(ControlledCluster.Pods));

        await cluster.SetPhaseAsync(pod, "Failed");
        await cluster.ListUntilAsync(ControlledCluster.Pods, l => l.Any(p => Phase(p) == "Pending" && ControlledCluster.NameOf(p) != pod), TimeSpan.FromSeconds(1));
    }

    private static bool HasEnded(JsonMap job, string how) => Condition(job, how)?.Text("status") == "True";

    private static JsonMap? Condition(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type);

    private static string? Phase(JsonMap pod) => pod.At("status", "phase") as string;

    private static string? Index(JsonMap pod) => pod.At("metadata", "annotations", "batch.kubernetes.io/job-completion-index") as string;

    private static string? Failures(JsonMap pod) => pod.At("metadata", "annotations", "batch.kubernetes.io/job-index-failure-count") as string;

    private static string Job(string name, string spec) => $$$$$$"""
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "{{{{{{name}}}}}}"},
         "spec": { {{{{{{spec}}}}}} "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]}}}}
        """;
}
