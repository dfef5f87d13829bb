using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class HostPortTests
{
    [Fact]
    public async Task HostPort_LeadsIntoThePod_AndGoesWithIt()
    {
        await using var world = await NodeWorld.StartAsync();
        var port = FreePort();
        await world.RunAsync("web", "exec python3 -m http.server 8099 --directory /etc --bind $IP", pod => Ports(pod, port));
        await world.ReadyAsync("web");
        using var http = new HttpClient();

        await Network.Eventually.HoldsAsync(async () => (await Get(http, port)).Contains("hosts", StringComparison.Ordinal));

        await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", "web"));
        await world.GoneAsync("web");
        await Network.Eventually.HoldsAsync(async () => (await Get(http, port)).Length == 0);
    }

    [Fact]
    public async Task HostPort_ThatIsTaken_IsSaid_AndThePodStartsOnceItIsFree()
    {
        await using var world = await NodeWorld.StartAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await world.RunAsync("web", "exec sleep 1000", pod => Ports(pod, port));

        await world.EventAsync("web", "FailedCreatePodSandBox", $"host port 127.0.0.1:{port} cannot be listened at: Address already in use");
        Assert.Equal("Pending", (await world.UntilAsync("web", _ => true)).At("status", "phase"));
        taken.Stop();

        await world.ReadyAsync("web");
    }

    private static void Ports(JsonMap pod, int port)
    {
        var app = pod.Map("spec")!.List("containers")!.Maps.Single();
        app["ports"] = new JsonList { new JsonMap { ["containerPort"] = 8099L, ["hostPort"] = (long)port } };
        app["env"] = new JsonList { JsonTree.ParseMap("""{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}""") };
    }

    private static async Task<string> Get(HttpClient http, int port)
    {
        try
        {
            return await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"));
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            return "";
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
