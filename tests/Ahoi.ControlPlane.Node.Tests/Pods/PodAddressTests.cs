using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PodAddressTests
{
    // Listens everywhere at a port, in both families, and asks itself through localhost.
    private const string Server = """
        use Socket;
        my ($port, $six) = @ARGV;
        socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die $!;
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, $six ? Socket::pack_sockaddr_in6($port, Socket::inet_pton(AF_INET6, "::")) : pack_sockaddr_in($port, INADDR_ANY)) or die "bind: $!";
        listen($s, 5) or die $!;
        $| = 1;
        print "listening\n";
        if (!fork) {
          socket(my $c, AF_INET, SOCK_STREAM, 0);
          connect($c, pack_sockaddr_in($port, INADDR_LOOPBACK)) or die "connect: $!";
          exit 0;
        }
        accept(my $a, $s) or die $!;
        print "accepted\n";
        sleep 1000;
        """;

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Pods_ListenEverywhere_AtEqualPorts(string six)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may give pods addresses of their own for 0.0.0.0.");
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "Perl is missing; apt-get install perl-base");
        await using var world = await NodeWorld.StartAsync();
        var port = $"{Network.NetworkWorld.NewPort()}";
        foreach (var name in (string[])["one", "two"])
        {
            await world.RunAsync(name, "", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["command"] = new JsonList { "perl", "-e", Server, port, six });
        }

        foreach (var name in (string[])["one", "two"])
        {
            await world.ReadyAsync(name);
            await Network.Eventually.HoldsAsync(async () => await world.LogAsync(name) == "listening\naccepted\n");
        }
    }
}
