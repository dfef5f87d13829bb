using Ahoi.Operators;
using Ahoi.Operators.Manifests;
using Ahoi.Tenancy.Api;

namespace Ahoi.Host.Tests;

public sealed class OperatorSettingsTests
{
    [Fact]
    public void Parse_File_SetsWhatItSaysAndNothingElse()
    {
        var settings = OperatorSettings.Parse(
            """
            {
              // One server for all.
              "tenancy": {
                "databaseProvider": "Server", "serverName": "shared", "workerImage": "worker:2", "workerCommand": ["run"], "workerGrace": "00:05:00",
                "servers": { "shared": { "host": "db.example.com", "secretNamespace": "databases", "secretName": "admin" } },
              },
              "pools": { "userId": 1000 },
            }
            """,
            "config.json");

        Assert.Equal(DatabaseProvider.Server, settings.Tenancy.DatabaseProvider);
        Assert.Equal("worker:2", settings.Tenancy.WorkerImage);
        Assert.Equal(["run"], settings.Tenancy.WorkerCommand);
        Assert.Equal(TimeSpan.FromMinutes(5), settings.Tenancy.WorkerGrace);
        Assert.Equal("db.example.com", settings.Tenancy.Servers["shared"].Host);
        Assert.Equal(5432, settings.Tenancy.Servers["shared"].Port);
        Assert.Equal("postgres:17", settings.Tenancy.DatabaseImage);
        Assert.Equal((1000, "pgbouncer:1.24"), (settings.Pools.UserId, settings.Pools.PoolImage));
    }

    [Theory]
    [InlineData("{", "config.json is wrong at $")]
    [InlineData("null", "write {}")]
    [InlineData("""{"tenancy":{"workerImages":"x"}}""", "workerImages")]
    [InlineData("""{"tenancy":{"workerGrace":"soon"}}""", "$.tenancy.workerGrace")]
    [InlineData("""{"tenancy":{"databaseProvider":"Oracle"}}""", "$.tenancy.databaseProvider")]
    [InlineData("""{"tenancy":{"workerImage":""}}""", "tenancy.workerImage is ''")]
    [InlineData("""{"tenancy":{"webhooksPort":70000}}""", "tenancy.webhooksPort is '70000' and must be from 1 to 65535")]
    [InlineData("""{"tenancy":{"workerGrace":"-00:00:01"}}""", "tenancy.workerGrace is '-00:00:01'")]
    [InlineData("""{"tenancy":{"databaseProvider":"Server"}}""", "tenancy.serverName is '' and must be one of tenancy.servers")]
    [InlineData("""{"tenancy":{"servers":{"a":{"host":"x","secretNamespace":"n","secretName":""}}}}""", "tenancy.servers.a.secretName is ''")]
    [InlineData("""{"tenancy":{"servers":{"a":{"host":"x","secretNamespace":"n","secretName":"s","sslMode":"on"}}}}""", "tenancy.servers.a.sslMode is 'on'")]
    [InlineData("""{"pools":{"userId":0}}""", "pools.userId is '0'")]
    public void Parse_WhatIsWrong_NamesFieldAndValue(string json, string message)
    {
        var exception = Assert.Throws<FormatException>(() => OperatorSettings.Parse(json, "config.json"));

        Assert.Contains("config.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileThatIsNotThere_NamesIt() =>
        Assert.Contains("/nowhere/config.json", Assert.Throws<FormatException>(() => OperatorSettings.Read("/nowhere/config.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Manifests_WithAFile_MountItWhereTheProgramReadsIt()
    {
        var text = ClusterManifests.Plain(new() { Config = """{"pools":{"userId":1000}}""" }).Single(f => f.Path == "5-deployment.yaml").Content;

        Assert.Contains("kind: ConfigMap", text, StringComparison.Ordinal);
        Assert.Contains("--config=/etc/ahoi/config.json", text, StringComparison.Ordinal);
        Assert.Contains("mountPath: /etc/ahoi", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ConfigMap", ClusterManifests.Plain(new()).Single(f => f.Path == "5-deployment.yaml").Content, StringComparison.Ordinal);
        Assert.Equal("/etc/ahoi/config.json", HostArguments.Parse(new HostArguments { Config = "/etc/ahoi/config.json" }.ToArguments()).Config);
    }
}
