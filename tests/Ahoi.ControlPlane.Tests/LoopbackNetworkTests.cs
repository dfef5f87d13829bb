using System.Net;
using System.Security.Cryptography.X509Certificates;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Tests;

public sealed class LoopbackNetworkTests : IDisposable
{
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Endpoints = new("", "v1", "endpoints");
    private static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");
    private static readonly ObjectKey Kubernetes = new("default", "kubernetes");

    private static readonly IPNetwork AllServices = IPNetwork.Parse("127.32.0.0/11");

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-loopback-").FullName;

    [Fact]
    public async Task Start_WithSocket_IsTheServiceKubernetesAlsoAfterAnotherStart()
    {
        var options = new LocalClusterOptions { DataFolder = _folder, Listen = new(IPAddress.Loopback, 0), LoopbackNetwork = true };
        await using (var first = await LocalCluster.StartAsync(options, CancellationToken.None))
        {
            await RequirePublishedAsync(first);
        }

        await using var second = await LocalCluster.StartAsync(options, CancellationToken.None);

        await RequirePublishedAsync(second);
    }

    [Fact]
    public async Task Start_WithSocket_HasACertificateForTheServicesAddress()
    {
        await using var cluster = await LocalCluster.StartAsync(
            new() { DataFolder = _folder, Listen = new(IPAddress.Parse("127.0.0.1"), 0), LoopbackNetwork = true }, CancellationToken.None);
        using var certificate = X509Certificate2.CreateFromPem(
            await File.ReadAllTextAsync(Path.Combine(_folder, "pki", "apiserver.crt")));

        Assert.True(certificate.MatchesHostname(await AddressAsync(cluster)));
    }

    [Fact]
    public async Task Service_GetsALoopbackAddress_AndItsEndpointsMayHaveSome()
    {
        await using var cluster = await LocalCluster.StartAsync(new() { LoopbackNetwork = true }, CancellationToken.None);
        using var client = new ApiClient(cluster.Connect());

        var service = (await client.CreateAsync(Services, "default", Service)).ToMap();
        await client.CreateAsync(Slices, "default", Slice);
        await client.CreateAsync(Endpoints, "default", WebEndpoints);

        var address = (string)service.At("spec", "clusterIP")!;
        Assert.True(AllServices.Contains(IPAddress.Parse(address)), address);
        Assert.NotEqual(await AddressAsync(cluster), address);
        Assert.Empty((await client.GetAsync(Slices, Kubernetes)).ToMap().List("endpoints") ?? []);
    }

