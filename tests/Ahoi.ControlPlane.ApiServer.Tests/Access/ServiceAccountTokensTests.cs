using System.Security.Cryptography;
using Ahoi.ControlPlane.ApiServer.Access.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.ApiServer.Tests.Access;

public sealed class ServiceAccountTokensTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Read_IssuedToken_GivesIdentityUntilItExpires()
    {
        var tokens = new ServiceAccountTokens(_key, _time);
        var token = tokens.Issue(new ServiceAccountIdentity("team", "robot", "uid-1")
        {
            Audiences = ["api", "other"],
            Bound = new BoundObject("Pod", "p", "uid-2"),
            Expires = _time.GetUtcNow().AddMinutes(10),
        });

        var read = await tokens.ReadAsync(token);

        Assert.NotNull(read);
        Assert.Equal(("team", "robot", "uid-1"), (read.Namespace, read.Name, read.Uid));
        Assert.Equal(["api", "other"], read.Audiences);
        Assert.Equal(new BoundObject("Pod", "p", "uid-2"), read.Bound);
        Assert.Equal("system:serviceaccount:team:robot", read.ToUser().Name);

        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(await tokens.ReadAsync(token));
    }

    [Fact]
    public async Task Read_OtherKeyOrChangedToken_IsRefused()
    {
        var tokens = new ServiceAccountTokens(_key, _time);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new ServiceAccountIdentity("team", "robot", "uid-1") { Audiences = ["api"], Expires = _time.GetUtcNow().AddMinutes(10) };
        var foreign = new ServiceAccountTokens(otherKey, _time).Issue(identity);
        var own = tokens.Issue(identity);

        Assert.Null(await tokens.ReadAsync(foreign));
        Assert.Null(await tokens.ReadAsync(own[..own.LastIndexOf('.')] + "."));
        Assert.Null(await tokens.ReadAsync("a.b.c"));
        Assert.Null(await tokens.ReadAsync("plain"));
    }

    public void Dispose() => _key.Dispose();
}
