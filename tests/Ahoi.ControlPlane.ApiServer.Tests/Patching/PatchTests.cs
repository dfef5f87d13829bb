using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.Patching;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/-1"}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"add","path":"/a/-1","value":3}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"add","path":"/a/0","value":0},{"op":"add","path":"/a/-","value":3}]""", """{"a":[0,1,2,3]}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"move","from":"/a/x","path":"/b"},{"op":"copy","from":"/b","path":"/c"}]""", """{"a":{},"b":1,"c":1}""")]
    [InlineData("""{"a/b":1,"c~d":2}""", """[{"op":"remove","path":"/a~1b"},{"op":"test","path":"/c~0d","value":2}]""", """{"c~d":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/missing","value":null}]""", """{"a":1}""")]
    public void JsonPatch_Applicable_Applies(string target, string patch, string expected) =>
        Assert.Equal(expected, JsonPatch.Apply(JsonTree.ParseMap(target), Parse(patch)).ToString());

    [Theory]
    [InlineData("""[{"op":"remove","path":"/b"}]""", 422)]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", 422)]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", 422)]
    [InlineData("""[{"op":"test","path":"/a","value":"1"}]""", 422)]
    [InlineData("""[{"op":"merge","path":"/a","value":2}]""", 422)]
    [InlineData("""[{"op":"copy","path":"/a"}]""", 422)]
    [InlineData("""[{}]""", 422)]
    [InlineData("""{"op":"add"}""", 400)]
    [InlineData("""["add"]""", 400)]
    public void JsonPatch_NotApplicable_IsRefused(string patch, int code)
    {
        var exception = Assert.Throws<ApiException>(() => JsonPatch.Apply(JsonTree.ParseMap("""{"a":1}"""), Parse(patch)));

        Assert.Equal(code, exception.Code);
    }

    [Fact]
    public void JsonPatch_TooManyOperations_Is413()
    {
        var patch = new JsonList(Enumerable.Repeat<object?>(new JsonMap(), 10_001));

        Assert.Equal(413, Assert.Throws<ApiException>(() => JsonPatch.Apply([], patch)).Code);
    }

    [Theory]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":null,"d":{"x":null,"y":1}}}""", """{"a":{"c":2,"d":{"y":1}}}""")]
    [InlineData("""{"a":[1]}""", """{"a":[2,null]}""", """{"a":[2,null]}""")]
    [InlineData("""{"a":1}""", """{"a":{"b":null}}""", """{"a":{}}""")]
    public void MergePatch_Applies(string target, string patch, string expected) =>
        Assert.Equal(expected, MergePatch.Apply(JsonTree.ParseMap(target), Parse(patch)).ToString());

    [Theory]
    [InlineData("""{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"finalizers":["b"]}}""", """{"metadata":{"finalizers":["b","a"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["b","a"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a","z"]}}""", """{"metadata":{"finalizers":["b"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["b"]}}""", """{"metadata":{"$setElementOrder/finalizers":["c","b"],"finalizers":["c"]}}""", """{"metadata":{"finalizers":["c","b"]}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","z":"1"}}}""", """{"metadata":{"labels":{"z":"1"}}}""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"c","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"1"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"n"}]}}""",
        """{"spec":{"containers":[{"name":"n"},{"name":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"n"},{"$patch":"replace"}]}}""",
        """{"spec":{"containers":[{"name":"n"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"c","image":"x"}]}}""",
        """{"spec":{"containers":[{"name":"b"},{"name":"c","image":"x"},{"name":"a"}]}}""")]
    [InlineData(
        """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"volumes":[{"$retainKeys":["name","configMap"],"name":"v","configMap":{"name":"c"}}]}}""",
        """{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}""")]
    public void StrategicMerge_Applies(string target, string patch, string expected) =>
        Assert.Equal(expected, StrategicMergePatch.Apply(JsonTree.ParseMap(target), Parse(patch), Pod).ToString());

    [Theory]
    [InlineData("[]", 400)]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", 500)]
    [InlineData("""{"spec":{"containers":["a"]}}""", 500)]
    [InlineData("""{"spec":{"containers":[{"name":"c","$patch":"drop"}]}}""", 500)]
    [InlineData("""{"spec":{"$retainKeys":["a"],"b":1}}""", 400)]
    public void StrategicMerge_Malformed_IsRefused(string patch, int code)
    {
        var target = JsonTree.ParseMap("""{"spec":{"containers":[{"name":"a"}]}}""");

        Assert.Equal(code, Assert.Throws<ApiException>(() => StrategicMergePatch.Apply(target, Parse(patch), Pod)).Code);
    }

    private static Schema Pod => BuiltInSchemas.Find(new GroupVersionKind("", "v1", "Pod"))!;

    private static object? Parse(string json) => JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(json));
}
