using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Kinds.Networking;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

public sealed class ServiceAddressesTests
{
    private readonly ServiceAddresses _addresses = new("10.96.0.0/29", 30000, 30001);
    private readonly FieldErrors _errors = [];

    [Fact]
    public void Allocate_WithoutAddress_GivesEachItsOwn()
    {
        var (a, b) = (Service("{}"), Service("{}"));

        Keep(a);
        Keep(b);

        Assert.Empty(_errors);
        Assert.NotEqual(a.At("spec", "clusterIP"), b.At("spec", "clusterIP"));
        Assert.Equal(new JsonList { a.At("spec", "clusterIP") }, a.At("spec", "clusterIPs"));
        Assert.Equal("SingleStack", a.At("spec", "ipFamilyPolicy"));
    }

    [Fact]
    public void Allocate_OfTakenAddress_IsRefused()
    {
        Keep(Service("""{"clusterIP":"10.96.0.3"}"""));
        Keep(Service("""{"clusterIP":"10.96.0.3"}"""));

        Assert.Equal("spec.clusterIPs", Assert.Single(_errors).Field);
    }

    [Fact]
    public void Allocate_NotKept_GivesBack()
    {
        _addresses.Allocate(Service("""{"clusterIP":"10.96.0.3"}"""), null, _errors).Dispose();
        Keep(Service("""{"clusterIP":"10.96.0.3"}"""));

        Assert.Empty(_errors);
    }

    [Fact]
    public void Allocate_OfFullBlock_IsRefusedUntilReleased()
    {
        var services = Enumerable.Range(0, 6).Select(_ => Service("{}")).ToArray();
        foreach (var service in services)
        {
            Keep(service);
        }

        Assert.Empty(_errors);
        Keep(Service("{}"));
        Assert.Single(_errors);

        _addresses.Release(services[2]);
        var late = Service("{}");
        Keep(late);
        Assert.Single(_errors);
        Assert.Equal(services[2].At("spec", "clusterIP"), late.At("spec", "clusterIP"));
    }

    [Fact]
    public void Allocate_NodePorts_StayInRangeAndUnique()
    {
        Keep(Service("""{"type":"NodePort","ports":[{"port":80}]}"""));
        Keep(Service("""{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}"""));

        Assert.Equal("spec.ports[0].nodePort", Assert.Single(_errors).Field);
    }

    [Fact]
    public void Allocate_OfHeadlessServiceWithoutSelector_IsDualStack()
    {
        var service = Service("""{"clusterIP":"None"}""");

        Keep(service);

        Assert.Equal("None", service.At("spec", "clusterIP"));
        Assert.Equal(new JsonList { "IPv4", "IPv6" }, service.At("spec", "ipFamilies"));
    }

    [Fact]
    public void Update_ToExternalName_FreesTheAddress()
    {
        var old = Service("""{"clusterIP":"10.96.0.3","ports":[{"port":80}]}""");
        Keep(old);
        var changed = old.DeepClone();
        changed.Map("spec")!["type"] = "ExternalName";
        changed.Map("spec")!["externalName"] = "example.com";
        KindStrategies.For("", "Service").PrepareUpdate(changed, old, "");
        using (var allocation = _addresses.Allocate(changed, old, _errors))
        {
            allocation.Keep();
        }

        Keep(Service("""{"clusterIP":"10.96.0.3"}"""));

        Assert.Empty(_errors);
        Assert.Null(changed.At("spec", "clusterIP"));
    }

    private static JsonMap Service(string spec)
    {
        var service = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Service", ["spec"] = JsonTree.ParseMap(spec) };
        var strategy = KindStrategies.For("", "Service");
        strategy.SetDefaults(service);
        strategy.PrepareCreate(service);
        return service;
    }

    private void Keep(JsonMap service)
    {
        using var allocation = _addresses.Allocate(service, null, _errors);
        allocation.Keep();
    }
}
