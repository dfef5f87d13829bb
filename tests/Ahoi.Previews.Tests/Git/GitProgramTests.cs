using Ahoi.Previews.Git;
using Microsoft.Extensions.Options;

namespace Ahoi.Previews.Tests.Git;

public sealed class GitProgramTests
{
    private const string Commit = "2222222222222222222222222222222222222222";

    [Fact]
    public async Task BranchesAsync_RealRepository_ListsBranchesWithCommits()
    {
        using var repository = new TestRepository();
        var main = repository.Push("main", "one");
        var odd = repository.Push("feat/ä$(touch);`y`", "two");

        var branches = await Git(allowed: true).BranchesAsync(repository.Url, null, TestContext.Current.CancellationToken);

        Assert.Equal(2, branches.Count);
        Assert.Equal(main, branches["main"]);
        Assert.Equal(odd, branches["feat/ä$(touch);`y`"]);
    }

    [Theory]
    [InlineData("file:///nowhere/at/all", true, "RepositoryUnreachable")]
    [InlineData("file:///nowhere/at/all", false, "FileRepositoryRefused")]
    [InlineData("https://127.0.0.1:1/x", true, "RepositoryUnreachable")]
    [InlineData("ext::sh -c true", true, "RepositoryUnreachable")]
    [InlineData("--upload-pack=true", true, "RepositoryUnreachable")]
    public async Task BranchesAsync_NoRepository_SaysSoInConstantWords(string repository, bool allowed, string reason)
    {
        var exception = await Assert.ThrowsAsync<GitException>(() => Git(allowed).BranchesAsync(repository, null, TestContext.Current.CancellationToken));

        Assert.Equal(reason, exception.Reason);
    }

    [Theory]
    [InlineData("<html>down for maintenance</html>\n", "ListingUnreadable")]
    [InlineData(Commit + "\trefs/heads/a\n" + Commit + "\trefs/he", "ListingIncomplete")]
    [InlineData(Commit + "\trefs/tags/a\n", "ListingUnreadable")]
    [InlineData("2222 refs/heads/a\n", "ListingUnreadable")]
    public void Parse_BadListing_IsRefusedAsAWhole(string output, string reason) =>
        Assert.Equal(reason, Assert.Throws<GitException>(() => GitProgram.Parse(output)).Reason);

    [Fact]
    public void WriteTo_Credentials_AreInFilesThatOthersCannotRead()
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-test-");
        try
        {
            var credentials = new GitCredentials(new Dictionary<string, byte[]> { ["username"] = "me"u8.ToArray(), ["password"] = "hidden-word"u8.ToArray(), ["ssh-privatekey"] = "hidden-key"u8.ToArray() });

            var variables = credentials.WriteTo(folder.FullName).ToList();

            Assert.Equal(["GIT_ASKPASS", "GIT_SSH_COMMAND"], variables.Select(v => v.Key));
            Assert.DoesNotContain(variables, v => v.Value.Contains("hidden", StringComparison.Ordinal));
            Assert.All(folder.GetFiles(), f => Assert.Equal(0, (int)f.UnixFileMode & 0b111_111));
            Assert.DoesNotContain("hidden", File.ReadAllText(Path.Combine(folder.FullName, "ask")), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static GitProgram Git(bool allowed) => new(Options.Create(new PreviewsOptions { AllowFileRepositories = allowed }));
}
