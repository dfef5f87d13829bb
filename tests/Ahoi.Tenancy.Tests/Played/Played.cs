using Ahoi.Client.Connections;
using Ahoi.Testing;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Tenancy.Tests.Played;

/// <summary>Clusters with the built-in controllers and without a node. Pods are ready, jobs done and volumes there as soon as
/// they are wanted, so that a whole customer comes and goes within a second.</summary>
internal static class Played
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static readonly TestClusterOptions Options = new() { Controllers = true };

    public static async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.StartAsync(Options, TestContext.Current.CancellationToken);
        await PrepareAsync(cluster);
        return cluster;
    }

    public static Task PrepareAsync(TestCluster cluster) => cluster.RunOperatorAsync(Players.Add, "players");

    public static Task<IHost> RunTenancyAsync(this TestCluster cluster, ApiConnection? connection = null) =>
        cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy", connection);
}
