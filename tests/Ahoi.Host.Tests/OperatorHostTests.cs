using System.Net;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Operators;
using Ahoi.Operators.Manifests;

namespace Ahoi.Host.Tests;

public sealed class OperatorHostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    [Fact]
    public async Task Run_WithTheManifestsAccountAlone_DoesItsWorkAndIsRefusedNothing()
    {
        await using var cluster = await ManifestCluster.StartAsync();
        await cluster.ApplyAsync(ClusterManifests.Plain(new()));
        using var stopping = new CancellationTokenSource();
        var arguments = ArgumentsOf(await cluster.Client.GetAsync(Deployments, new("ahoi-system", "ahoi"))) with { Observe = new(IPAddress.Loopback, 0) };
        var running = OperatorHost.RunAsync(arguments, await cluster.ConnectAsAccountAsync(), stopping.Token);

        await cluster.Client.CreateAsync(Customers, null, JsonTree.ParseMap("""
            {"apiVersion":"internal.example.com/v1","kind":"Customer","metadata":{"name":"c1"},
             "spec":{"features":{"database":{"enabled":true,"storage":"1gb"},"scheduler":{"enabled":true,"workers":2},"webhooks":{"enabled":true},"connectionPool":{"enabled":true}}}}
            """));
        await ServeDatabaseAsync(cluster, running);
        await WaitAsync(cluster, running, StatefulSets, new("cust-c1", "c1-pool"), s => s is not null);
        await WaitAsync(cluster, running, Deployments, new("cust-c1", "c1-scheduler"), d => d is not null);
        await WaitAsync(cluster, running, Customers, new(null, "c1"), c => c?.Map("status")?.List("conditions") is { Count: > 0 });
        var lease = await WaitAsync(cluster, running, Leases, new("ahoi-system", "ahoi"), l => l?.At("spec", "holderIdentity") is string { Length: > 0 });
        Assert.NotNull(lease);

        // Change and removal are other verbs than creation.
        await cluster.Client.PatchAsync(Customers, new(null, "c1"), Patch.Merge(JsonTree.ParseMap("""{"spec":{"features":{"scheduler":{"enabled":false},"webhooks":{"enabled":false}}}}""")));
        await WaitAsync(cluster, running, Deployments, new("cust-c1", "c1-scheduler"), d => d is null);
        Assert.Empty(cluster.Refusals.Refused);

        await stopping.CancelAsync();
        await running.WaitAsync(Limit);
        // The Lease was given back, so that the next replica need not wait for it to end.
        lease = (await cluster.Client.GetAsync(Leases, new("ahoi-system", "ahoi"))).ToMap();
        Assert.True(lease.At("spec", "holderIdentity") is null or "", lease.ToString());
    }

    [Fact]
    public async Task Account_OfTheManifests_MayDoNothingElse()
    {
        await using var cluster = await ManifestCluster.StartAsync();
        await cluster.ApplyAsync(ClusterManifests.Plain(new()));
        using var account = new ApiClient(await cluster.ConnectAsAccountAsync());

        foreach (var resource in new GroupVersionResource[]
        {
            new("", "v1", "nodes"), new("", "v1", "endpoints"), new("rbac.authorization.k8s.io", "v1", "clusterroles"),
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new("coordination.k8s.io", "v1", "leases"),
        })
        {
            var refused = await Assert.ThrowsAsync<ApiException>(() => account.ListAsync(resource, null));
            Assert.Equal(403, refused.Code);
        }

        // Of Leases there is one.
        var foreign = await Assert.ThrowsAsync<ApiException>(() => account.GetAsync(Leases, new("ahoi-system", "other")));
        Assert.Equal(403, foreign.Code);
    }

    [Fact]
    public async Task Run_ServesHealthWhereTheProbesAsk()
    {
        await using var cluster = await ManifestCluster.StartAsync();
        await cluster.ApplyAsync(ClusterManifests.Plain(new()));
        using var stopping = new CancellationTokenSource();
        var serving = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = OperatorHost.RunAsync(new() { Observe = new(IPAddress.Loopback, 0), Lease = "ahoi-system/ahoi" }, await cluster.ConnectAsAccountAsync(), stopping.Token, serving.SetResult);
        using var http = new HttpClient { BaseAddress = await serving.Task.WaitAsync(Limit) };

        using var live = await http.GetAsync(new Uri("/livez", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        using var limit = new CancellationTokenSource(Limit);
        var code = HttpStatusCode.ServiceUnavailable;
        while (code != HttpStatusCode.OK)
        {
            using var ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token);
            code = ready.StatusCode;
            await Task.Delay(20, limit.Token);
        }

        await stopping.CancelAsync();
        await running.WaitAsync(Limit);
    }

    /// <summary>Plays the database's pods: its server answers, and the job in it is done. The built-in controllers see that there
    /// are none, so it is said again until everything that waits for the database has seen it.</summary>
    private static async Task ServeDatabaseAsync(ManifestCluster cluster, Task running)
    {
        await WaitAsync(cluster, running, StatefulSets, new("cust-c1", "c1-postgres"), s => s is not null);
        var end = DateTime.UtcNow + Limit;
        while (await cluster.Client.FindAsync(StatefulSets, new("cust-c1", "c1-pool")) is null && DateTime.UtcNow < end)
        {
            var server = (await cluster.Client.GetAsync(StatefulSets, new("cust-c1", "c1-postgres"))).ToMap();
            await PlayAsync(cluster, StatefulSets, "c1-postgres", new JsonMap
            {
                ["observedGeneration"] = server.At("metadata", "generation"),
                ["replicas"] = 1L,
                ["readyReplicas"] = 1L,
                ["updatedReplicas"] = 1L,
                ["availableReplicas"] = 1L,
                ["currentRevision"] = "first",
                ["updateRevision"] = "first",
            });
            foreach (var job in (await cluster.Client.ListAsync(Jobs, "cust-c1")).Items.Where(j => j.ToMap().At("status", "completionTime") is null))
            {
                await PlayAsync(cluster, Jobs, job.Name, JsonTree.ParseMap("""
                    {"startTime":"2030-01-01T00:00:00Z","completionTime":"2030-01-01T00:00:01Z","succeeded":1,"conditions":[
                      {"type":"SuccessCriteriaMet","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"},
                      {"type":"Complete","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"}]}
                    """));
            }
        }
    }

    private static Task<RawObject> PlayAsync(ManifestCluster cluster, GroupVersionResource resource, string name, JsonMap status) => cluster.Client.PatchAsync(
        resource, new("cust-c1", name), Patch.Merge(new JsonMap { ["status"] = status }), new WriteOptions { Subresource = "status" });

    private static HostArguments ArgumentsOf(RawObject deployment) =>
        HostArguments.Parse([.. ((JsonMap)((JsonList)deployment.ToMap().At("spec", "template", "spec", "containers")!)[0]!).List("args")!.Texts]);

    private static async Task<JsonMap?> WaitAsync(ManifestCluster cluster, Task running, GroupVersionResource resource, ObjectKey key, Func<JsonMap?, bool> condition)
    {
        var waiting = cluster.Client.WaitUntilAsync(resource, key, o => condition(o?.ToMap()), Limit);
        if (await Task.WhenAny(waiting, running) == running)
        {
            await running; // It ended early: say why.
        }

        try
        {
            return (await waiting)?.ToMap();
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\nRefused: {string.Join("\n", cluster.Refusals.Refused.Distinct())}", exception);
        }
    }
}
