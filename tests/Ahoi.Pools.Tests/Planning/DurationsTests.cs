using Ahoi.Pools.Api;

namespace Ahoi.Pools.Tests.Planning;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1m30s", 90)]
    [InlineData("2h", 7200)]
    [InlineData("300s", 300)]
    public void Parse_AsTheApiWritesThem(string text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse(text));
}
