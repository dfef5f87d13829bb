using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Tenancy.Api;
using Ahoi.Tests.Shared;

namespace Ahoi.Tenancy.Tests.Live;

/// <summary>Customers whose databases are made in one PostgreSQL server, by an administrator there who is no superuser.</summary>
public sealed class SharedServerTests
{
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Databases = new("internal.example.com", "v1", "databases");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    private static readonly ObjectKey Server = new("databases", "shared");

    [Fact]
    public async Task Databases_InOneServer_AreApartAndGoAsTheirCustomersSay()
    {
        await using var cluster = await LiveCluster.StartAsync();
        await StartServerAsync(cluster);
        await cluster.RunAsync("tenancy", ahoi => ahoi.AddTenancy(Configure));
        await CreateAsync(cluster, "one", "Delete");
        await CreateAsync(cluster, "two", "Retain");
        var one = await LoginAsync(cluster, "one");
        var two = await LoginAsync(cluster, "two");

        // Each has its own, and cannot look into the other's.
        Assert.Equal("5", await SqlAsync(cluster, one, "CREATE TABLE kept AS SELECT generate_series(1, 5) AS n; SELECT count(*) FROM kept"));
        Assert.Equal("7", await SqlAsync(cluster, two, "CREATE TABLE kept AS SELECT generate_series(1, 7) AS n; SELECT count(*) FROM kept"));
        Assert.Contains("permission denied for database", await SqlAsync(cluster, one with { Database = two.Database }, "SELECT 1"), StringComparison.Ordinal);

        // A new password: another role, which owns the same tables; the former one ends after its time.
        await cluster.Client.PatchAsync(Databases, new("cust-one", "one"), Patch.Merge(JsonTree.ParseMap("""{"metadata":{"annotations":{"internal.example.com/rotate-password":"1"}}}""")));
        await cluster.UntilAsync(Secrets, new("cust-one", "one-database"), s => s.At("data", "password") as string != Encode(one.Password));
        var rotated = await LoginAsync(cluster, "one");
        Assert.NotEqual(one.User, rotated.User);
        Assert.Equal("6", await SqlAsync(cluster, rotated, "INSERT INTO kept VALUES (6); SELECT count(*) FROM kept"));
        await RefusedAsync(cluster, one);

        // The end: one is backed up and dropped, two stays and is locked.
        foreach (var customer in new[] { "one", "two" })
        {
            await cluster.Client.PatchAsync(Customers, new(null, customer), Patch.Merge(JsonTree.ParseMap("""{"spec":{"deletionProtection":false}}""")));
            await cluster.Client.DeleteAsync(Customers, new(null, customer));
        }

        await cluster.GoneAsync(Customers, new(null, "one"));
        await cluster.GoneAsync(Customers, new(null, "two"));
        Assert.Equal(two.Database, await AdminAsync(cluster, "SELECT datname FROM pg_database WHERE datname LIKE 'db\\_%'"));
        Assert.Equal("0", await AdminAsync(cluster, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'db\\_%' AND rolcanlogin"));
        Assert.Equal("3", await AdminAsync(cluster, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'db\\_%'"));
        Assert.Equal("7", await AdminAsync(cluster, "SELECT count(*) FROM kept", two.Database));
        var backup = Assert.Single((await cluster.Client.ListAsync(Volumes)).Items);
        Assert.Equal("backup", backup.Labels["internal.example.com/holds"]);
        Assert.Equal("one", backup.Labels["internal.example.com/customer"]);
    }

    private static void Configure(TenancyOptions options)
    {
        // docs: server
        options.DatabaseProvider = DatabaseProvider.Server;
        options.ServerName = "shared";
        options.Servers["shared"] = new() { Host = "shared.databases.svc", SslMode = "prefer", SecretNamespace = "databases", SecretName = "admin" };
        // docs: end
        options.FormerPasswordLifetime = TimeSpan.FromSeconds(2);
    }

    private static async Task StartServerAsync(LiveCluster cluster)
    {
        await cluster.NamespaceAsync("databases");
        await cluster.Client.CreateAsync(Secrets, "databases", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"admin"},"stringData":{"username":"provisioner","password":"makes-databases"}}"""));
        await cluster.Client.CreateAsync(Services, "databases", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"shared"},"spec":{"selector":{"app":"shared"},"ports":[{"port":5432}]}}"""));
        await cluster.Client.CreateAsync(Pods, "databases", JsonTree.ParseMap(
            """
            {
              "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "shared", "labels": { "app": "shared" } },
              "spec": {
                "volumes": [{ "name": "data", "emptyDir": {} }],
                "containers": [{
                  "name": "postgres", "image": "postgres:17",
                  "env": [{ "name": "POSTGRES_PASSWORD", "value": "superuser" }, { "name": "PGDATA", "value": "/data/pgdata" }],
                  "readinessProbe": { "exec": { "command": ["pg_isready", "-q", "-U", "postgres"] }, "periodSeconds": 1 },
                  "volumeMounts": [{ "name": "data", "mountPath": "/data" }]
                }]
              }
            }
            """));
        await cluster.UntilAsync(Pods, Server, p => LiveCluster.IsTrue(p, "Ready"));
        await AdminAsync(cluster, "CREATE ROLE provisioner LOGIN CREATEROLE CREATEDB PASSWORD 'makes-databases'");
    }

    private static Task<RawObject> CreateAsync(LiveCluster cluster, string name, string policy) => cluster.Client.CreateAsync(Customers, null, JsonTree.ParseMap(
        $$$"""
        {
          "apiVersion": "internal.example.com/v1", "kind": "Customer", "metadata": { "name": "{{{name}}}" },
          "spec": { "deletion": { "policy": "{{{policy}}}" }, "features": { "database": { "enabled": true, "storage": "1gb" } } }
        }
        """));

    private static async Task<Login> LoginAsync(LiveCluster cluster, string customer)
    {
        await cluster.UntilAsync(Databases, new($"cust-{customer}", customer), d => LiveCluster.IsReady(d));
        var data = (await cluster.Client.GetAsync(Secrets, new($"cust-{customer}", $"{customer}-database"))).ToMap().Map("data")!;
        return new(Text("database"), Text("username"), Text("password"));

        string Text(string key) => Encoding.UTF8.GetString(Convert.FromBase64String(data.Text(key)!));
    }

    /// <summary>What a program of a customer's is told that asks the server over the network.</summary>
    private static async Task<string> SqlAsync(LiveCluster cluster, Login login, string sql) => (await cluster.ExecAsync(
        Server,
        "env",
        $"PGPASSWORD={login.Password}",
        "sh",
        "-c",
        "psql --no-psqlrc -AtqX -h shared.databases.svc -U \"$1\" -d \"$2\" -c \"$3\" 2>&1 || true",
        "sh",
        login.User,
        login.Database,
        sql)).Trim();

    private static async Task<string> AdminAsync(LiveCluster cluster, string sql, string database = "postgres") =>
        (await cluster.ExecAsync(Server, "psql", "--no-psqlrc", "-AtqX", "-U", "postgres", "-d", database, "-c", sql)).Trim();

    private static async Task RefusedAsync(LiveCluster cluster, Login login)
    {
        var end = DateTime.UtcNow + LiveCluster.Limit;
        while (await SqlAsync(cluster, login, "SELECT 1") == "1")
        {
            Assert.True(DateTime.UtcNow < end, "the former role still logs in");
        }

        Assert.Equal("f", await AdminAsync(cluster, $"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{login.User}'"));
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private sealed record Login(string Database, string User, string Password);
}
