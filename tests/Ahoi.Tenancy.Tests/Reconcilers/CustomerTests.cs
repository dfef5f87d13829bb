using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

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

    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Schedulers = new("internal.example.com", "v1", "schedulers");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");

    private static readonly ObjectKey Key = new(null, Name);
    private static readonly ObjectKey Child = new(Namespace, Name);

    private TestCluster _cluster = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        await _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy");
        await _cluster.WaitForAsync(
            new GroupVersionResource("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
            new ObjectKey(null, "customers.internal.example.com"),
            crd => IsTrue(crd, "Established"));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Slide_Applied_MakesEverythingAndEachControllerAnswers()
    {
        await ApplySlideAsync();

        var customer = await _cluster.WaitForAsync(Customers, Key, c => c.At("status", "phase") is "Provisioning" && IsObserved(c));
        var database = await _cluster.WaitForAsync(Databases, Child, IsObserved);
        var scheduler = await _cluster.WaitForAsync(Schedulers, Child, IsObserved);
        var server = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));
        var workers = await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"));
        await _cluster.WaitForAsync(Services, new(Namespace, $"{Name}-postgres"));
        await _cluster.WaitForAsync(Secrets, new(Namespace, $"{Name}-database"));
        var jobs = await Client.ListAsync(Jobs, Namespace);

        Assert.Equal("256gb", database.At("spec", "storage"));
        Assert.Equal(4L, workers.At("spec", "replicas"));
        Assert.Equal($"{Name}-database", scheduler.At("spec", "databaseSecret"));
        Assert.Equal(
            "256G",
            server.Map("spec")!.List("volumeClaimTemplates")!.Maps.Single().At("spec", "resources", "requests", "storage"));
        Assert.Single(jobs.Items);
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
    public async Task Delete_WithDatabase_WaitsForThePolicyThenGoesInOrder()
    {
        await ApplySlideAsync();
        await _cluster.WaitForAsync(Databases, Child, IsObserved);
        await _cluster.WaitForAsync(Schedulers, Child, IsObserved);

        await Client.DeleteAsync(Customers, Key);
        var blocked = await _cluster.WaitForAsync(Customers, Key, c => IsTrue(c, "DeletionBlocked") && Condition(c, "DeletionBlocked").Text("reason") == "DataWouldBeLost");
        Assert.Contains("spec.deletion.policy", Condition(blocked, "DeletionBlocked").Text("message"), StringComparison.Ordinal);
        await _cluster.WaitForAbsenceAsync(Schedulers, Child);
        Assert.NotNull(await Client.FindAsync(Databases, Child));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"deletion":{"policy":"Delete"}}}"""));
        await _cluster.WaitForAbsenceAsync(Databases, Child);
        await _cluster.WaitForAsync(Namespaces, new(null, Namespace), n => n.At("metadata", "deletionTimestamp") is not null);
        Assert.NotNull(await Client.FindAsync(Customers, Key));

        await FinishNamespaceAsync();
        await _cluster.WaitForAbsenceAsync(Customers, Key);
    }

    [Fact]
    public async Task Namespace_OfSomebodyElse_IsNotTakenOver()
    {
        await Client.CreateAsync(Namespaces, null, JsonTree.ParseMap($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Namespace}}}"}}"""));

        await ApplySlideAsync();

        var customer = await _cluster.WaitForAsync(Customers, Key, c => Condition(c, "NamespaceReady").Text("status") == "False");
        Assert.Equal("Failed", Condition(customer, "NamespaceReady").Text("reason"));
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
    [InlineData("""{"spec":{"features":{"webhooks":{"enabled":true}}}}""", "spec.features.webhooks", "not available")]
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
        await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));

        await Client.PatchAsync(Customers, Key, Merge("""{"spec":{"features":{"database":{"storage":"SIZE"}}}}""".Replace("SIZE", storage, StringComparison.Ordinal)));

        var grown = await _cluster.WaitForAsync(Databases, Child, d => d.At("spec", "storage") as string == storage && IsObserved(d));
        Assert.True(IsTrue(grown, "StorageResizeBlocked"));
        Assert.NotEqual("Failed", Condition(grown, "Ready").Text("reason"));
    }

    private static Patch Merge(string json) => Patch.Merge(JsonTree.ParseMap(json));

    private static JsonMap Condition(JsonMap value, string type) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type) ?? [];

    private static bool IsTrue(JsonMap value, string type) => Condition(value, type).Text("status") == "True";

    private static bool IsObserved(JsonMap value) =>
        value.At("status", "observedGeneration") is long seen && seen == (long)value.At("metadata", "generation")!;

    private Task<RawResponse> ApplySlideAsync() => Client.RequestAsync(
        HttpMethod.Post,
        "/apis/internal.example.com/v1/customers",
        RequestBody.FromUtf8(System.Text.Encoding.UTF8.GetBytes(Slide)),
        "application/yaml");

    /// <summary>Plays the built-in controllers: reports every workload as running.</summary>
    private async Task MakeWorkloadsReadyAsync(int workers)
    {
        var server = await _cluster.WaitForAsync(StatefulSets, new(Namespace, $"{Name}-postgres"));
        await PatchStatusAsync(StatefulSets, server, RunningStatus(server, 1));
        var deployment = await _cluster.WaitForAsync(Deployments, new(Namespace, $"{Name}-scheduler"), d => d.At("spec", "replicas") is long n && n == workers);
        await PatchStatusAsync(Deployments, deployment, RunningStatus(deployment, workers));
        foreach (var job in (await Client.ListAsync(Jobs, Namespace)).Items)
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
