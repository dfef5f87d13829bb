using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Tests.Planning;

public sealed class ScramVerifierTests
{
    // The salt and the password of the example in RFC 7677, section 3; the keys follow from RFC 5802.
    [Fact]
    public void Create_ExampleOfTheStandard_GivesItsKeys()
    {
        var verifier = ScramVerifier.Create("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

        Assert.Equal(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
            verifier);
    }

    [Fact]
    public void Verifies_ItsOwnPasswordAlone()
    {
        var verifier = ScramVerifier.Create("open sesame", new byte[16], 4096);

        for (var time = 0; time < 2; time++)
        {
            Assert.True(ScramVerifier.Verifies(verifier, "open sesame"));
            Assert.False(ScramVerifier.Verifies(verifier, "open sesam"));
        }

        Assert.True(ScramVerifier.Verifies(ScramVerifier.Create("open sesame"), "open sesame"));
        Assert.NotEqual(ScramVerifier.Create("open sesame"), ScramVerifier.Create("open sesame"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("md5abcdef")]
    [InlineData("SCRAM-SHA-256$x:AAAA$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$2000000000:AAAA$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$4096:not base64$AAAA:AAAA")]
    public void Verifies_SomethingElse_IsFalse(string verifier) => Assert.False(ScramVerifier.Verifies(verifier, "password"));
}
