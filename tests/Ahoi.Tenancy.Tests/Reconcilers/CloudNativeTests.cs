using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

namespace Ahoi.Tenancy.Tests.Reconcilers;

/// <summary>
/// Databases that CloudNativePG runs. Of that operator there is only the shape of its Cluster here, as far as it is written:
/// the fields' names, types and limits of its version 1.29 (https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/).
/// What is not in it is refused, as it would be there. The test plays what the operator says.
/// </summary>
public sealed class CloudNativeTests : IAsyncLifetime
{
    private const string Definition =
        """
        {
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "clusters.postgresql.cnpg.io" },
          "spec": {
            "group": "postgresql.cnpg.io", "scope": "Namespaced",
            "names": { "kind": "Cluster", "listKind": "ClusterList", "plural": "clusters", "singular": "cluster" },
            "versions": [{
              "name": "v1", "served": true, "storage": true,
              "subresources": { "status": {}, "scale": { "specReplicasPath": ".spec.instances", "statusReplicasPath": ".status.instances" } },
              "schema": { "openAPIV3Schema": { "type": "object", "required": ["spec"], "properties": {
                "apiVersion": { "type": "string" }, "kind": { "type": "string" }, "metadata": { "type": "object" },
                "spec": { "type": "object", "required": ["instances"], "properties": {
                  "instances": { "type": "integer", "default": 1, "minimum": 1 },
                  "imageName": { "type": "string" },
                  "enableSuperuserAccess": { "type": "boolean", "default": false },
                  "primaryUpdateStrategy": { "type": "string", "default": "unsupervised", "enum": ["unsupervised", "supervised"] },
                  "startDelay": { "type": "integer", "format": "int32", "default": 3600 },
                  "storage": { "type": "object", "properties": {
                    "resizeInUseVolumes": { "type": "boolean", "default": true }, "size": { "type": "string" }, "storageClass": { "type": "string" } } },
                  "inheritedMetadata": { "type": "object", "properties": {
                    "annotations": { "type": "object", "additionalProperties": { "type": "string" } },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } } } },
                  "postgresql": { "type": "object", "properties": {
                    "parameters": { "type": "object", "additionalProperties": { "type": "string" } },
                    "pg_hba": { "type": "array", "items": { "type": "string" } } } },
                  "bootstrap": { "type": "object", "properties": {
                    "initdb": { "type": "object", "properties": {
                      "database": { "type": "string" }, "owner": { "type": "string" },
                      "secret": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } } } } } }
                } },
                "status": { "type": "object", "properties": {
                  "instances": { "type": "integer" }, "readyInstances": { "type": "integer" }, "phase": { "type": "string" },
                  "conditions": { "type": "array", "items": { "type": "object", "required": ["lastTransitionTime", "message", "reason", "status", "type"], "properties": {
                    "lastTransitionTime": { "type": "string", "format": "date-time" }, "message": { "type": "string" }, "reason": { "type": "string" },
                    "status": { "type": "string", "enum": ["True", "False", "Unknown"] }, "type": { "type": "string" } } } }
                } }
              } } }
            }]
          }
        }
        """;

    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static readonly GroupVersionResource Clusters = new("postgresql.cnpg.io", "v1", "clusters");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");

    private static readonly ObjectKey Key = new("default", "acme");
    private static readonly ObjectKey Server = new("default", "acme-postgres");

