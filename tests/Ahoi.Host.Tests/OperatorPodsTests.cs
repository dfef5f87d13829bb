using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane;
using Ahoi.Operators.Manifests;

namespace Ahoi.Host.Tests;

/// <summary>The operators in pods: with their account's token as the node brings it, probes, and a Lease between replicas.</summary>
public sealed class OperatorPodsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    [Fact]
    public async Task Deployment_OfTheManifests_BecomesReadyWorksAndHandsOver()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Two replicas listen at one port where this is root.");
        await using var cluster = await StartAsync();
        var files = ClusterManifests.Plain(new());
        await cluster.ApplyAsync(files.Where(f => f.Path != "5-deployment.yaml"));
        await cluster.ApplyAsync(files.Where(f => f.Path == "5-deployment.yaml").Select(f => f with { Content = RunFromHere(f.Content) }));

        await UntilAsync(cluster, Deployments, new("ahoi-system", "ahoi"), d => d?.At("status", "readyReplicas") is 2L);
        await CreateCustomerAsync(cluster, "c1");
        await UntilAsync(cluster, Namespaces, new(null, "cust-c1"), n => n is not null);

        // The one that works is deleted; the other goes on without a word from anybody.
        var holder = HolderOf((await cluster.Client.GetAsync(Leases, new("ahoi-system", "ahoi"))).ToMap());
        var leader = (await cluster.Client.ListAsync(Pods, "ahoi-system")).Items.Single(p => holder!.StartsWith($"{p.Name}_", StringComparison.Ordinal));
        await cluster.Client.DeleteAsync(Pods, leader.Key);
        await UntilAsync(cluster, Leases, new("ahoi-system", "ahoi"), l => HolderOf(l) is { Length: > 0 } now && now != holder);
        await CreateCustomerAsync(cluster, "c2");
        await UntilAsync(cluster, Namespaces, new(null, "cust-c2"), n => n is not null);
    }

    /// <summary>The image is this machine, and the program the one that was built beside this test.</summary>
    private static string RunFromHere(string yaml)
    {
        var dotnet = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "dotnet")).First(File.Exists);
        var program = Path.Combine(AppContext.BaseDirectory, "ahoi-host.dll");
        return yaml
            .Replace($"image: \"{new ManifestOptions().Image}\"", $"image: host\n        command: [\"{dotnet}\", \"{program}\"]", StringComparison.Ordinal)
            .Replace("      serviceAccountName: ahoi\n", "      serviceAccountName: ahoi\n      nodeName: ahoi\n", StringComparison.Ordinal);
    }

    private static string? HolderOf(JsonMap? lease) => lease?.At("spec", "holderIdentity") as string;

    private static Task<RawObject> CreateCustomerAsync(ManifestCluster cluster, string name) => cluster.Client.CreateAsync(Customers, null, JsonTree.ParseMap(
        $$$"""{"apiVersion":"internal.example.com/v1","kind":"Customer","metadata":{"name":"{{{name}}}"},"spec":{"features":{} } }"""));

    private static async Task UntilAsync(ManifestCluster cluster, GroupVersionResource resource, ObjectKey key, Func<JsonMap?, bool> condition)
    {
        try
        {
            await cluster.Client.WaitUntilAsync(resource, key, o => condition(o?.ToMap()), Limit);
        }
        catch (TimeoutException exception)
        {
            var pods = (await cluster.Client.ListAsync(Pods, "ahoi-system")).Items;
            var logs = await Task.WhenAll(pods.Select(async p => $"{p.Name}: {p.ToMap()["status"]}\n{await LogAsync(cluster, p.Key)}"));
            throw new TimeoutException($"{exception.Message}\n{string.Join("\n\n", logs)}", exception);
        }
    }

    private static async Task<string> LogAsync(ManifestCluster cluster, ObjectKey pod)
    {
        try
        {
            await using var log = await cluster.Client.OpenLogAsync(pod, new() { TailLines = 30 });
            using var reader = new StreamReader(log);
            return await reader.ReadToEndAsync();
        }
        catch (Exception exception) when (exception is IOException or Ahoi.Api.Errors.ApiException)
        {
            return exception.Message;
        }
    }

    private static async Task<ManifestCluster> StartAsync()
    {
        try
        {
            return await ManifestCluster.StartAsync(new() { Listen = new(IPAddress.Loopback, 0), Controllers = true, LoopbackNetwork = true, Nodes = 1 });
        }
        catch (LocalClusterException exception) when (exception.IsMissingPrerequisite)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }
}
