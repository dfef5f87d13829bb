using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;

namespace Ahoi.Api.Tests.Json;

public sealed class JsonTreeTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("1.5", 1.5)]
    [InlineData("1e3", 1000.0)]
    [InlineData("9223372036854775808", 9223372036854775808.0)]
    [InlineData("true", true)]
    [InlineData("\"\\u00e9\"", "é")]
    [InlineData("null", null)]
    public void Parse_Scalar_GivesPlainValue(string json, object? expected) =>
        Assert.Equal(expected, JsonTree.Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("1e400")]
    [InlineData("nul")]
    public void Parse_Malformed_Throws(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonTree.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Parse_InvalidUtf8_Throws() =>
        Assert.ThrowsAny<JsonException>(() => JsonTree.Parse([(byte)'"', 0xff, (byte)'"']));

    [Fact]
    public void Parse_TooDeep_Throws() =>
        Assert.ThrowsAny<JsonException>(() => JsonTree.Parse(Encoding.UTF8.GetBytes(new string('[', 10_000))));

    [Fact]
    public void Parse_KeyGivenTwice_LastCountsAndPathIsReported()
    {
        var duplicates = new List<string>();

        var map = (JsonMap)JsonTree.Parse("""{"spec":{"a":1,"list":[{"b":1,"b":2}],"a":3}}"""u8, duplicates)!;

        Assert.Equal(3L, map.At("spec", "a"));
        Assert.Equal(["spec.list[0].b", "spec.a"], duplicates);
    }

    [Theory]
    [InlineData(1.0, "1")]
    [InlineData(1e16, "10000000000000000")]
    [InlineData(-1.25e17, "-125000000000000000")]
    [InlineData(0.00001, "0.00001")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e-7, "1e-07")]
    public void Write_Double_LooksLikeGo(double number, string expected) =>
        Assert.Equal(expected, JsonTree.ToText(number));

    [Fact]
    public void Map_ManyKeys_KeepsOrderOverRemoval()
    {
        var map = new JsonMap();
        for (var i = 0; i < 40; i++)
        {
            map[$"k{i}"] = i;
        }

        Assert.True(map.Remove("k7"));
        Assert.False(map.Remove("k7"));
        map["k7"] = "last";

        Assert.Equal(40, map.Count);
        Assert.Equal("k7", map.Keys.Last());
        Assert.Equal("last", map["k7"]);
        Assert.Equal(39L, map["k39"]);
    }

    [Fact]
    public void DeepClone_ChangedCopy_LeavesOriginal()
    {
        var original = JsonTree.ParseMap("""{"a":{"b":[1,{"c":"x"}]}}""");
        var copy = original.DeepClone();

        ((JsonMap)copy.Map("a")!.List("b")![1]!)["c"] = "y";

        Assert.Equal("""{"a":{"b":[1,{"c":"x"}]}}""", original.ToString());
        Assert.False(JsonTree.Equals(original, copy));
    }

    [Fact]
    public void Equals_OtherOrderAndNumberType_AreEqual() =>
        Assert.True(JsonTree.Equals(
            JsonTree.ParseMap("""{"a":1,"b":[1.0,null]}"""),
            JsonTree.ParseMap("""{"b":[1,null],"a":1.0}""")));

    [Fact]
    public void Patterns_NginxDeployment_TakeItApart()
    {
        var containers = JsonTree.ParseMap("""{"containers":[{"name":"nginx","image":"nginx:1.14.2"}]}""").List("containers");

        Assert.True(containers is [JsonMap first, ..] && first.Text("image") is "nginx:1.14.2");
    }
}
