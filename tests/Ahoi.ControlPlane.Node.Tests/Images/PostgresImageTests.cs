using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;
using Ahoi.ControlPlane.Node.Tests.Network;
using Ahoi.Tests.Shared;

namespace Ahoi.ControlPlane.Node.Tests.Images;

/// <summary>The built-in images of PostgreSQL and pgbouncer, as their containers run: one user, no privileges, the root
/// read-only.</summary>
public sealed class PostgresImageTests : IAsyncLifetime
{
    private const int Interrupt = 2;
    private const int Port = 5432;

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-postgres-").FullName;
    private readonly ProcessLoop _loop = new();
    private readonly List<ImageProcess> _started = [];
    private ImageStore _store = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Data => Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;

    public async ValueTask InitializeAsync() => _store = await TestImages.PostgresAsync();

    [Fact]
    public async Task Postgres_EmptyFolder_MakesTheDatabaseAndKeepsItOverARestart()
    {
        var address = Address(1);
        var server = await ServeAsync(address, ("POSTGRES_USER", "ahoi"), ("POSTGRES_PASSWORD", "it's \"secret\""), ("POSTGRES_DB", "Cargo Bay"));
        var query = await QueryAsync(address, "it's \"secret\"", "CREATE TABLE crates AS SELECT 7 AS number; SELECT current_user || '/' || current_database();");
        Assert.Equal("ahoi/Cargo Bay", query.Said.Trim().Split('\n')[^1]);
        Assert.NotEqual(0, await (await QueryAsync(address, "wrong", "SELECT 1")).Exited);

        // As a container is stopped, and as a machine dies.
        server.Signal(Interrupt);
        Assert.Equal(0, await server.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        server = await ServeAsync(address);
        server.Kill();
        await server.Exited.WaitAsync(Cancelled);
        await ServeAsync(address);

        Assert.Equal("7", (await QueryAsync(address, "it's \"secret\"", "SELECT number FROM crates")).Said.Trim());
        Assert.Equal("scram-sha-256", (await QueryAsync(address, "it's \"secret\"", "SELECT DISTINCT auth_method FROM pg_hba_file_rules WHERE type = 'host'")).Said.Trim());
    }

    [Fact]
    public async Task Postgres_StartThatWasInterrupted_BeginsAnew()
    {
        var address = Address(2);
        var server = await StartAsync(address, ("POSTGRES_PASSWORD", "p"));
        await Eventually.HoldsAsync(() => Directory.Exists(Path.Combine(Data, ".initdb")) || Served(server));
        server.Kill();
        await server.Exited.WaitAsync(Cancelled);

        await ServeAsync(address, ("POSTGRES_PASSWORD", "p"));

        Assert.Equal("postgres", (await QueryAsync(address, "p", "SELECT current_user", "postgres", "postgres")).Said.Trim());
        Assert.False(Path.Exists(Path.Combine(Data, ".initdb")));
        Assert.False(Path.Exists(Path.Combine(Data, ".initdb-done")));
    }

    [Fact]
    public async Task Postgres_UserThatTheImageDoesNotKnow_IsGivenAName()
    {
        var server = await StartAsync(Address(3), 12345, [], ("POSTGRES_HOST_AUTH_METHOD", "trust"));

        await ServedAsync(server);

        Assert.Equal("12345", (await QueryAsync(Address(3), "", "SELECT 12345", "postgres", "postgres")).Said.Trim());
    }

    [Fact]
    public async Task Postgres_ScriptsAndFilesWithPasswords_AreReadOnTheFirstStart()
    {
        var address = Address(4);
        var scripts = Directory.CreateDirectory(Path.Combine(_folder, "scripts")).FullName;
        File.WriteAllText(Path.Combine(scripts, "1.sql"), "CREATE TABLE t (n int);");
        File.WriteAllText(Path.Combine(scripts, "2.sh"), "psql -c 'INSERT INTO t VALUES (5)'");
        File.WriteAllText(Path.Combine(scripts, "password"), "from-file\n");
        var server = await StartAsync(address, 999, [new(scripts, "/docker-entrypoint-initdb.d", true)], ("POSTGRES_PASSWORD_FILE", "/docker-entrypoint-initdb.d/password"), ("POSTGRES_DB", "app"));
        await ServedAsync(server);

        Assert.Equal("5", (await QueryAsync(address, "from-file", "SELECT n FROM t", "postgres", "app")).Said.Trim());
    }

    [Theory]
    [InlineData(999u, "", "POSTGRES_PASSWORD is not set, and nobody could log in")]
    [InlineData(0u, "POSTGRES_PASSWORD=p", "PostgreSQL does not run as root")]
    [InlineData(999u, "POSTGRES_PASSWORD=p;other-file", "has no PG_VERSION but has other-file")]
    [InlineData(999u, "POSTGRES_PASSWORD=p;POSTGRES_PASSWORD_FILE=/x", "set one of them")]
    public async Task Postgres_WhatCannotWork_SaysWhyAndTouchesNothing(uint user, string settings, string why)
    {
        var variables = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).ToLookup(s => s.Length == 2);
        foreach (var file in variables[false])
        {
            File.WriteAllText(Path.Combine(Data, file[0]), "kept");
        }

        var server = await StartAsync(Address(5), user, [], [.. variables[true].Select(v => (v[0], v[1]))]);

        Assert.Equal(1, await server.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        Assert.Contains("postgres: ", server.Said, StringComparison.Ordinal);
        Assert.Contains(why, server.Said, StringComparison.Ordinal);
        Assert.Equal(variables[false].Select(f => f[0]), Directory.EnumerateFileSystemEntries(Data).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Pgbouncer_OwnSettings_Runs()
    {
        var settings = Path.Combine(_folder, "pgbouncer.ini");
        File.WriteAllText(settings, $"[databases]\n[pgbouncer]\nlisten_addr = {Address(6)}\nlisten_port = 6432\nunix_socket_dir =\nauth_type = any\n");
        var pooler = await ImageProcess.StartAsync(
            _loop, _store.Find("pgbouncer:1.24")!, new() { Root = "", HostName = "pooler", User = 999, Group = 999, Mounts = [new(settings, "/etc/pgbouncer/pgbouncer.ini", true)] }, [], Cancelled);
        _started.Add(pooler);

        await Eventually.HoldsAsync(() => pooler.Said.Contains("process up: PgBouncer 1.24", StringComparison.Ordinal) || pooler.Exited.IsCompleted);

        Assert.Contains($"listening on {Address(6)}:6432", pooler.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_OfTheDatabase_ShareOneRootWithoutSecrets()
    {
        var (postgres, pgbouncer) = (_store.Find("postgres:17")!, _store.Find("pgbouncer:1.24")!);

        Assert.Equal(postgres.RootFolder, pgbouncer.RootFolder);
        Assert.NotEqual(postgres.Id, pgbouncer.Id);
        Assert.Contains("postgres:x:999:999:", File.ReadAllText(Path.Combine(postgres.RootFolder, "etc/passwd")), StringComparison.Ordinal);
        Assert.All(["etc/hosts", "etc/hostname", "etc/resolv.conf"], f => Assert.Equal(0, new FileInfo(Path.Combine(postgres.RootFolder, f)).Length));
        Assert.False(Path.Exists(Path.Combine(postgres.RootFolder, "etc/ssl/private")));
        Assert.False(Path.Exists(Path.Combine(postgres.RootFolder, "var/lib/postgresql/17")));
        Assert.False(Path.Exists(Path.Combine(postgres.RootFolder, "scratch")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            process.Kill();
            await process.Exited.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        }

        await _loop.DisposeAsync();
        _store?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Gets an address that other runs of the tests on this machine do not use.</summary>
    private static string Address(int test) => $"127.{88 + test}.{Environment.ProcessId / 254 % 256}.{1 + (Environment.ProcessId % 254)}";

    private static bool Served(ImageProcess server) =>
        server.Said.Split("listening on IPv4 address").Length > 1 && server.Said.Contains("database system is ready to accept connections", StringComparison.Ordinal);

    private static async Task ServedAsync(ImageProcess server)
    {
        await Eventually.HoldsAsync(() => Served(server) || server.Exited.IsCompleted);
        Assert.True(Served(server), server.Said);
    }

    private Task<ImageProcess> StartAsync(string address, params (string, string)[] variables) => StartAsync(address, 999, [], variables);

    private async Task<ImageProcess> StartAsync(string address, uint user, IReadOnlyList<SandboxMount> mounts, params (string Name, string Value)[] variables)
    {
        var spec = new SandboxSpec
        {
            Root = "",
            HostName = "database-0",
            User = user,
            Group = user,
            Mounts = [new(Data, "/var/lib/postgresql/data", false), .. mounts],
            Environment = variables.Append(("POD_IP", address)).ToDictionary(v => v.Item1, v => v.Item2, StringComparer.Ordinal),
        };
        var server = await ImageProcess.StartAsync(_loop, _store.Find("postgres:17")!, spec, [], Cancelled);
        _started.Add(server);
        return server;
    }

    private async Task<ImageProcess> ServeAsync(string address, params (string, string)[] variables)
    {
        var server = await StartAsync(address, variables);
        await ServedAsync(server);
        return server;
    }

    private async Task<ImageProcess> QueryAsync(string address, string password, string statements, string user = "ahoi", string database = "Cargo Bay")
    {
        var spec = new SandboxSpec { Root = "", HostName = "client", User = 999, Group = 999, Environment = new Dictionary<string, string> { ["PGPASSWORD"] = password } };
        var query = await ImageProcess.StartAsync(
            _loop, _store.Find("postgres:17")!, spec, ["psql", "-qAtX", "-h", address, "-p", $"{Port}", "-U", user, "-d", database, "-c", statements], Cancelled);
        _started.Add(query);
        await query.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancelled);
        return query;
    }
}