    private TestCluster _cluster = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Database_WithoutThatOperator_SaysWhatIsMissing()
    {
        await _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy");
        await CreateAsync();

        var database = await _cluster.WaitForAsync(Databases, Key, d => Reason(d) == "NoProvider");

        Assert.Contains("install CloudNativePG", Ready(database).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_Created_IsReadyWhenItsClusterIs()
    {
        await StartAsync();
        await CreateAsync();
        var cluster = await _cluster.WaitForAsync(Clusters, Server);

        Assert.Equal(3L, cluster.At("spec", "instances"));
        Assert.Equal("256G", cluster.At("spec", "storage", "size"));
        Assert.Equal("fast", cluster.At("spec", "storage", "storageClass"));
        Assert.Equal("60", cluster.At("spec", "postgresql", "parameters", "max_connections"));
        Assert.Equal("app", cluster.At("spec", "bootstrap", "initdb", "owner"));
        Assert.Equal("acme-database", cluster.At("spec", "bootstrap", "initdb", "secret", "name"));
        Assert.Equal("off", cluster.At("metadata", "annotations", "cnpg.io/hibernation"));
        var secret = await _cluster.WaitForAsync(Secrets, new("default", "acme-database"));
        Assert.Equal("kubernetes.io/basic-auth", secret.At("type"));
        Assert.Equal("true", secret.At("metadata", "labels", "cnpg.io/reload"));
        Assert.Equal("acme-postgres-rw.default.svc", Text(secret, "host"));
        Assert.NotEqual("True", Ready(await _cluster.WaitForAsync(Databases, Key, IsObserved)).Text("status"));

        await SayAsync("Ready", "ClusterIsReady");
        var database = await _cluster.WaitForAsync(Databases, Key, d => Ready(d).Text("status") == "True");
        Assert.Equal("acme-postgres-rw.default.svc", database.At("status", "host"));
        Assert.Equal(60L, database.At("status", "maxConnections"));
    }

    [Fact]
    public async Task Database_Stopped_IsHibernatedAndComesBack()
    {
        await StartAsync();
        await CreateAsync();
        var before = await _cluster.WaitForAsync(Clusters, Server);
        await SayAsync("Ready", "ClusterIsReady");

        await PatchAsync("""{"spec":{"stopped":true}}""");
        await _cluster.WaitForAsync(Clusters, Server, c => c.At("metadata", "annotations", "cnpg.io/hibernation") is "on");
        var stopping = await _cluster.WaitForAsync(Databases, Key, d => IsObserved(d) && Ready(d).Text("status") == "False");
        Assert.Contains("hibernated", Ready(stopping).Text("message"), StringComparison.Ordinal);
        await SayAsync("cnpg.io/hibernation", "Hibernated");
        await _cluster.WaitForAsync(Databases, Key, d => IsObserved(d) && Ready(d).Text("status") == "True");

        await PatchAsync("""{"spec":{"stopped":false}}""");
        var after = await _cluster.WaitForAsync(Clusters, Server, c => c.At("metadata", "annotations", "cnpg.io/hibernation") is "off");
        Assert.Equal(before.At("metadata", "uid"), after.At("metadata", "uid"));
    }

    [Fact]
    public async Task Password_AskedFor_IsAnotherOneAndTheClusterIsLeftAlone()
    {
        await StartAsync();
        await CreateAsync();
        var before = await _cluster.WaitForAsync(Secrets, new("default", "acme-database"));
        var cluster = await _cluster.WaitForAsync(Clusters, Server);

        await PatchAsync("""{"metadata":{"annotations":{"internal.example.com/rotate-password":"1"}}}""");
        var after = await _cluster.WaitForAsync(Secrets, new("default", "acme-database"), s => Text(s, "password") != Text(before, "password"));

        Assert.Equal("app", Text(after, "username"));
        Assert.Equal(cluster.At("metadata", "generation"), (await Client.GetAsync(Clusters, Server)).ToMap().At("metadata", "generation"));
    }

    [Fact]
    public async Task Database_OfThatNameOfSomebodyElse_IsNotTakenOver()
    {
        await StartAsync();
        await Client.CreateAsync(Clusters, "default", JsonTree.ParseMap(
            """{"apiVersion":"postgresql.cnpg.io/v1","kind":"Cluster","metadata":{"name":"acme-postgres"},"spec":{"instances":1,"storage":{"size":"1Gi"}}}"""));

        await CreateAsync();

        await _cluster.WaitForAsync(Databases, Key, d => IsObserved(d) && Reason(d) == "ChildFailed");
        Assert.Equal("1Gi", (await Client.GetAsync(Clusters, Server)).ToMap().At("spec", "storage", "size"));
    }

    [Fact]
    public async Task Delete_WithABackup_MakesItWithTheClusterRunningAndThenDestroysTheData()
    {
        await StartAsync();
        await CreateAsync();
        await _cluster.WaitForAsync(Clusters, Server);
        await SayAsync("Ready", "ClusterIsReady");
        await Client.CreateAsync(Claims, "default", JsonTree.ParseMap(
            """
            {
              "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "acme-postgres-1", "labels": { "cnpg.io/cluster": "acme-postgres" } },
              "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } }
            }
            """));
        await PatchAsync("""{"spec":{"stopped":true,"deletion":{"policy":"Delete","finalBackup":"Required"}}}""");
        await _cluster.WaitForAsync(Clusters, Server, c => c.At("metadata", "annotations", "cnpg.io/hibernation") is "on");

        await Client.DeleteAsync(Databases, Key);
        await _cluster.WaitForAsync(Clusters, Server, c => c.At("metadata", "annotations", "cnpg.io/hibernation") is "off");
        var job = await _cluster.WaitForAsync(Jobs, new("default", "acme-final-backup"));
        Assert.Contains("acme-database", job.ToString(), StringComparison.Ordinal);
        Assert.NotNull(await Client.FindAsync(Claims, new("default", "acme-postgres-1")));

        // Whoever changes their mind about the backup says so.
        await PatchAsync("""{"spec":{"deletion":{"finalBackup":"Skip"}}}""");
        await _cluster.WaitForAsync(Claims, new("default", "acme-postgres-1"), c => c.At("metadata", "deletionTimestamp") is not null);
        await _cluster.WaitForAbsenceAsync(Clusters, Server);
        await _cluster.WaitForAbsenceAsync(Databases, Key);
    }

    private async Task StartAsync()
    {
        await Client.CreateAsync(Definitions, null, JsonTree.ParseMap(Definition));
        await _cluster.WaitForAsync(Definitions, new(null, "clusters.postgresql.cnpg.io"), d => (d.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true);
        await _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy");
    }

    private Task<RawObject> CreateAsync() => Client.CreateAsync(Databases, "default", JsonTree.ParseMap(
        """
        {
          "apiVersion": "internal.example.com/v1", "kind": "Database", "metadata": { "name": "acme" },
          "spec": { "provider": "CloudNativePG", "storage": "256gb", "storageClassName": "fast", "instances": 3, "maxConnections": 60 }
        }
        """));

    private Task<RawObject> PatchAsync(string patch) => Client.PatchAsync(Databases, Key, Patch.Merge(JsonTree.ParseMap(patch)));

    /// <summary>Plays the other operator: says one thing of the Cluster.</summary>
    private Task<RawObject> SayAsync(string type, string reason) => Client.PatchAsync(
        Clusters,
        Server,
        Patch.Merge(new JsonMap
        {
            ["status"] = new JsonMap
            {
                ["conditions"] = new JsonList
                {
                    new JsonMap { ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = "", ["lastTransitionTime"] = "2030-01-01T00:00:00Z" },
                },
            },
        }),
        new() { Subresource = "status" });

    private static JsonMap Ready(JsonMap value) =>
        (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == "Ready") ?? [];

    private static string? Reason(JsonMap value) => Ready(value).Text("reason");

    private static bool IsObserved(JsonMap value) => value.At("status", "observedGeneration") is long seen && seen == (long)value.At("metadata", "generation")!;

    private static string Text(JsonMap secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String((string)secret.At("data", key)!));
}
