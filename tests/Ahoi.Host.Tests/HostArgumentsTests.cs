using Ahoi.Operators;

namespace Ahoi.Host.Tests;

public sealed class HostArgumentsTests
{
    [Theory]
    [InlineData("--operator=tenancy", "'--operator' is not known; there is --operators A,B")]
    [InlineData("--operators=tenency", "'tenency' of --operators is not known; there is tenancy")]
    [InlineData("--operators=", "--operators names none")]
    [InlineData("--operators", "--operators has no value.")]
    [InlineData("--lease=ahoi", "'ahoi' of --lease does not name a Lease; write it as NAMESPACE/NAME.")]
    [InlineData("--lease=a/b/c", "'a/b/c' of --lease does not name a Lease")]
    [InlineData("--observe=8081", "'8081' of --observe is not an address and port; write it as 0.0.0.0:8081, or none.")]
    [InlineData("--observe=0.0.0.0:99999", "'0.0.0.0:99999' of --observe is not an address and port")]
    [InlineData("--install-definitions=no", "--install-definitions takes no value.")]
    public void Parse_Wrong_NamesItAndSaysWhatIsRight(string argument, string message)
    {
        var refusal = Assert.Throws<FormatException>(() => HostArguments.Parse([argument]));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToArguments_AreReadAsTheyWereMeant()
    {
        var meant = new HostArguments { Operators = ["tenancy"], Lease = "a/b", Observe = new(System.Net.IPAddress.IPv6Any, 9000), InstallsDefinitions = true };

        var read = HostArguments.Parse(meant.ToArguments());

        Assert.Equal(meant.ToArguments(), read.ToArguments());
        Assert.Equal((meant.Lease, meant.Observe, true), (read.Lease, read.Observe, read.InstallsDefinitions));
        Assert.Null(HostArguments.Parse(["--observe", "none"]).Observe);
    }
}
