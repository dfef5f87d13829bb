using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Tests.Shared;

namespace Ahoi.Tenancy.Tests.Live;

/// <summary>A customer from beginning to end, on real processes: PostgreSQL, workers, and an app that takes jobs.</summary>
public sealed class CustomerLifeTests
{
    private const string Name = "acme";
    private const string Namespace = "cust-acme";

    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Schedulers = new("internal.example.com", "v1", "schedulers");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    private static readonly ObjectKey Key = new(null, Name);
    private static readonly ObjectKey Child = new(Namespace, Name);
    private static readonly ObjectKey Server = new(Namespace, $"{Name}-postgres-0");

    [Fact]
    public async Task Customer_JobsPasswordsScaleAndEnd_NothingIsLost()
    {
        await using var cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync("tenancy", ahoi => ahoi.AddTenancy(Configure));
        await CreateAsync(cluster);
        await cluster.UntilAsync(Customers, Key, c => LiveCluster.IsReady(c));

        // Each job has exactly one effect, while workers come and go.
        using var app = await AppAsync(cluster);
        await QueueAsync(app, count: 200, milliseconds: 5);
        await PatchAsync(cluster, """{"spec":{"features":{"scheduler":{"workers":4}}}}""");
        await QueueAsync(app, count: 200, milliseconds: 5);
        await PatchAsync(cluster, """{"spec":{"features":{"scheduler":{"workers":1}}}}""");
        await DoneAsync(app, 400);

        // A new password reaches everybody, and the old one ends after its time.
        var before = await PasswordAsync(cluster);
        await QueueAsync(app, count: 300, milliseconds: 5);
        await AnnotateAsync(cluster, "rotate-password", "1");
        await cluster.UntilAsync(Secrets, new(Namespace, $"{Name}-database"), s => s.At("data", "password") as string != before);
        await DoneAsync(app, 700);
        await cluster.UntilAsync(Secrets, new(Namespace, $"{Name}-logins"), s => s.Map("data")!.Keys.Count(k => k.EndsWith(".password", StringComparison.Ordinal)) == 1);
        await SqlUntilAsync(cluster, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app_a'", "f");

        // A setting that needs a restart of the server.
        await PatchAsync(cluster, """{"spec":{"features":{"database":{"maxConnections":50}}}}""");
        await cluster.UntilAsync(Databases, Child, d => d.At("status", "maxConnections") is 50L && LiveCluster.IsReady(d));
        Assert.Equal("50", await SqlAsync(cluster, "SHOW max_connections"));
        await QueueAsync(app, count: 10, milliseconds: 1);
        await DoneAsync(app, 710);

        // More room, while it runs.
        await PatchAsync(cluster, """{"spec":{"features":{"database":{"storage":"2Gi"}}}}""");
        await cluster.UntilAsync(Databases, Child, d => d.At("status", "provisionedBytes") is 2147483648L);

        // The end: a job that runs is finished, the data are backed up and destroyed, the backup stays.
        await QueueAsync(app, count: 3, milliseconds: 1500);
        var data = Assert.Single((await cluster.Client.ListAsync(Volumes)).Items);
        await PatchAsync(cluster, """{"spec":{"deletionProtection":false,"deletion":{"policy":"Delete","finalBackup":"Required"}}}""");
        await cluster.Client.DeleteAsync(Customers, Key);
        await cluster.GoneAsync(Schedulers, Child);
        await cluster.GoneAsync(Databases, Child);
        await cluster.GoneAsync(Customers, Key);
        Assert.Null(await cluster.Client.FindAsync(Namespaces, new(null, Namespace)));
        await cluster.GoneAsync(Volumes, data.Key);
        var volume = Assert.Single((await cluster.Client.ListAsync(Volumes)).Items);
        Assert.Equal("backup", volume.Labels["internal.example.com/holds"]);

        // Workers finished what they had begun of the last three.
        Assert.Equal("t", (await RestoreAsync(cluster, volume)).Trim());
    }

    [Fact]
    public async Task Customer_DeletedAsItIs_KeepsItsDataOnAVolume()
    {
        await using var cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync("tenancy", ahoi => ahoi.AddTenancy(Configure));
        await CreateAsync(cluster);
        await cluster.UntilAsync(Databases, Child, d => LiveCluster.IsReady(d));
        await SqlAsync(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n");
        var claim = await cluster.UntilAsync(Claims, new(Namespace, $"data-{Name}-postgres-0"), _ => true);

        // Off and on again: the same volume, the same data.
        await PatchAsync(cluster, """{"spec":{"features":{"webhooks":{"enabled":false},"scheduler":{"enabled":false},"database":{"enabled":false}}}}""");
        await cluster.GoneAsync(Pods, Server);
        await cluster.UntilAsync(Customers, Key, c => (c.At("status", "retained") as JsonList)?.Maps.Any(v => v.Text("uid") == claim.At("metadata", "uid") as string) == true);
        await PatchAsync(cluster, """{"spec":{"features":{"database":{"enabled":true}}}}""");
        await cluster.UntilAsync(Databases, Child, d => d.At("spec", "stopped") is false && LiveCluster.IsReady(d));
        Assert.Equal("1000", await SqlAsync(cluster, "SELECT count(*) FROM kept"));

        await PatchAsync(cluster, """{"spec":{"deletionProtection":false}}""");
        await cluster.Client.DeleteAsync(Customers, Key);
        await cluster.GoneAsync(Customers, Key);

        var volume = Assert.Single((await cluster.Client.ListAsync(Volumes)).Items);
        Assert.Equal("data", volume.Labels["internal.example.com/holds"]);
        Assert.Equal(Name, volume.Labels["internal.example.com/customer"]);
        Assert.Equal("Retain", volume.ToMap().At("spec", "persistentVolumeReclaimPolicy"));
        Assert.Null(await cluster.Client.FindAsync(Namespaces, new(null, Namespace)));
    }

    private static void Configure(TenancyOptions options)
    {
        options.WorkerImage = options.WebhooksImage = "host";
        options.WorkerCommand = LiveCluster.Program("Workflow", "worker");
        options.WebhooksCommand = LiveCluster.Program("Workflow", "app");
        options.WorkerStatusPort = 8081;
        options.WorkerGrace = TimeSpan.FromSeconds(30);
        options.FormerPasswordLifetime = TimeSpan.FromSeconds(8);
    }

    private static Task<RawObject> CreateAsync(LiveCluster cluster) => cluster.Client.CreateAsync(Customers, null, JsonTree.ParseMap(
        """
        {
          "apiVersion": "internal.example.com/v1", "kind": "Customer", "metadata": { "name": "acme" },
          "spec": {
            "features": {
              "database": { "enabled": true, "storage": "1gb" },
              "scheduler": { "enabled": true, "workers": 2 },
              "webhooks": { "enabled": true }
            }
          }
        }
        """));

    private static Task<RawObject> PatchAsync(LiveCluster cluster, string patch) =>
        cluster.Client.PatchAsync(Customers, Key, Patch.Merge(JsonTree.ParseMap(patch)));

    private static Task<RawObject> AnnotateAsync(LiveCluster cluster, string name, string value) => cluster.Client.PatchAsync(
        Databases, Child, Patch.Merge(new JsonMap { ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [$"internal.example.com/{name}"] = value } } }));

