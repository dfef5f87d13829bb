using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Tests.Shared;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PostgresPodTests
{
    private static readonly GroupVersionResource StatefulSets = new("apps", "v1", "statefulsets");

    [Fact]
    public async Task Postgres_KeepsItsData_OverPodDeletion_AndARestartOfTheCluster()
    {
        using var images = await TestImages.PostgresAsync();
        var folder = Directory.CreateTempSubdirectory("ahoi-test-");
        try
        {
            var options = new LocalClusterOptions { DataFolder = folder.FullName, ImageFolder = images.Folder, Listen = new(System.Net.IPAddress.Loopback, 0), Http = true };
            await using (var world = await NodeWorld.StartAsync(options))
            {
                await world.Client.CreateAsync(StatefulSets, "default", StatefulSet());
                await world.ReadyAsync("db-0");
                Assert.Equal("CREATE TABLE\nINSERT 0 3\n", await QueryAsync(world, "create table kept (n int); insert into kept values (1), (2), (3)"));
                var first = (await world.UntilAsync("db-0", _ => true)).At("metadata", "uid");

                await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", "db-0"));

                await world.UntilAsync("db-0", p => p.At("metadata", "uid") != first && (string)p.At("metadata", "uid")! != (string)first! && NodeWorld.IsReady(p));
                Assert.Equal("6\n", await QueryAsync(world, "select sum(n) from kept"));
            }

            await using (var world = await NodeWorld.StartAsync(options))
            {
                await world.UntilAsync("db-0", p => NodeWorld.IsReady(p) && NodeWorld.Status(p, "postgres").Integer("restartCount") > 0);
                Assert.Equal("6\n", await QueryAsync(world, "select sum(n) from kept"));
            }
        }
        finally
        {
            LocalNode.DeleteFolder(folder.FullName);
        }
    }

    private static async Task<string> QueryAsync(NodeWorld world, string sql)
    {
        using var client = world.OverSocket();
        await using var session = await client.ExecAsync(new("default", "db-0"), new() { Command = ["sh", "-c", "PGPASSWORD=$POSTGRES_PASSWORD exec psql --no-psqlrc -At -h $POD_IP -U postgres -c \"$0\"", sql] });
        var output = await new StreamReader(session.StandardOutput).ReadToEndAsync();
        var error = await new StreamReader(session.StandardError).ReadToEndAsync();
        Assert.True(await session.Exit == 0, error);
        return output;
    }

    private static JsonMap StatefulSet() => JsonTree.ParseMap(
        """
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db"},
         "spec":{"serviceName":"db","replicas":1,"selector":{"matchLabels":{"app":"db"}},
          "template":{"metadata":{"labels":{"app":"db"}},
           "spec":{"nodeName":"ahoi","terminationGracePeriodSeconds":20,
            "containers":[{"name":"postgres","image":"postgres:17","imagePullPolicy":"IfNotPresent",
             "env":[{"name":"POSTGRES_PASSWORD","value":"secret"},{"name":"PGDATA","value":"/var/lib/postgresql/data/pgdata"},{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
             "volumeMounts":[{"name":"data","mountPath":"/var/lib/postgresql/data"}],
             "readinessProbe":{"exec":{"command":["sh","-c","exec pg_isready -h $POD_IP -U postgres"]},"periodSeconds":1}}]}},
          "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}
        """);
}
