using System.Net;
using Ahoi.ControlPlane.Node.Network.Services;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class ServiceBackendTests
{
    private static readonly IPAddress Client = IPAddress.Parse("127.64.0.1");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();
    private readonly ServiceBackend _backend;

    public ServiceBackendTests() => _backend = new(_time);

    [Fact]
    public void Take_AmongEquals_TakesTurns()
    {
        Update(null, 1, 2, 3);

        var taken = Enumerable.Range(0, 9).Select(_ =>
        {
            var endpoint = _backend.Take(null, [])!;
            _backend.Release(endpoint);
            return endpoint.Address.Port;
        });

        Assert.Equal([3, 3, 3], taken.CountBy(p => p).Select(c => c.Value));
    }

    [Fact]
    public void Take_OfAllTried_IsNone()
    {
        Update(null, 1, 2);
        var one = _backend.Take(null, [])!;
        var two = _backend.Take(null, [one])!;

        Assert.NotEqual(one.Address, two.Address);
        Assert.Null(_backend.Take(null, [one, two]));
    }

    [Fact]
    public void Release_Refused_PutsBehindTheOthersForAWhile()
    {
        Update(null, 1, 2);
        var refusing = _backend.Take(null, [])!;
        _backend.Release(refusing, refused: true);

        Assert.All(Enumerable.Range(0, 5), _ => Assert.NotEqual(refusing.Address, _backend.Take(null, [])!.Address));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(refusing.Address, _backend.Take(null, [])!.Address);
    }

    [Fact]
    public void Take_WithAffinity_GivesAClientWhatItHadUntilTheTimeIsOver()
    {
        Update(Hour, 1, 2, 3, 4);
        var first = _backend.Take(Client, [])!;

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Hour);
            Assert.Same(first, _backend.Take(Client, []));
        }

        _time.Advance(Hour + TimeSpan.FromSeconds(1));
        Assert.NotSame(first, _backend.Take(Client, []));
    }

    [Fact]
    public void Take_WithAffinity_ToAnEndpointThatIsGone_GivesAnother()
    {
        Update(Hour, 1, 2);
        var first = _backend.Take(Client, [])!;

        Update(Hour, first.Address.Port == 1 ? 2 : 1);

        Assert.NotEqual(first.Address, _backend.Take(Client, [])!.Address);
    }

    [Fact]
    public void Update_KeepsCountsOfThoseThatStay()
    {
        Update(null, 1);
        var busy = _backend.Take(null, [])!;

        Update(null, 1, 2);

        Assert.All(Enumerable.Range(0, 3), _ =>
        {
            var next = _backend.Take(null, [])!;
            Assert.NotSame(busy, next);
            _backend.Release(next);
        });
    }

    private void Update(TimeSpan? affinity, params int[] ports) =>
        _backend.Update(ports.Select(p => (new IPEndPoint(IPAddress.Loopback, p), true)), affinity);
}
