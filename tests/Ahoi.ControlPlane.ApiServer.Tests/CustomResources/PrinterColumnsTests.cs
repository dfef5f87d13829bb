using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>What the cells of a custom kind's table show.</summary>
public sealed class PrinterColumnsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("string", "\"a\"", "\"a\"")]
    [InlineData("string", "5", "\"5\"")]
    [InlineData("string", "1.5", "\"1.5\"")]
    [InlineData("string", "true", "\"true\"")]
    [InlineData("string", "null", "\"<no value>\"")]
    [InlineData("string", """{"b":1,"a":{"d":"<x>","c":[]}}""", """ "{\"a\":{\"c\":[],\"d\":\"\\u003cx\\u003e\"},\"b\":1}" """)]
    [InlineData("string", """["q","p"]""", """ "[\"q\",\"p\"]" """)]
    [InlineData("integer", "5", "5")]
    [InlineData("integer", "5.7", "5")]
    [InlineData("integer", "\"5\"", "null")]
    [InlineData("integer", "null", "null")]
    [InlineData("number", "1.5", "1.5")]
    [InlineData("number", "true", "null")]
    [InlineData("boolean", "false", "false")]
    [InlineData("boolean", "\"true\"", "null")]
    [InlineData("date", "\"2026-01-09T22:00:00Z\"", "\"120m\"")]
    [InlineData("date", "\"2026-01-09T23:00:00+01:00\"", "\"120m\"")]
    [InlineData("date", "\"2026-01-09\"", "\"<invalid>\"")]
    [InlineData("date", "\"2026-02-09T22:00:00Z\"", "\"<invalid>\"")]
    [InlineData("date", "\"\"", "\"<unknown>\"")]
    [InlineData("date", "5", "null")]
    public void Cells_ValueOfAType_ShowWhatFits(string type, string value, string expected)
    {
        var columns = new PrinterColumns([new JsonMap { ["name"] = "C", ["type"] = type, ["jsonPath"] = ".spec.v" }]);

        var cells = columns.Cells(JsonTree.ParseMap($$$"""{"metadata":{"name":"w"},"spec":{"v":{{{value}}}}}"""), Now);

        Assert.Equal(2, cells.Count);
        Assert.True(JsonTree.Equals(JsonTree.ParseMap($$"""{"c":{{expected}} }""")["c"], cells[1]), JsonTree.ToText(cells[1]));
    }

    [Fact]
    public void Cells_NothingAtThePath_IsNull()
    {
        var columns = new PrinterColumns([new JsonMap { ["name"] = "C", ["type"] = "string", ["jsonPath"] = ".spec.v" }]);

        Assert.Null(columns.Cells(JsonTree.ParseMap("""{"metadata":{"name":"w"}}"""), Now)[1]);
    }
}
