using Ahoi.Api.Json;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Tests.Planning;

public sealed class AppliedFieldsTests
{
    private const string Containers = """{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:name":{},"f:image":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}""";

    [Theory]
    [InlineData("""{"data":{"a":"1"}}""", """{"data":{"a":"1","b":"theirs"}}""", """{"f:data":{"f:a":{}}}""", null)]
    [InlineData("""{"data":{"a":"1"}}""", """{"data":{"a":"2"}}""", """{"f:data":{"f:a":{}}}""", ".data.a")]
    [InlineData("""{"data":{"a":"1","b":"2"}}""", """{"data":{"a":"1","b":"2"}}""", """{"f:data":{"f:a":{}}}""", ".data.b")]
    [InlineData("""{"data":{"a":"1"}}""", """{"data":{"a":"1","b":"2"}}""", """{"f:data":{"f:a":{},"f:b":{}}}""", ".data.b")]
    [InlineData("""{"spec":{"containers":[{"name":"web","image":"x","ports":[{"containerPort":80}]}]}}""", """{"spec":{"containers":[{"name":"side","image":"y"},{"name":"web","image":"x","pull":"Always","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}""", Containers, null)]
    [InlineData("""{"spec":{"containers":[{"name":"web","image":"z","ports":[{"containerPort":80}]}]}}""", """{"spec":{"containers":[{"name":"web","image":"x","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}""", Containers, """.spec.containers[{"name":"web"}].image""")]
    [InlineData("""{"spec":{"containers":[]}}""", """{"spec":{"containers":[{"name":"web"}]}}""", Containers, ".spec.containers")]
    [InlineData("""{"metadata":{"finalizers":["a/b"]}}""", """{"metadata":{"finalizers":["c/d","a/b"]}}""", """{"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}}}}""", null)]
    [InlineData("""{"spec":{"resources":{"requests":{"cpu":"1000m","memory":"1024Mi"}}}}""", """{"spec":{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}}""", """{"f:spec":{"f:resources":{"f:requests":{"f:cpu":{},"f:memory":{}}}}}""", null)]
    [InlineData("""{"data":{"a":"1000m"}}""", """{"data":{"a":"1"}}""", """{"f:data":{"f:a":{}}}""", ".data.a")]
    [InlineData("""{"spec":{"hostNetwork":false,"n":0}}""", """{"spec":{}}""", """{"f:spec":{"f:hostNetwork":{},"f:n":{}}}""", null)]
    [InlineData("""{"spec":{"list":["a","b"]}}""", """{"spec":{"list":["b","a"]}}""", """{"f:spec":{"f:list":{}}}""", ".spec.list")]
    [InlineData("""{"metadata":{"labels":{}}}""", """{"metadata":{"labels":{"x":"y"}}}""", """{"f:metadata":{"f:labels":{}}}""", null)]
    public void FirstDifference_OfWantedLiveAndOwned_NamesTheField(string wanted, string live, string owned, string? expected) =>
        Assert.Equal(expected, AppliedFields.FirstDifference(JsonTree.ParseMap(wanted), JsonTree.ParseMap(live), JsonTree.ParseMap(owned)));

    [Fact]
    public void Project_OwnedFields_TakesTheirLiveValuesAlone()
    {
        var live = JsonTree.ParseMap("""{"status":{"a":1,"b":2,"conditions":[{"type":"X","status":"True"},{"type":"Y","status":"False"}]}}""");
        var owned = JsonTree.ParseMap("""{"f:status":{"f:a":{},"f:conditions":{"k:{\"type\":\"Y\"}":{".":{},"f:type":{},"f:status":{}}}}}""");

        Assert.Equal("""{"status":{"a":1,"conditions":[{"type":"Y","status":"False"}]}}""", AppliedFields.Project(live, owned).ToString());
    }
}
