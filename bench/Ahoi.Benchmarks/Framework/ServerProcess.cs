using System.Net;
using Ahoi.ControlPlane;

namespace Ahoi.Benchmarks.Framework;

/// <summary>A local cluster until its input ends.</summary>
internal static class ServerProcess
{
    public static async Task<int> RunAsync(string kubeconfig)
    {
        await using var cluster = await LocalCluster.StartAsync(
            new() { Listen = new(IPAddress.Loopback, 0), Http = true, KubeconfigFile = kubeconfig }, CancellationToken.None);
        Console.WriteLine(cluster.Url);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }
}
