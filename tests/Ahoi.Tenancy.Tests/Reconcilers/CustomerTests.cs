using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Tenancy.Tests.Reconcilers;

public sealed class CustomerTests : IAsyncLifetime
{
    private const string Name = "big-client-0815";
    private const string Namespace = "cust-" + Name;

    // The slide's manifest, word by word.
    private const string Slide =
        """
        apiVersion: "internal.example.com/v1"
        kind: Customer
        metadata:
          name: big-client-0815
        spec:
          features:
            database:
              enabled: true
              storage: 256gb
            scheduler:
              enabled: true
              workers: 4
            webhooks:
              enabled: false
        """;

    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static readonly GroupVersionResource Pools = new("internal.example.com", "v1", "connectionpools");
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Schedulers = new("internal.example.com", "v1", "schedulers");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");

    private static readonly ObjectKey Key = new(null, Name);
    private static readonly ObjectKey Child = new(Namespace, Name);

    private static readonly ObjectKey Claim = new(Namespace, $"data-{Name}-postgres-0");

    private TestCluster _cluster = null!;
    private IHost _operator = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _operator = await _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _operator.Dispose();
    }

    [Fact]
    public async Task Slide_Applied_MakesEverythingAndEachControllerAnswers()
    {
        await ApplySlideAsync();

        var customer = await _cluster.WaitForAsync(Customers, Key, c => c.At("status", "phase") is "Provisioning" && IsObserved(c));
        var database = await _cluster.WaitForAsync(Databases, Child, IsObserved);
        var scheduler = await _cluster.WaitForAsync(Schedulers, Child, IsObserved);
        var server = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));
        await ServeDatabaseAsync();
        var workers = await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"));
        await _cluster.WaitForAsync(Services, new(Namespace, $"{Name}-postgres"));
        await _cluster.WaitForAsync(Secrets, new(Namespace, $"{Name}-database"));
        var claim = await _cluster.WaitForAsync(Claims, new(Namespace, $"data-{Name}-postgres-0"));

        Assert.Equal("256gb", database.At("spec", "storage"));
        Assert.Equal(4L, workers.At("spec", "replicas"));
        Assert.Equal($"{Name}-database", scheduler.At("spec", "databaseSecret"));
        Assert.Equal("256G", claim.At("spec", "resources", "requests", "storage"));
        Assert.Equal(1L, server.At("spec", "replicas"));
        Assert.Equal(Namespace, customer.At("status", "namespace"));
        Assert.True(IsTrue(customer, "NamespaceReady"));
        Assert.True(IsTrue(customer, "WebhooksReady"));
        Assert.Equal("False", Condition(customer, "DatabaseReady").Text("status"));
        Assert.Equal("False", Condition(customer, "Ready").Text("status"));
    }

    [Fact]
    public async Task WorkloadsReady_PlayedByTheTest_CustomerIsReadyUntilItsSpecChanges()
    {
        await ApplySlideAsync();
        await MakeWorkloadsReadyAsync(workers: 4);
        await _cluster.WaitForAsync(Customers, Key, c => IsTrue(c, "Ready") && c.At("status", "phase") is "Ready");

        // A new spec whose workers are not there yet: the old Ready must not stand for it, not even for a moment.
        var patched = await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"scheduler":{"workers":5}}}}"""));
        var answered = await _cluster.WaitForAsync(Customers, Key, c => c.At("status", "observedGeneration") is long seen && seen >= patched.Generation);

        Assert.False(IsTrue(answered, "Ready"));
        await MakeWorkloadsReadyAsync(workers: 5);
        await _cluster.WaitForAsync(Customers, Key, c => IsTrue(c, "Ready") && IsObserved(c));
    }

    [Fact]
    public async Task Scheduler_SwitchedOffAndOn_GoesAndComesBack()
    {
        await ApplySlideAsync();
        var before = await _cluster.WaitForAsync(Schedulers, Child);

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"scheduler":{"enabled":false}}}}"""));
        await _cluster.WaitForAbsenceAsync(Schedulers, Child);
        var off = await _cluster.WaitForAsync(Customers, Key, c => IsObserved(c) && Condition(c, "SchedulerReady").Text("reason") == "Disabled");
        Assert.True(IsTrue(off, "SchedulerReady"));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"scheduler":{"enabled":true}}}}"""));
        var after = await _cluster.WaitForAsync(Schedulers, Child);
        Assert.NotEqual(before.At("metadata", "uid"), after.At("metadata", "uid"));
    }

    [Fact]
    public async Task Database_SwitchedOffAndOn_StopsAndKeepsItsDataAndPassword()
    {
        await ApplySlideAsync();
        await ServeDatabaseAsync();
        var secret = await _cluster.WaitForAsync(Secrets, new(Namespace, $"{Name}-database"));
        var before = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"database":{"enabled":false}}}}"""));
        await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"), s => s.At("spec", "replicas") is 0L);
        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"database":{"enabled":true}}}}"""));
        var after = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"), s => s.At("spec", "replicas") is 1L);

        Assert.Equal(before.At("metadata", "uid"), after.At("metadata", "uid"));
        var kept = await Client.GetAsync(Secrets, new(Namespace, $"{Name}-database"));
        Assert.Equal(secret.At("data", "password"), kept.ToMap().At("data", "password"));
    }

    [Fact]
    public async Task Delete_Protected_IsRefusedByTheServerAlsoWhileNoOperatorRuns()
    {
        await ApplySlideAsync();
        await _cluster.WaitForAsync(Databases, Child, IsObserved);
        await _cluster.WaitForAsync(Claims, Claim);
        await TestCluster.StopAsync(_operator);

        var refused = await Assert.ThrowsAsync<ApiException>(() => Client.DeleteAsync(Customers, Key));
        Assert.Equal(403, refused.Code);
        Assert.Contains("set spec.deletionProtection to false first", refused.Message, StringComparison.Ordinal);
        foreach (var (resource, key) in new[] { (Namespaces, new ObjectKey(null, Namespace)), (Databases, Child), (Claims, Claim) })
        {
            var kept = await Assert.ThrowsAsync<ApiException>(() => Client.DeleteAsync(resource, key));
            Assert.Contains("belongs to a Customer", kept.Message, StringComparison.Ordinal);
        }

        var definition = await Assert.ThrowsAsync<ApiException>(() => Client.DeleteAsync(Definitions, new(null, "customers.internal.example.com")));
        Assert.Contains("deleting this definition deletes every object", definition.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_Unprotected_GoesInOrder()
    {
        await ApplySlideAsync();
        await _cluster.WaitForAsync(Databases, Child, IsObserved);
        await _cluster.WaitForAsync(Schedulers, Child, IsObserved);
        await _cluster.WaitForAsync(Claims, Claim);

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"deletionProtection":false}}"""));
        await Client.DeleteAsync(Customers, Key);
        await _cluster.WaitForAbsenceAsync(Schedulers, Child);
        await _cluster.WaitForAbsenceAsync(Databases, Child);
        await _cluster.WaitForAsync(Namespaces, new(null, Namespace), n => n.At("metadata", "deletionTimestamp") is not null);
        var blocked = await _cluster.WaitForAsync(Customers, Key, c => Condition(c, "DeletionBlocked").Text("message")?.Contains("namespace", StringComparison.Ordinal) == true);
        Assert.Equal("Terminating", blocked.At("status", "phase"));

        // The data were to be kept, so the claim is still there, and free to go with the namespace.
        Assert.NotNull(await Client.FindAsync(Claims, Claim));
        await Client.DeleteAsync(Claims, Claim);
        await FinishNamespaceAsync();
        await _cluster.WaitForAbsenceAsync(Customers, Key);
    }

    [Fact]
    public async Task Suspended_NothingRunsAndEverythingIsKept()
    {
        await ApplySlideAsync();
        await ServeDatabaseAsync();
        await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"), d => d.At("spec", "replicas") is 4L);

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"suspended":true}}"""));
        await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"), s => s.At("spec", "replicas") is 0L);
        await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"), d => d.At("spec", "replicas") is 0L);
        var suspended = await _cluster.WaitForAsync(Customers, Key, c => IsTrue(c, "Suspended") && (c.At("status", "retained") as JsonList)?.Count == 1);
        Assert.Equal($"data-{Name}-postgres-0", (suspended.At("status", "retained") as JsonList)!.Maps.Single().Text("name"));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"suspended":false}}"""));
        await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"), s => s.At("spec", "replicas") is 1L);
    }

    [Fact]
    public async Task Database_SwitchedOffToDestroyItsData_NeedsTheNameAndThenGoes()
    {
        await ApplySlideAsync();
        var before = await _cluster.WaitForAsync(Databases, Child, IsObserved);
        await _cluster.WaitForAsync(Claims, Claim);

        var refused = await Assert.ThrowsAsync<ApiException>(() => Client.PatchAsync(
            Customers, Key, Merge("""{"spec":{"features":{"database":{"enabled":false,"onDisable":"Delete"}}}}""")));
        Assert.Contains("set spec.features.database.confirmDataLoss to the Customer's name", refused.Message, StringComparison.Ordinal);

        await Client.PatchAsync(Customers, Key, Merge(
            """{"spec":{"deletion":{"finalBackup":"Skip"},"features":{"database":{"enabled":false,"onDisable":"Delete","confirmDataLoss":"big-client-0815"}}}}"""));
        await _cluster.WaitForAbsenceAsync(Databases, Child);
        await _cluster.WaitForAsync(Claims, Claim, c => c.At("metadata", "deletionTimestamp") is not null);
        await _cluster.WaitForAsync(Customers, Key, c => IsObserved(c) && Condition(c, "DatabaseReady").Text("reason") == "Disabled");

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"database":{"enabled":true,"confirmDataLoss":null}}}}"""));
        var after = await _cluster.WaitForAsync(Databases, Child, IsObserved);
        Assert.NotEqual(before.At("metadata", "uid"), after.At("metadata", "uid"));
    }

    [Fact]
    public async Task Quota_Given_MakesFencesThatPodsFitInto()
    {
        await ApplySlideAsync("  quota: { cpu: '8', memory: 16Gi, storage: 512gb }");

        var quota = await _cluster.WaitForAsync(new("", "v1", "resourcequotas"), new(Namespace, "customer"));
        var range = await _cluster.WaitForAsync(new("", "v1", "limitranges"), new(Namespace, "customer"));
        var policy = await _cluster.WaitForAsync(new("networking.k8s.io", "v1", "networkpolicies"), new(Namespace, "customer"));

        Assert.Equal("512G", quota.At("spec", "hard", "requests.storage"));
        Assert.Equal("8", quota.At("spec", "hard", "requests.cpu"));
        Assert.Equal("128Mi", range.Map("spec")!.List("limits")!.Maps.Single().At("defaultRequest", "memory"));
        Assert.Equal(2, policy.Map("spec")!.List("ingress")!.Maps.Single().List("from")!.Count);
    }

    [Fact]
    public async Task Pool_SwitchedOnAndOff_IsWhatProgramsUseWhileItIsThere()
    {
        await InstallPoolsAsync();
        await ApplySlideAsync("    connectionPool: { enabled: true }");

        var pool = await _cluster.WaitForAsync(Pools, Child);
        var scheduler = await _cluster.WaitForAsync(Schedulers, Child);
        Assert.Equal(Name, pool.At("spec", "databaseRef", "name"));
        Assert.Equal(2L, pool.At("spec", "replicas"));
        Assert.Equal($"{Name}-pool", scheduler.At("spec", "databaseSecret"));
        await Assert.ThrowsAsync<ApiException>(() => Client.DeleteAsync(Pools, Child));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"connectionPool":{"enabled":false}}}}"""));
        await _cluster.WaitForAbsenceAsync(Pools, Child);
        await _cluster.WaitForAsync(Schedulers, Child, s => s.At("spec", "databaseSecret") as string == $"{Name}-database");
    }

    [Fact]
    public async Task Webhooks_SwitchedOn_AreServedAndMayBeCalled()
    {
        await ApplySlideAsync();
        await ServeDatabaseAsync();

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"webhooks":{"enabled":true,"replicas":2}}}}"""));
        var deployment = await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-webhooks"));
        var service = await _cluster.WaitForAsync(Services, new(Namespace, $"{Name}-webhooks"));
        var policy = await _cluster.WaitForAsync(new("networking.k8s.io", "v1", "networkpolicies"), new(Namespace, "webhooks"));

        Assert.Equal(2L, deployment.At("spec", "replicas"));
        Assert.Equal(service.At("spec", "selector")!.ToString(), policy.At("spec", "podSelector", "matchLabels")!.ToString());
    }

    [Fact]
    public async Task Secrets_EditedByHand_ArePutBack()
    {
        await ApplySlideAsync();
        await ServeDatabaseAsync();
        var before = await _cluster.WaitForAsync(Secrets, new(Namespace, $"{Name}-database"));

        await Client.PatchAsync(Secrets, new(Namespace, $"{Name}-database"), Merge("""{"stringData":{"password":"mine","username":"postgres"},"data":{"more":"eA=="}}"""));

        var after = await _cluster.WaitForAsync(Secrets, new(Namespace, $"{Name}-database"), s => s.At("data", "password") as string == before.At("data", "password") as string);
        Assert.Equal(before.At("data", "username"), after.At("data", "username"));
        Assert.Equal("eA==", after.At("data", "more"));
    }

    [Fact]
    public async Task Namespace_OfSomebodyElse_IsNotTakenOver()
    {
        await Client.CreateAsync(Namespaces, null, JsonTree.ParseMap($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Namespace}}}"}}"""));

        await ApplySlideAsync();

        var customer = await _cluster.WaitForAsync(Customers, Key, c => Condition(c, "NamespaceReady").Text("status") == "False");
        Assert.Equal("NotOwned", Condition(customer, "NamespaceReady").Text("reason"));
        Assert.Null(await Client.FindAsync(Databases, Child));
        Assert.DoesNotContain(
            (await Client.GetAsync(Namespaces, new(null, Namespace))).Labels,
            label => label.Key.StartsWith("internal.example.com", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"spec":{"features":{"database":{"storage":"255gb"}}}}""", "spec.features.database.storage", "may grow but not shrink")]
    [InlineData("""{"spec":{"features":{"database":{"storage":"256mb"}}}}""", "spec.features.database.storage", "")]
    [InlineData("""{"spec":{"features":{"database":null}}}""", "spec.features", "set enabled: false")]
    [InlineData("""{"spec":{"features":{"scheduler":{"workers":65}}}}""", "spec.features.scheduler.workers", "")]
    [InlineData("""{"spec":{"features":{"connectionPool":{"enabled":true,"replicas":17}}}}""", "spec.features.connectionPool.replicas", "")]
    [InlineData("""{"spec":{"features":{"database":{"enabled":false},"connectionPool":{"enabled":true}}}}""", "spec.features", "connectionPool needs the database")]
    [InlineData("""{"spec":{"features":{"database":{"storageClassName":"fast"}}}}""", "spec.features.database", "decided with the database")]
    [InlineData("""{"spec":{"features":{"database":{"instances":6}}}}""", "spec.features.database.instances", "")]
    [InlineData("""{"spec":{"namespace":{"name":"other"}}}""", "spec", "decided when the Customer is created")]
    [InlineData("""{"spec":{"quota":{"cpu":"many"}}}""", "spec.quota.cpu", "must be a quantity")]
    public async Task Change_NotAllowed_IsRefusedNamingTheField(string patch, string field, string message)
    {
        await ApplySlideAsync();

        var exception = await Assert.ThrowsAsync<ApiException>(() => Client.PatchAsync(Customers, Key, Merge(patch)));

        Assert.Equal(422, exception.Code);
        Assert.All(exception.Status.Details!.Causes, cause => Assert.Equal(field, cause.Field));
        Assert.Contains(exception.Status.Details.Causes, cause => cause.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("256Gi")]
    [InlineData("1tb")]
    public async Task Storage_Grows_IsAllowed(string storage)
    {
        await ApplySlideAsync();
        await _cluster.WaitForAsync(Claims, Claim);

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"database":{"storage":"SIZE"}}}}""".Replace("SIZE", storage, StringComparison.Ordinal)));

        // The claim has no storage class that could grow.
        var grown = await _cluster.WaitForAsync(Databases, Child, d => d.At("spec", "storage") as string == storage && IsObserved(d) && IsTrue(d, "StorageResizeBlocked"));
        Assert.Equal("256G", (await Client.GetAsync(Claims, Claim)).ToMap().At("spec", "resources", "requests", "storage"));
        Assert.NotEqual("Failed", Condition(grown, "Ready").Text("reason"));
    }

    private async Task<bool> IsMissingAsync(GroupVersionResource resource)
    {
        try
        {
            await Client.ListAsync(resource, Namespace);
            return false;
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            return true;
        }
    }

    private static Patch Merge(string json) => Patch.Merge(JsonTree.ParseMap(json));

    private static JsonMap Condition(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type) ?? [];

    private static bool IsTrue(JsonMap value, string type) => Condition(value, type).Text("status") == "True";

    private static bool IsObserved(JsonMap value) =>
        value.At("status", "observedGeneration") is long seen && seen == (long)value.At("metadata", "generation")!;

    private Task<RawResponse> ApplySlideAsync(string more = "") => Client.RequestAsync(
        HttpMethod.Post,
        "/apis/internal.example.com/v1/customers",
        RequestBody.FromUtf8(System.Text.Encoding.UTF8.GetBytes($"{Slide}\n{more}")),
        "application/yaml");

    /// <summary>Plays the operator of connection pools: there is such a kind, and nothing looks at it.</summary>
    private async Task InstallPoolsAsync()
    {
        await Client.CreateAsync(Definitions, null, JsonTree.ParseMap(
            """
            {
              "apiVersion": "apiextensions.k8s.io/v1",
              "kind": "CustomResourceDefinition",
              "metadata": { "name": "connectionpools.internal.example.com" },
              "spec": {
                "group": "internal.example.com",
                "scope": "Namespaced",
                "names": { "kind": "ConnectionPool", "plural": "connectionpools", "singular": "connectionpool" },
                "versions": [
                  {
                    "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                    "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } }
                  }
                ]
              }
            }
            """));
        await _cluster.WaitForAsync(Definitions, new(null, "connectionpools.internal.example.com"), d => IsTrue(d, "Established"));

        // A kind is served a moment after its definition says so.
        while (await IsMissingAsync(Pools))
        {
            await Task.Yield();
        }
    }

    /// <summary>Plays the built-in controllers: reports every workload as running.</summary>
    private async Task MakeWorkloadsReadyAsync(int workers)
    {
        await ServeDatabaseAsync();
        var deployment = await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"), d => d.At("spec", "replicas") is long n && n == workers);
        await PatchStatusAsync(Deployments, deployment, RunningStatus(deployment, workers));
    }

    /// <summary>Plays the database's pods: the server answers, and the job in it is done, so that there are credentials.</summary>
    private async Task ServeDatabaseAsync()
    {
        var server = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));
        var running = RunningStatus(server, 1);
        running.Map("status")!["currentRevision"] = "first";
        running.Map("status")!["updateRevision"] = "first";
        await PatchStatusAsync(StatefulSets, server, running);
        foreach (var job in await JobsAsync())
        {
            await PatchStatusAsync(
                Jobs,
                job.ToMap(),
                JsonTree.ParseMap("""
                {"status":{"startTime":"2030-01-01T00:00:00Z","completionTime":"2030-01-01T00:00:01Z","succeeded":1,"conditions":[
                  {"type":"SuccessCriteriaMet","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"},
                  {"type":"Complete","status":"True","lastProbeTime":"2030-01-01T00:00:01Z","lastTransitionTime":"2030-01-01T00:00:01Z"}]}}
                """));
        }
    }

    /// <summary>The jobs, as soon as there are any: they come when the server answers.</summary>
    private async Task<IReadOnlyList<RawObject>> JobsAsync()
    {
        await foreach (var change in Client.WatchAsync(Jobs, Namespace, cancellationToken: TestContext.Current.CancellationToken))
        {
            if (change.Type == Ahoi.Client.Watches.WatchEventType.Added)
            {
                break;
            }
        }

        return (await Client.ListAsync(Jobs, Namespace)).Items;
    }

    private static JsonMap RunningStatus(JsonMap workload, int replicas) => new()
    {
        ["status"] = new JsonMap
        {
            ["observedGeneration"] = workload.At("metadata", "generation"),
            ["replicas"] = replicas,
            ["readyReplicas"] = replicas,
            ["updatedReplicas"] = replicas,
            ["availableReplicas"] = replicas,
        },
    };

    private Task<RawObject> PatchStatusAsync(GroupVersionResource resource, JsonMap value, JsonMap patch) => Client.PatchAsync(
        resource,
        new ObjectKey(Namespace, (string)value.At("metadata", "name")!),
        Patch.Merge(patch),
        new WriteOptions { Subresource = "status" });

    /// <summary>Plays the namespace controller: there is nothing left in the namespace, so its finalizer goes.</summary>
    private async Task FinishNamespaceAsync()
    {
        var value = (await Client.GetAsync(Namespaces, new(null, Namespace))).ToMap();
        value.Map("spec")!["finalizers"] = new JsonList();
        await Client.RequestAsync(HttpMethod.Put, $"/api/v1/namespaces/{Namespace}/finalize", RequestBody.FromMap(value), "application/json");
    }
}
