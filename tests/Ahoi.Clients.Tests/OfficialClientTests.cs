using System.Net;
using k8s;
using k8s.Autorest;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using k8s.Models;

namespace Ahoi.Clients.Tests;

/// <summary>The official C# client: typed and generic operations, watches, leader election.</summary>
public sealed class OfficialClientTests(SharedCluster cluster)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Typed_CreateReadReplacePatchDelete_Work()
    {
        using var client = Open();
        var kubectl = await cluster.NamespaceAsync();
        var space = kubectl.Namespace;
        var created = await client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new() { Name = "a" }, Data = new Dictionary<string, string> { ["k"] = "1" } }, space, cancellationToken: Cancel);

        created.Data["k"] = "2";
        var replaced = await client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "a", space, cancellationToken: Cancel);
        var stale = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "a", space, cancellationToken: Cancel));
        var patched = await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"data":{"k":"3"}}""", V1Patch.PatchType.MergePatch), "a", space, cancellationToken: Cancel);
        await client.CoreV1.DeleteNamespacedConfigMapAsync("a", space, cancellationToken: Cancel);
        var missing = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReadNamespacedConfigMapAsync("a", space, cancellationToken: Cancel));

        Assert.Equal("2", replaced.Data["k"]);
        Assert.Equal(HttpStatusCode.Conflict, stale.Response.StatusCode);
        Assert.Equal("3", patched.Data["k"]);
        Assert.Equal(HttpStatusCode.NotFound, missing.Response.StatusCode);
    }

    [Fact]
    public async Task Generic_CreateAndList_Work()
    {
        using var client = Open();
        var kubectl = await cluster.NamespaceAsync();
        using var pods = new GenericClient(client, "", "v1", "configmaps", disposeClient: false);
        for (var i = 0; i < 3; i++)
        {
            await pods.CreateNamespacedAsync(
                new V1ConfigMap { ApiVersion = "v1", Kind = "ConfigMap", Metadata = new() { Name = $"c{i}" } }, kubectl.Namespace, Cancel);
        }

        var listed = await pods.ListNamespacedAsync<V1ConfigMapList>(kubectl.Namespace, cancel: Cancel);

        Assert.Equal(["c0", "c1", "c2"], listed.Items.Select(i => i.Metadata.Name));
    }

    [Fact]
    public async Task List_InPages_HasEachObjectOnce()
    {
        using var client = Open();
        var kubectl = await cluster.NamespaceAsync();
        for (var i = 0; i < 5; i++)
        {
            await kubectl.ApplyAsync(Manifests.ConfigMap($"c{i}"));
        }

        var (names, pages, token) = (new List<string>(), 0, default(string));
        do
        {
            var page = await client.CoreV1.ListNamespacedConfigMapAsync(kubectl.Namespace, limit: 2, continueParameter: token, cancellationToken: Cancel);
            names.AddRange(page.Items.Select(i => i.Metadata.Name));
            pages++;
            token = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(token));

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], names);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task Watch_Changes_Arrive()
    {
        using var client = Open();
        var kubectl = await cluster.NamespaceAsync();
        var seen = new List<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stop.CancelAfter(Limit);
        await kubectl.ApplyAsync(Manifests.ConfigMap("a"));
        await foreach (var (type, item) in client.CoreV1.WatchListNamespacedConfigMapAsync(kubectl.Namespace, cancellationToken: stop.Token))
        {
            seen.Add($"{type} {item.Metadata.Name}");
            if (seen.Count == 1)
            {
                await kubectl.RunAsync("delete cm a");
            }
            else
            {
                break;
            }
        }

        Assert.Equal(["Added a", "Deleted a"], seen);
    }

    [Fact]
    public async Task LeaderElection_TwoContenders_OneLeadsAndTheOtherTakesOver()
    {
        using var client = Open();
        var kubectl = await cluster.NamespaceAsync();
        using var firstStop = new CancellationTokenSource();
        using var secondStop = new CancellationTokenSource();
        var (first, firstLeads, _) = Contend(client, kubectl.Namespace, "first", firstStop.Token);
        await firstLeads.WaitAsync(Limit);
        var (second, secondLeads, secondSaw) = Contend(client, kubectl.Namespace, "second", secondStop.Token);

        // It has asked, and somebody else leads.
        Assert.Equal("first", await secondSaw.WaitAsync(Limit));

        Assert.False(secondLeads.IsCompleted);
        await firstStop.CancelAsync();
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await secondLeads.WaitAsync(Limit);

        Assert.Equal("second", await kubectl.RunAsync("get lease lock -o jsonpath={.spec.holderIdentity}"));
        await secondStop.CancelAsync();
        await second.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private static (Task Run, Task Leads, Task<string> Saw) Contend(Kubernetes client, string space, string identity, CancellationToken stop)
    {
        var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, space, "lock", identity))
        {
            LeaseDuration = TimeSpan.FromSeconds(2),
            RenewDeadline = TimeSpan.FromSeconds(1),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        });
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var saw = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        elector.OnStartedLeading += () => leads.TrySetResult();
        elector.OnNewLeader += leader => saw.TrySetResult(leader);
        return (elector.RunUntilLeadershipLostAsync(stop), leads.Task, saw.Task);
    }

    private Kubernetes Open() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig));
}
