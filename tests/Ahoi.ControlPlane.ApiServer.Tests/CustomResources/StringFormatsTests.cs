using Ahoi.ControlPlane.ApiServer.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>What the formats of texts accept.</summary>
public sealed class StringFormatsTests
{
    [Theory]
    [InlineData("hostname", "localhost", true)]
    [InlineData("hostname", "my-host.example.com", true)]
    [InlineData("hostname", "a.example-1", true)]
    [InlineData("hostname", "1.2.3.44", true)]
    [InlineData("hostname", "my-host", false)]
    [InlineData("hostname", "a.b", false)]
    [InlineData("hostname", "example.com.", false)]
    [InlineData("hostname", "a_b.com", false)]
    [InlineData("hostname", "-a.com", false)]
    [InlineData("hostname", "", false)]
    [InlineData("uuid", "123e4567e89b12d3a456426614174000", true)]
    [InlineData("uuid4", "123e4567-e89b-42d3-c456-426614174000", false)]
    [InlineData("ipv6", "::ffff:1.2.3.4", true)]
    [InlineData("ipv4", "01.2.3.4", false)]
    [InlineData("cidr", "10.0.0.1/8", true)]
    [InlineData("date-time", "2020-01-01t00:00:00z", true)]
    [InlineData("datetime", "2020-01-01", false)]
    [InlineData("duration", "3w", true)]
    [InlineData("byte", "aGk", false)]
    [InlineData("k8s-short-name", "a.b", false)]
    [InlineData("k8s-long-name", "a.b", true)]
    public void Find_FormatAndText_AcceptsWhatTheOriginalDoes(string format, string text, bool accepted) =>
        Assert.Equal(accepted, Assert.IsType<Func<string, bool>>(StringFormats.Find(format))(text));
}
