using Ahoi.Api.Quantities;

namespace Ahoi.Api.Tests.Quantities;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1000m", "1")]
    [InlineData("1.5", "1500m")]
    [InlineData("0.5Gi", "512Mi")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1000Mi", "1000Mi")]
    [InlineData("100Ki", "100Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1000k", "1M")]
    [InlineData("1e3", "1e3")]
    [InlineData("1E3", "1e3")]
    [InlineData("12e0", "12")]
    [InlineData("100", "100")]
    [InlineData("1000", "1k")]
    [InlineData("-1.25", "-1250m")]
    [InlineData("0.1n", "1n")]
    [InlineData(".5", "500m")]
    [InlineData("5.", "5")]
    [InlineData("+3", "3")]
    [InlineData("1.1Ki", "1127")]
    public void ToString_OfParsed_IsCanonical(string text, string canonical) =>
        Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1.2.3")]
    [InlineData("abc")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1K")]
    [InlineData("1e")]
    [InlineData("-")]
    [InlineData(".")]
    public void TryParse_OfOtherText_Refuses(string? text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void CompareTo_LooksAtTheAmount()
    {
        Assert.True(Quantity.Parse("1Gi") > Quantity.Parse("1G"));
        Assert.Equal(Quantity.Parse("1000m"), Quantity.Parse("1"));
        Assert.Equal(1, Quantity.Parse("1m").Value);
        Assert.Equal(1500, Quantity.Parse("1.5").MilliValue);
        Assert.Equal("3", (Quantity.Parse("1") + Quantity.Parse("2")).ToString());
    }
}
