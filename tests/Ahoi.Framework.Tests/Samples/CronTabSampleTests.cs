extern alias sample;

using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

namespace Ahoi.Framework.Tests.Samples;

public sealed class CronTabSampleTests
{
    // docs: test
    [Fact]
    public async Task CronTab_CreatedThenChanged_KeepsACronJobInStep()
    {
        await using var cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        await cluster.RunOperatorAsync(ahoi => sample::CronTabExtensions.AddCronTabs(ahoi));

        var cronTabs = new GroupVersionResource("stable.example.com", "v1", "crontabs");
        await cluster.Client.CreateAsync(cronTabs, "default", JsonTree.ParseMap(
            """
            {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": "my-new-cron-object"},
             "spec": {"cronSpec": "* * * * */5", "image": "my-awesome-cron-image"}}
            """));

        var cronJobs = new GroupVersionResource("batch", "v1", "cronjobs");
        var key = new ObjectKey("default", "my-new-cron-object");
        await cluster.WaitForAsync(cronJobs, key, job => (string?)job.At("spec", "schedule") == "* * * * */5");

        var patch = Patch.Merge(JsonTree.ParseMap("""{"spec": {"cronSpec": "0 0 * * *"}}"""));
        await cluster.Client.PatchAsync(cronTabs, key, patch, new());
        await cluster.WaitForAsync(cronJobs, key, job => (string?)job.At("spec", "schedule") == "0 0 * * *");
    }
    // docs: end
}
