using System.Net;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class NameTableTests : IAsyncLifetime
{
    private NetworkWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await NetworkWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Services_HaveShortNamesInTheirNamespaceAndLongOnesEverywhere()
    {
        var web = (string)(await _world.CreateServiceAsync("web", """{"ports":[{"port":80}]}""")).At("spec", "clusterIP")!;

        await WaitForAsync("default", $"{web}\tweb web.default web.default.svc web.default.svc.cluster.local");
        Assert.Contains($"{web}\tweb.default web.default.svc web.default.svc.cluster.local", HostsOf("shop"), StringComparison.Ordinal);
        Assert.Contains("127.200.0.1\tkubernetes.default kubernetes.default.svc", HostsOf("shop"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadlessServices_NameTheirReadyEndpoints()
    {
        await _world.CreateServiceAsync("db", """{"clusterIP":"None","ports":[{"port":5432}]}""");
        await _world.SetEndpointsAsync(
            "db", 5432, new(IPAddress.Parse("127.64.0.7"), Hostname: "db-0"), new(IPAddress.Parse("127.64.0.8"), Ready: false, Hostname: "db-1"), new(IPAddress.Parse("127.64.0.9")));

        await WaitForAsync("default", "127.64.0.9\tdb db.default");
        Assert.Equal(
            """
            127.64.0.7	db db.default db.default.svc db.default.svc.cluster.local
            127.64.0.9	db db.default db.default.svc db.default.svc.cluster.local
            127.64.0.7	db-0.db db-0.db.default db-0.db.default.svc db-0.db.default.svc.cluster.local
            """,
            string.Join('\n', HostsOf("default").Split('\n').Where(l => l.StartsWith("127.64.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task HeadlessServices_ThatPublishAll_NameWhatIsNotReadyToo()
    {
        await _world.CreateServiceAsync("db", """{"clusterIP":"None","publishNotReadyAddresses":true,"ports":[{"port":5432}]}""");
        await _world.SetEndpointsAsync("db", 5432, new TestEndpoint(IPAddress.Parse("127.64.0.8"), Ready: false, Serving: false, Hostname: "db-1"));

        await WaitForAsync("default", "127.64.0.8\tdb-1.db db-1.db.default");
    }

    [Fact]
    public async Task ExternalNames_InsideOfTheCluster_HaveTheAddressBehindThem()
    {
        var web = (string)(await _world.CreateServiceAsync("web", """{"ports":[{"port":80}]}""")).At("spec", "clusterIP")!;
        await _world.CreateServiceAsync("circle", """{"type":"ExternalName","externalName":"circle.default.svc.cluster.local"}""");
        await _world.CreateServiceAsync("far", """{"type":"ExternalName","externalName":"example.com"}""");
        await _world.CreateServiceAsync("alias", """{"type":"ExternalName","externalName":"web.default.svc.cluster.local"}""");

        await WaitForAsync("default", $"{web}\talias alias.default");
        Assert.DoesNotContain("far", HostsOf("default"), StringComparison.Ordinal);
        Assert.DoesNotContain("circle", HostsOf("default"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_AreTold_AndWhatChangesNoNameIsNot()
    {
        var web = await _world.CreateServiceAsync("web", """{"ports":[{"port":80}]}""");
        await WaitForAsync("default", "\tweb ");
        var told = 0;
        var gone = new TaskCompletionSource();
        _world.Network.Names.Changed += names =>
        {
            Interlocked.Increment(ref told);
            if (!names.HostsOf("default").Any(l => l.Contains("\tweb ", StringComparison.Ordinal)))
            {
                gone.SetResult();
            }
        };

        await _world.SetEndpointsAsync("web", 80, new TestEndpoint(IPAddress.Parse("127.64.0.8")));
        await _world.Client.DeleteAsync(NetworkWorld.Services, new("default", "web"));
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.NotNull(web);
        Assert.Equal(1, told);
    }

    private string HostsOf(string ns) => string.Join('\n', _world.Network.Names.Current.HostsOf(ns));

    private Task WaitForAsync(string ns, string text) =>
        Eventually.HoldsAsync(() => HostsOf(ns).Contains(text, StringComparison.Ordinal));
}