    private static async Task<string?> PasswordAsync(LiveCluster cluster) =>
        (await cluster.Client.GetAsync(Secrets, new(Namespace, $"{Name}-database"))).ToMap().At("data", "password") as string;

    /// <summary>A client of the customer's app, through its Service.</summary>
    private static async Task<HttpClient> AppAsync(LiveCluster cluster)
    {
        var service = await cluster.UntilAsync(Services, new(Namespace, $"{Name}-webhooks"), s => s.At("spec", "clusterIP") is string);
        return new() { BaseAddress = new($"http://{service.At("spec", "clusterIP")}/"), Timeout = LiveCluster.Limit };
    }

    private static async Task QueueAsync(HttpClient app, int count, int milliseconds)
    {
        using var answer = await app.PostAsync($"jobs?count={count}&milliseconds={milliseconds}", null, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Waits until so many jobs are done, each with one effect.</summary>
    private static async Task DoneAsync(HttpClient app, long jobs)
    {
        var end = DateTime.UtcNow + LiveCluster.Limit;
        while (true)
        {
            var stats = JsonTree.ParseMap(await app.GetStringAsync("stats", TestContext.Current.CancellationToken));
            if (stats.Integer("done") >= jobs && stats.Integer("open") == 0)
            {
                Assert.Equal(jobs, stats.Integer("done"));
                Assert.Equal(jobs, stats.Integer("effects"));
                return;
            }

            Assert.True(DateTime.UtcNow < end, stats.ToString());
            await Task.Yield();
        }
    }

    private static async Task<string> SqlAsync(LiveCluster cluster, string sql) =>
        (await cluster.ExecAsync(Server, "psql", "--no-psqlrc", "-AtqU", "postgres", "-d", "app", "-c", sql)).Trim();

    private static async Task SqlUntilAsync(LiveCluster cluster, string sql, string expected)
    {
        var end = DateTime.UtcNow + LiveCluster.Limit;
        while (await SqlAsync(cluster, sql) is var answer && answer != expected)
        {
            Assert.True(DateTime.UtcNow < end, $"{sql} gives {answer}, not {expected}");
        }
    }

    /// <summary>Reads a backup back into a server of its own, and says whether each job that is done has its one effect there.</summary>
    private static async Task<string> RestoreAsync(LiveCluster cluster, RawObject volume)
    {
        // Whoever wants a kept volume back clears who claimed it before.
        await cluster.Client.PatchAsync(Volumes, volume.Key, Patch.Merge(JsonTree.ParseMap("""{"spec":{"claimRef":null}}""")));
        var spec = volume.ToMap().Map("spec")!;
        await cluster.Client.CreateAsync(Claims, "default", new JsonMap
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["metadata"] = new JsonMap { ["name"] = "backup" },
            ["spec"] = new JsonMap
            {
                ["accessModes"] = new JsonList { "ReadWriteOnce" },
                ["storageClassName"] = spec.Text("storageClassName"),
                ["volumeName"] = volume.Name,
                ["resources"] = new JsonMap { ["requests"] = new JsonMap { ["storage"] = spec.At("capacity", "storage") } },
            },
        });
        await cluster.Client.CreateAsync(Pods, "default", JsonTree.ParseMap(
            """
            {
              "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "restore" },
              "spec": {
                "restartPolicy": "Never",
                "volumes": [{ "name": "backup", "persistentVolumeClaim": { "claimName": "backup" } }, { "name": "data", "emptyDir": {} }],
                "containers": [{
                  "name": "postgres", "image": "postgres:17",
                  "env": [{ "name": "POSTGRES_PASSWORD", "value": "restore" }, { "name": "PGDATA", "value": "/data/pgdata" }],
                  "readinessProbe": { "exec": { "command": ["pg_isready", "-q", "-U", "postgres"] }, "periodSeconds": 1 },
                  "volumeMounts": [{ "name": "backup", "mountPath": "/backup" }, { "name": "data", "mountPath": "/data" }]
                }]
              }
            }
            """));
        await cluster.UntilAsync(Pods, new("default", "restore"), p => LiveCluster.IsTrue(p, "Ready"));
        return await cluster.ExecAsync(
            new("default", "restore"),
            "sh",
            "-ec",
            "createdb -U postgres app; pg_restore -U postgres -d app --no-owner --no-privileges /backup/final.dump; psql -AtqU postgres -d app -c 'SELECT count(done_at) BETWEEN 710 AND 713 AND count(done_at) = (SELECT count(*) FROM effects) FROM jobs'");
    }
}