    [Fact]
    public async Task WithoutIt_NothingChanges()
    {
        await using var cluster = await LocalCluster.StartAsync(new(), CancellationToken.None);
        using var client = new ApiClient(cluster.Connect());

        var service = (await client.CreateAsync(Services, "default", Service)).ToMap();

        Assert.StartsWith("10.96.", (string)service.At("spec", "clusterIP")!, StringComparison.Ordinal);
        var slice = await Assert.ThrowsAsync<ApiException>(() => client.CreateAsync(Slices, "default", Slice));
        Assert.Contains("loopback", slice.Message, StringComparison.Ordinal);
        var endpoints = await Assert.ThrowsAsync<ApiException>(() => client.CreateAsync(Endpoints, "default", WebEndpoints));
        Assert.Contains("loopback", endpoints.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_OfBefore_KeepTheirAddressAndCanBeChanged()
    {
        await using (var before = await LocalCluster.StartAsync(new() { DataFolder = _folder }, CancellationToken.None))
        {
            using var client = new ApiClient(before.Connect());
            await client.CreateAsync(Services, "default", Service);
        }

        await using var cluster = await LocalCluster.StartAsync(new() { DataFolder = _folder, LoopbackNetwork = true }, CancellationToken.None);
        using var now = new ApiClient(cluster.Connect());
        var service = (await now.GetAsync(Services, new("default", "web"))).ToMap();
        service.EnsureMap("metadata")["labels"] = new JsonMap { ["changed"] = "yes" };
        var changed = (await now.ReplaceAsync(Services, new("default", "web"), service)).ToMap();

        Assert.StartsWith("10.96.", (string)changed.At("spec", "clusterIP")!, StringComparison.Ordinal);
        Assert.Equal("yes", changed.At("metadata", "labels", "changed"));
    }

    [Fact]
    public async Task Clusters_AtOneTime_HaveOtherAddresses()
    {
        await using var one = await LocalCluster.StartAsync(new() { LoopbackNetwork = true }, CancellationToken.None);
        await using var two = await LocalCluster.StartAsync(new() { LoopbackNetwork = true }, CancellationToken.None);

        Assert.NotEqual(await AddressAsync(one), await AddressAsync(two));
    }

    [Fact]
    public async Task Start_AddressesOfBefore_AreTakenAgainOrRefused()
    {
        var options = new LocalClusterOptions { DataFolder = _folder, LoopbackNetwork = true };
        string address;
        await using (var before = await LocalCluster.StartAsync(options, CancellationToken.None))
        {
            address = await AddressAsync(before);
        }

        var taken = await ClaimAsync(address);
        await using (taken)
        {
            var refused = await Assert.ThrowsAsync<LocalClusterException>(() => LocalCluster.StartAsync(options, CancellationToken.None));
            Assert.Contains("Another cluster on this machine has the addresses", refused.Message, StringComparison.Ordinal);
            Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
        }

        await using var after = await LocalCluster.StartAsync(options, CancellationToken.None);
        Assert.Equal(address, await AddressAsync(after));
    }

    [Fact]
    public async Task Start_PlaceThatIsNone_IsRefusedByItsFile()
    {
        await using (await LocalCluster.StartAsync(new() { DataFolder = _folder, LoopbackNetwork = true }, CancellationToken.None))
        {
        }

        var file = Path.Combine(_folder, "loopback-place");
        await File.WriteAllTextAsync(file, "many");
        var refused = await Assert.ThrowsAsync<LocalClusterException>(() => LocalCluster.StartAsync(new() { DataFolder = _folder, LoopbackNetwork = true }, CancellationToken.None));
        Assert.Contains($"{file} says 'many'", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonMap Service => JsonTree.ParseMap(
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"ports":[{"port":80}],"selector":{"app":"web"}}}""");

    private static JsonMap Slice => JsonTree.ParseMap(
        """
        {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-1","labels":{"kubernetes.io/service-name":"web"}},
         "addressType":"IPv4","endpoints":[{"addresses":["127.64.0.9"]}],"ports":[{"port":8080}]}
        """);

    private static JsonMap WebEndpoints => JsonTree.ParseMap(
        """
        {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web"},
         "subsets":[{"addresses":[{"ip":"127.64.0.9"}],"ports":[{"port":8080}]}]}
        """);

    private static async Task<string> AddressAsync(LocalCluster cluster)
    {
        using var client = new ApiClient(cluster.Connect());
        return (string)(await client.GetAsync(Services, Kubernetes)).ToMap().At("spec", "clusterIP")!;
    }

    /// <summary>Starts clusters that are not kept, until one has an address.</summary>
    private static async Task<LocalCluster> ClaimAsync(string address)
    {
        var others = new List<LocalCluster>();
        try
        {
            while (true)
            {
                var cluster = await LocalCluster.StartAsync(new() { LoopbackNetwork = true }, CancellationToken.None);
                if (await AddressAsync(cluster) == address)
                {
                    return cluster;
                }

                others.Add(cluster);
            }
        }
        finally
        {
            foreach (var other in others)
            {
                await other.DisposeAsync();
            }
        }
    }

    private static async Task RequirePublishedAsync(LocalCluster cluster)
    {
        using var client = new ApiClient(cluster.Connect());
        var service = (await client.GetAsync(Services, Kubernetes)).ToMap();
        var slice = (await client.GetAsync(Slices, Kubernetes)).ToMap();
        var endpoints = (await client.GetAsync(Endpoints, Kubernetes)).ToMap();
        var port = (long)cluster.Url!.Port;

        var published = service.Map("spec")!.List("ports")!.Maps.Single();
        Assert.Equal(await AddressAsync(cluster), service.At("spec", "clusterIP"));
        Assert.Equal(LowPorts.MayListen(IPAddress.Loopback) ? 443L : port, published["port"]);
        Assert.Equal(port, published["targetPort"]);
        Assert.Equal(["127.0.0.1"], slice.List("endpoints")!.Maps.Single().List("addresses")!.Texts);
        Assert.Equal(port, slice.List("ports")!.Maps.Single()["port"]);
        var subset = endpoints.List("subsets")!.Maps.Single();
        Assert.Equal("127.0.0.1", subset.List("addresses")!.Maps.Single()["ip"]);
        Assert.Equal(port, subset.List("ports")!.Maps.Single()["port"]);
    }
}
