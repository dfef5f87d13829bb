using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Tenancy.Tests.Reconcilers;

/// <summary>What only the operator can know: it becomes a condition and an event, and what runs goes on.</summary>
public sealed class TroubleTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static readonly GroupVersionResource Events = new("events.k8s.io", "v1", "events");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Quotas = new("", "v1", "resourcequotas");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");

    private TestCluster _cluster = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Namespace_WantedByTwoCustomers_IsTheFirstOnesAlone()
    {
        await RunAsync();
        var first = await CreateAsync("first", """{"namespace":{"name":"shop"},"features":{"database":{"enabled":true,"storage":"1gb"}}}""");
        await _cluster.WaitForAsync(Databases, new("shop", "first"));

        await CreateAsync("second", """{"namespace":{"name":"shop"},"deletionProtection":false,"quota":{"cpu":"1"},"features":{"database":{"enabled":true,"storage":"1gb"}}}""");
        var second = await _cluster.WaitForAsync(Customers, new(null, "second"), c => Condition(c, "NamespaceReady").Text("status") == "False");

        Assert.Equal("NotOwned", Condition(second, "NamespaceReady").Text("reason"));
        Assert.Contains("belongs to Customer first", Condition(second, "NamespaceReady").Text("message"), StringComparison.Ordinal);
        Assert.Equal(first.Uid, (await Client.GetAsync(Namespaces, new(null, "shop"))).Labels["internal.example.com/customer-uid"]);
        await EventAsync("default", "NotOwned");

        // It has nothing there, not even what it would own; and it goes without taking anything along.
        Assert.Null(await Client.FindAsync(Databases, new("shop", "second")));
        Assert.Null(await Client.FindAsync(Quotas, new("shop", "customer")));
        await Client.DeleteAsync(Customers, new(null, "second"));
        await _cluster.WaitForAbsenceAsync(Customers, new(null, "second"));
        Assert.False((await Client.GetAsync(Namespaces, new(null, "shop"))).IsBeingDeleted);
        Assert.False((await Client.GetAsync(Databases, new("shop", "first"))).IsBeingDeleted);
    }

    [Fact]
    public async Task Namespace_WantedByManyAtOnce_IsOneCustomersAlone()
    {
        await RunAsync();
        string[] names = [.. Enumerable.Range(1, 8).Select(i => $"c{i}")];
        await Task.WhenAll(names.Select(n => CreateAsync(n, """{"namespace":{"name":"shop"},"features":{"database":{"enabled":true,"storage":"1gb"}}}""")));

        var losers = 0;
        foreach (var name in names)
        {
            var customer = await _cluster.WaitForAsync(Customers, new(null, name), c => Condition(c, "NamespaceReady").Text("reason") is "NotOwned" or "Ready");
            losers += Condition(customer, "NamespaceReady").Text("reason") == "NotOwned" ? 1 : 0;
        }

        Assert.Equal(names.Length - 1, losers);
        var winner = (await Client.GetAsync(Namespaces, new(null, "shop"))).Labels["internal.example.com/customer"];
        await _cluster.WaitForAsync(Databases, new("shop", winner));
        Assert.Equal(winner, Assert.Single((await Client.ListAsync(Databases, "shop")).Items).Name);
    }

    [Fact]
    public async Task Namespace_HandedOver_IsTheCustomers()
    {
        await RunAsync();
        await Client.CreateAsync(Namespaces, null, JsonTree.ParseMap("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"""));
        var customer = await CreateAsync("acme", """{"namespace":{"name":"shop"},"features":{"database":{"enabled":true,"storage":"1gb"}}}""");
        var refused = await _cluster.WaitForAsync(Customers, new(null, "acme"), c => Condition(c, "NamespaceReady").Text("reason") == "NotOwned");
        Assert.EndsWith($"kubectl annotate namespace shop internal.example.com/customer-uid={customer.Uid}", Condition(refused, "NamespaceReady").Text("message"), StringComparison.Ordinal);

        await Client.PatchAsync(Namespaces, new(null, "shop"), Merge("""{"metadata":{"annotations":{"internal.example.com/customer-uid":"UID"}}}""".Replace("UID", customer.Uid, StringComparison.Ordinal)));

        await _cluster.WaitForAsync(Customers, new(null, "acme"), c => Condition(c, "NamespaceReady").Text("status") == "True");
        await _cluster.WaitForAsync(Databases, new("shop", "acme"));
    }

    [Fact]
    public async Task Database_WithMoreInstancesThanItsProviderHas_SaysSoAndGoesOn()
    {
        await RunAsync();
        await CreateAsync("acme", """{"features":{"database":{"enabled":true,"storage":"1gb"}}}""");
        var server = await _cluster.WaitForAsync(StatefulSets, new("cust-acme", "acme-postgres"));

        await Client.PatchAsync(Customers, new(null, "acme"), Merge("""{"spec":{"features":{"database":{"instances":2}}}}"""));
        var customer = await _cluster.WaitForAsync(Customers, new(null, "acme"), c => Condition(c, "DatabaseReady").Text("reason") == "Failed");

        Assert.Contains("instances above 1 need a provider that replicates", Condition(customer, "DatabaseReady").Text("message"), StringComparison.Ordinal);
        await EventAsync("default", "Failed");
        Assert.Equal(server.At("metadata", "generation"), (await Client.GetAsync(StatefulSets, new("cust-acme", "acme-postgres"))).ToMap().At("metadata", "generation"));
    }

    [Fact]
    public async Task Storage_ThatCannotGrow_IsSaidOfTheCustomerTooAndTold()
    {
        await RunAsync();
        await CreateAsync("acme", """{"features":{"database":{"enabled":true,"storage":"1gb"}}}""");
        await _cluster.WaitForAsync(Claims, new("cust-acme", "data-acme-postgres-0"));

        await Client.PatchAsync(Customers, new(null, "acme"), Merge("""{"spec":{"features":{"database":{"storage":"2gb"}}}}"""));

        var customer = await _cluster.WaitForAsync(Customers, new(null, "acme"), c => Condition(c, "StorageResizeBlocked").Text("status") == "True");
        Assert.Contains("allowVolumeExpansion", Condition(customer, "StorageResizeBlocked").Text("message"), StringComparison.Ordinal);
        await EventAsync("cust-acme", "ClassCannotExpand");
    }

    [Fact]
    public async Task Feature_NobodyAnswersFor_HasNoController()
    {
        await _cluster.RunOperatorAsync(
            ahoi =>
            {
                ahoi.Services.AddSingleton<TimeProvider>(new LaterTime());
                ahoi.AddTenancy();
            },
            "tenancy");
        await Client.CreateAsync(Definitions, null, JsonTree.ParseMap(
            """
            {
              "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "connectionpools.internal.example.com" },
              "spec": {
                "group": "internal.example.com", "scope": "Namespaced", "names": { "kind": "ConnectionPool", "plural": "connectionpools", "singular": "connectionpool" },
                "versions": [{
                  "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                  "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } }
                }]
              }
            }
            """));
        await CreateAsync("acme", """{"features":{"database":{"enabled":true,"storage":"1gb"},"connectionPool":{"enabled":true}}}""");

        var customer = await _cluster.WaitForAsync(Customers, new(null, "acme"), c => Condition(c, "ConnectionPoolReady").Text("reason") == "NoController");

        Assert.Equal("Unknown", Condition(customer, "ConnectionPoolReady").Text("status"));
        Assert.Contains("is its operator running?", Condition(customer, "ConnectionPoolReady").Text("message"), StringComparison.Ordinal);
        var feature = (customer.At("status", "features") as JsonList)!.Maps.Single(f => f.Text("name") == "connectionPool");
        Assert.Equal("ConnectionPool", feature.At("ref", "kind"));
        Assert.Equal(1L, feature.At("parentGeneration"));
    }

    [Fact]
    public async Task Backup_ThereIsNoRoomFor_SaysSoAndNothingIsDestroyed()
    {
        await RunAsync();
        await Client.CreateAsync(Quotas, "default", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"tight"},"spec":{"hard":{"requests.storage":"1G"}}}"""));
        await Client.PatchAsync(
            Quotas, new("default", "tight"), Merge("""{"status":{"hard":{"requests.storage":"1G"},"used":{"requests.storage":"0"}}}"""), new() { Subresource = "status" });
        await Client.CreateAsync(Databases, "default", Object("Database", "acme", """{"storage":"1gb","deletion":{"policy":"Delete"}}"""));
        await _cluster.WaitForAsync(Claims, new("default", "data-acme-postgres-0"));
        var server = await _cluster.WaitForAsync(StatefulSets, new("default", "acme-postgres"));
        await Client.PatchAsync(
            StatefulSets,
            new("default", "acme-postgres"),
            Merge($$$"""{"status":{"observedGeneration":{{{server.At("metadata", "generation")}}},"replicas":1,"readyReplicas":1,"updatedReplicas":1,"availableReplicas":1,"currentRevision":"a","updateRevision":"a"}}"""),
            new() { Subresource = "status" });
        await FinishJobsAsync();
        await _cluster.WaitForAsync(Secrets, new("default", "acme-database"));

        await Client.DeleteAsync(Databases, new("default", "acme"));

        var database = await _cluster.WaitForAsync(Databases, new("default", "acme"), d => Condition(d, "Ready").Text("reason") == "BackupBlocked");
        Assert.Contains("exceeded quota", Condition(database, "Ready").Text("message"), StringComparison.Ordinal);
        await EventAsync("default", "BackupBlocked");
        Assert.False((await Client.GetAsync(Claims, new("default", "data-acme-postgres-0"))).IsBeingDeleted);
    }

    [Fact]
    public async Task Sweep_OfProtectedCustomers_IsRefused()
    {
        await RunAsync();
        await CreateAsync("acme", "{}");

        var exception = await Assert.ThrowsAsync<ApiException>(() => Client.RequestAsync(HttpMethod.Delete, "/apis/internal.example.com/v1/customers"));

        Assert.Contains("set spec.deletionProtection to false first", exception.Message, StringComparison.Ordinal);
        Assert.False((await Client.GetAsync(Customers, new(null, "acme"))).IsBeingDeleted);
    }

    private Task<IHost> RunAsync() => _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy");

    private Task<RawObject> CreateAsync(string name, string spec) => Client.CreateAsync(Customers, null, Object("Customer", name, spec));

    /// <summary>Waits until something was told; events come a moment after what they tell of.</summary>
    private async Task EventAsync(string @namespace, string reason)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestCluster.DefaultLimit);
        await foreach (var change in Client.WatchAsync(Events, @namespace, cancellationToken: limit.Token))
        {
            if (change.Object?.ToMap() is { } told && told.Text("reason") == reason)
            {
                Assert.Equal("Warning", told.Text("type"));
                return;
            }
        }
    }

    private async Task FinishJobsAsync()
    {
        var jobs = new GroupVersionResource("batch", "v1", "jobs");
        await foreach (var change in Client.WatchAsync(jobs, "default", cancellationToken: TestContext.Current.CancellationToken))
        {
            if (change is { Type: Ahoi.Client.Watches.WatchEventType.Added, Object: { } job })
            {
                await Client.PatchAsync(
                    jobs,
                    job.Key,
                    Merge("""
                    {"status":{"startTime":"2030-01-01T00:00:00Z","completionTime":"2030-01-01T00:00:01Z","succeeded":1,"conditions":[
                      {"type":"SuccessCriteriaMet","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"},
                      {"type":"Complete","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"}]}}
                    """),
                    new() { Subresource = "status" });
                return;
            }
        }
    }

    private static JsonMap Object(string kind, string name, string spec) => new()
    {
        ["apiVersion"] = "internal.example.com/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonMap { ["name"] = name },
        ["spec"] = JsonTree.ParseMap(spec),
    };

    private static Patch Merge(string json) => Patch.Merge(JsonTree.ParseMap(json));

    private static JsonMap Condition(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type) ?? [];

    /// <summary>The time as it is for somebody who looks two minutes later.</summary>
    private sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromMinutes(2);
    }
}
