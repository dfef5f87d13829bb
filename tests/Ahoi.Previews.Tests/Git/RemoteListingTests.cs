using System.Text;
using Ahoi.Previews.Git;
using Microsoft.Extensions.Options;

namespace Ahoi.Previews.Tests.Git;

/// <summary>Listings over the network: from git's own server program behind TLS, and from OpenSSH's.</summary>
public sealed class RemoteListingTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("robot", "robot:t0ken")]
    [InlineData(null, "git:t0ken")]
    public async Task BranchesAsync_Https_ListsWithTokenAndPrivateAuthority(string? user, string login)
    {
        var commit = _repository.Push("feat/ä", "one");
        await using var server = await HttpsGitServer.StartAsync(_repository, login);

        var branches = await ListAsync(server.Url, ("username", user), ("password", "t0ken\n"), ("ca.crt", server.Authority));

        Assert.Equal(new KeyValuePair<string, string>("feat/ä", commit), Assert.Single(branches));
    }

    [Fact]
    public async Task BranchesAsync_Https_ThousandsOfBranches_AreListed()
    {
        var commit = _repository.Push("main", "one");
        _repository.PushMany(Enumerable.Range(0, 3000).Select(i => $"feat/{i:0000}"), commit);
        await using var server = await HttpsGitServer.StartAsync(_repository, "git:t0ken");

        Assert.Equal(3001, (await ListAsync(server.Url, ("password", "t0ken"), ("ca.crt", server.Authority))).Count);
    }

    [Theory]
    [InlineData("wrong", true)]
    [InlineData(null, true)]
    [InlineData("t0ken", false)]
    public async Task BranchesAsync_Https_WrongTokenOrUnknownAuthority_IsRefused(string? token, bool trusted)
    {
        _repository.Push("main", "one");
        await using var server = await HttpsGitServer.StartAsync(_repository, "git:t0ken");

        // No variable that the operator's user has set makes git trust anybody. This one is of the whole process, and
        // only https would be changed by it: tests that succeed over it have the right authority anyway.
        Environment.SetEnvironmentVariable("GIT_SSL_NO_VERIFY", "1");
        try
        {
            await RefusedAsync(server.Url, ("password", token), ("ca.crt", trusted ? server.Authority : null));
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_SSL_NO_VERIFY", null);
        }
    }

    [Fact]
    public async Task BranchesAsync_Https_Redirected_TakesNoTokenElsewhere()
    {
        _repository.Push("main", "one");
        await using var server = await HttpsGitServer.StartAsync(_repository, "git:t0ken");
        await using var other = await HttpsGitServer.StartAsync(_repository, "git:t0ken");
        server.RedirectTo = new Uri(other.Url).GetLeftPart(UriPartial.Authority);

        await RefusedAsync(server.Url, ("password", "t0ken"), ("ca.crt", server.Authority + "\n" + other.Authority));

        Assert.Equal((1, 0), (server.Requests, other.Requests));
    }

    [Fact]
    public async Task BranchesAsync_Ssh_ListsWithKeyOfAKnownHost()
    {
        var commit = _repository.Push("feat/ä$(touch)", "one");
        await using var server = SshGitServer.Start(_repository);

        var branches = await ListAsync(server.Url, ("ssh-privatekey", Encoding.ASCII.GetString(server.Key).TrimEnd()), ("known_hosts", server.KnownHosts));

        Assert.Equal(new KeyValuePair<string, string>("feat/ä$(touch)", commit), Assert.Single(branches));
    }

    [Fact]
    public async Task BranchesAsync_Ssh_UnknownHostOrWrongKey_IsRefused()
    {
        _repository.Push("main", "one");
        await using var server = SshGitServer.Start(_repository);
        await using var another = SshGitServer.Start(_repository);
        var key = Encoding.ASCII.GetString(server.Key);
        var keyOfAnother = another.KnownHosts[another.KnownHosts.IndexOf(' ', StringComparison.Ordinal)..];
        var place = server.KnownHosts[..server.KnownHosts.IndexOf(' ', StringComparison.Ordinal)];

        await RefusedAsync(server.Url, ("ssh-privatekey", key), ("known_hosts", null));
        await RefusedAsync(server.Url, ("ssh-privatekey", key), ("known_hosts", place + keyOfAnother));
        await RefusedAsync(server.Url, ("ssh-privatekey", Encoding.ASCII.GetString(server.OtherKey())), ("known_hosts", server.KnownHosts));
    }

    private static async Task RefusedAsync(string url, params (string Name, string? Value)[] secret)
    {
        var exception = await Assert.ThrowsAsync<GitException>(() => ListAsync(url, secret));

        Assert.Equal("RepositoryUnreachable", exception.Reason);
        Assert.DoesNotContain("t0ken", exception.ToString(), StringComparison.Ordinal);
    }

    private static Task<IReadOnlyDictionary<string, string>> ListAsync(string url, params (string Name, string? Value)[] secret) =>
        new GitProgram(Options.Create(new PreviewsOptions())).BranchesAsync(
            url,
            new(secret.Where(s => s.Value is not null).ToDictionary(s => s.Name, s => Encoding.UTF8.GetBytes(s.Value!), StringComparer.Ordinal)),
            TestContext.Current.CancellationToken);
}
