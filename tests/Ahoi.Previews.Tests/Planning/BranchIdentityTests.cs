using Ahoi.Previews.Planning;

namespace Ahoi.Previews.Tests.Planning;

public sealed class BranchIdentityTests
{
    private const string Repository = "github.com/acme/shop";

    public static TheoryData<string, string, string> Vectors { get; } = new()
    {
        { "feat/xyz", "b6f6dd5b", "feat-xyz-b6f6dd5b" },
        { "feat-xyz", "2226bcef", "feat-xyz-2226bcef" },
        { "Feat/xyz", "a79315ef", "feat-xyz-a79315ef" },
        { "feat_xyz", "de99da1d", "feat-xyz-de99da1d" },
        { "release/1.2.3", "d8f088ba", "release-1-2-3-d8f088ba" },
        { "dependabot/npm_and_yarn/very-long-package-name-with-many-parts-1.2.3", "9e10b4a2", "dependabot-npm-and-yarn-very-long-package-name-with-ma-9e10b4a2" },
        { new string('a', 200), "b67ff641", new string('a', 54) + "-b67ff641" },
        { new string('a', 199) + "b", "d505e71c", new string('a', 54) + "-d505e71c" },
        { "🎬", "bbc2205b", "b-bbc2205b" },
        { "JIRA-1234-Ünïcode", "70824c4b", "jira-1234-n-code-70824c4b" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Hash_KnownBranch_IsAsWrittenDown(string branch, string hash, string label)
    {
        Assert.Equal(hash, BranchIdentity.Hash(Repository, "web", branch, 8, _ => false));
        Assert.Equal(label, BranchIdentity.Label("{slug}-{hash}", hash, branch));
        Assert.InRange(label.Length, 1, 63);
    }

    [Fact]
    public void Hash_DigitsAreTaken_TwoMoreAreUsed()
    {
        var digits = BranchIdentity.Digits(Repository, "web", "feat/xyz");

        Assert.Equal(digits[..10], BranchIdentity.Hash(Repository, "web", "feat/xyz", 8, h => h == digits[..8]));
        Assert.Equal(digits[..12], BranchIdentity.Hash(Repository, "web", "feat/xyz", 8, h => h.Length < 12));
    }

    [Theory]
    [InlineData("feat/xyz", true)]
    [InlineData("🎬", true)]
    [InlineData("a$(B)", true)]
    [InlineData("a\nb", false)]
    [InlineData("a b", false)]
    [InlineData("../x", false)]
    [InlineData("a..b", false)]
    [InlineData("-x", false)]
    [InlineData("/x", false)]
    [InlineData("x/", false)]
    [InlineData("x.lock", false)]
    [InlineData("x.", false)]
    [InlineData("a//b", false)]
    [InlineData("@", false)]
    [InlineData("a@{b", false)]
    [InlineData("a[b", false)]
    [InlineData("", false)]
    public void IsGood_Branch_IsWhatGitTakes(string branch, bool good) => Assert.Equal(good, BranchNames.IsGood(branch));

    [Theory]
    [InlineData(244, true)]
    [InlineData(245, false)]
    public void IsGood_LongBranch_HasALimitInBytes(int length, bool good) => Assert.Equal(good, BranchNames.IsGood(new string('a', length)));

    [Theory]
    [InlineData("**", "feat/a/b", true)]
    [InlineData("feat/*", "feat/a", true)]
    [InlineData("feat/*", "feat/a/b", false)]
    [InlineData("feat/**", "feat/a/b", true)]
    [InlineData("feat/?", "feat/ab", false)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false)]
    public void Matches_Glob_StarsStayInSegments(string glob, string branch, bool matches) => Assert.Equal(matches, new BranchGlob(glob).Matches(branch));

    [Fact]
    public void Of_ExcludedBranch_IsNotMeant()
    {
        var isMeant = BranchGlob.Of(["**"], ["dependabot/**"]);

        Assert.True(isMeant("main"));
        Assert.False(isMeant("dependabot/npm/x"));
    }
}
