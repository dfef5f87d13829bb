using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Tests.Wire;

/// <summary>JSON is read as such where that is the same, and by YAML's rules where it is not.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("""{"a":"yes","b":[1,true,null,{"c":""}]}""", """{"a":"yes","b":[1,true,null,{"c":""}]}""")]
    [InlineData(" \n{\"a\": 010}", """{"a":8}""")]
    [InlineData("{a: yes}", """{"a":true}""")]
    [InlineData("{\"a\":1}\n---\nb: 2", """{"a":1}""")]
    [InlineData("{\"a\":1} # said twice", """{"a":1}""")]
    [InlineData("""{"a":1.50}""", """{"a":1.5}""")]
    [InlineData("""{"a":9223372036854775807}""", """{"a":9223372036854775807}""")]
    public void Parse_InBraces_GivesWhatYamlGives(string text, string expected)
    {
        Assert.Equal(expected, JsonTree.ToText(YamlReader.Parse(Encoding.UTF8.GetBytes(text), null)));
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":1,"c":2},"a":2}""")]
    [InlineData("{a: 1, b: {c: 1, c: 2}, a: 2}")]
    public void Parse_FieldsGivenTwice_AreTold(string text)
    {
        var duplicates = new List<string>();

        var value = YamlReader.Parse(Encoding.UTF8.GetBytes(text), duplicates);

        Assert.Equal("""{"a":2,"b":{"c":2}}""", JsonTree.ToText(value));
        Assert.Equal([".b.c", ".a"], duplicates.Select(d => d.StartsWith('.') ? d : "." + d));
    }

    [Fact]
    public void Parse_NeitherJsonNorYaml_SaysWhatYamlMisses()
    {
        var exception = Assert.Throws<JsonException>(() => YamlReader.Parse("{\"a\":1,,}"u8, null));

        Assert.StartsWith("line 1:", exception.Message, StringComparison.Ordinal);
    }
}
