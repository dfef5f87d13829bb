using Ahoi.Api.Objects;

namespace Ahoi.Api.Tests.Objects;

public sealed class ApiVersionTests
{
    [Fact]
    public void PreferredFirst_Names_AreInKubernetesOrder()
    {
        string[] names = ["foo10", "v1alpha1", "v11alpha2", "v2", "v1", "v12alpha1", "v11beta2", "v10beta3", "v3beta1", "v10", "foo1"];

        Assert.Equal(
            ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "v1alpha1", "foo1", "foo10"],
            names.Order(ApiVersion.PreferredFirst));
    }

    [Theory]
    [InlineData("v1", 1, ApiStability.Stable, 0)]
    [InlineData("v2beta3", 2, ApiStability.Beta, 3)]
    [InlineData("v1alpha12", 1, ApiStability.Alpha, 12)]
    public void Parse_Name_IsTakenApartAndWrittenTheSame(string text, long major, ApiStability stability, long minor)
    {
        Assert.Equal(new(major, stability, minor), ApiVersion.Parse(text));
        Assert.Equal(text, ApiVersion.Parse(text).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("v0")]
    [InlineData("1")]
    [InlineData("v1gamma1")]
    [InlineData("v1beta")]
    [InlineData("v99999999999999999999")]
    public void Parse_SomethingElse_IsRefusedByName(string text)
    {
        Assert.False(ApiVersion.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => ApiVersion.Parse(text)).Message, StringComparison.Ordinal);
    }
}
