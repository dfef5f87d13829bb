using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Tests.Transport;

public sealed class TlsTests
{
    private readonly TestPki _cluster = new("cluster");
    private readonly TestPki _other = new("other");

    [Fact]
    public async Task Get_RightNameAndAuthority_IsAnsweredOverHttp2()
    {
        await using var server = await StartAsync(_cluster.Server("127.0.0.1"));
        using var client = Client(server);

        var answer = await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("\"HTTP/2\""u8.ToArray(), answer.Body.ToArray());
    }

    [Fact]
    public async Task Get_OtherNameOfTheSameAuthority_IsRefused()
    {
        await using var server = await StartAsync(_cluster.Server("somebody.else"));
        using var client = Client(server);

        await AssertUntrustedAsync(client);
    }

    [Fact]
    public async Task Get_RightNameOfAnotherAuthority_IsRefused()
    {
        await using var server = await StartAsync(_other.Server("127.0.0.1"));
        using var client = Client(server);

        await AssertUntrustedAsync(client);
    }

    [Fact]
    public async Task Get_CertificateForClientsOnly_IsRefused()
    {
        // Kestrel does not start with such a certificate, so the handshake alone is played.
        using var certificate = _cluster.ClientOnlyNamedLike("127.0.0.1");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var handshake = ShakeHandsAsync(listener, certificate);
        using var client = new ApiClient(new()
        {
            Server = new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            CertificateAuthority = PemSource.FromText(_cluster.AuthorityPem),
        });

        await AssertUntrustedAsync(client);
        await handshake;
    }

    [Fact]
    public async Task Get_ConnectionResetInTheHandshake_MayBeTriedAgain()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var resets = ResetAsync(listener, stop.Token);
        using var client = new ApiClient(new()
        {
            Server = new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            CertificateAuthority = PemSource.FromText(_cluster.AuthorityPem),
        });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Unreachable, failure.Fault);
        Assert.True(failure.IsTransient);
        await stop.CancelAsync();
        await resets;
    }

    [Fact]
    public async Task Get_SystemTrust_RefusesAClustersOwnAuthority()
    {
        await using var server = await StartAsync(_cluster.Server("127.0.0.1"));
        using var client = server.Client(adapt: c => c with { InsecureSkipTlsVerify = false });

        await AssertUntrustedAsync(client);
    }

    [Fact]
    public async Task OpenWatch_OtherName_IsRefusedToo()
    {
        await using var server = await StartAsync(_cluster.Server("somebody.else"));
        using var client = Client(server);

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.OpenWatchAsync(Objects.Pods, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Untrusted, failure.Fault);
    }

    [Fact]
    public async Task Get_TlsServerName_IsTheNameThatCounts()
    {
        await using var server = await StartAsync(_cluster.Server("api.cluster"));
        using var right = Client(server, c => c with { TlsServerName = "api.cluster" });
        using var wrong = Client(server, c => c with { TlsServerName = "api.other" });

        await right.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);
        await AssertUntrustedAsync(wrong);
    }

    [Fact]
    public async Task Get_ClientCertificate_ReachesTheServer()
    {
        using var certificate = _cluster.Client("ada");
        await using var server = await ScriptedServer.StartAsync(
            context => ScriptedServer.AnswerAsync(context, $"\"{context.Connection.ClientCertificate?.Subject}\""),
            _cluster.Server("127.0.0.1"),
            askForClientCertificate: true);
        using var client = Client(server, c => c with
        {
            ClientCertificate = PemSource.FromText(certificate.ExportCertificatePem()),
            ClientKey = PemSource.FromText(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        });

        var answer = await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("\"CN=ada\""u8.ToArray(), answer.Body.ToArray());
    }

    [Fact]
    public async Task Get_AuthorityFileReplaced_IsReadAgain()
    {
        var path = Path.GetTempFileName();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        try
        {
            await File.WriteAllTextAsync(path, _other.AuthorityPem, TestContext.Current.CancellationToken);
            await using var server = await StartAsync(_cluster.Server("127.0.0.1"));
            using var client = new ApiClient(
                new() { Server = server.Address, CertificateAuthority = PemSource.FromFile(path) }, new() { Time = time });
            await AssertUntrustedAsync(client);

            await File.WriteAllTextAsync(path, _cluster.AuthorityPem, TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(2));
            time.Advance(TimeSpan.FromSeconds(30));

            await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);

            await File.WriteAllTextAsync(path, "half a certificate", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(4));
            time.Advance(TimeSpan.FromSeconds(30));

            await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task<ScriptedServer> StartAsync(X509Certificate2 certificate) =>
        ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(context, $"\"{context.Request.Protocol}\""), certificate);

    /// <summary>Resets each connection as soon as its client has said hello.</summary>
    private static async Task ResetAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(cancellationToken);
                await socket.ReceiveAsync(new byte[1], cancellationToken);
                socket.LingerState = new(true, 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task ShakeHandsAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            await tls.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // The client hung up, as it should.
        }
    }

    private static async Task AssertUntrustedAsync(ApiClient client)
    {
        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(TransportFault.Untrusted, failure.Fault);
        Assert.False(failure.IsTransient);
    }

    private ApiClient Client(ScriptedServer server, Func<ApiConnection, ApiConnection>? adapt = null) => server.Client(adapt: c =>
    {
        c = c with { InsecureSkipTlsVerify = false, CertificateAuthority = PemSource.FromText(_cluster.AuthorityPem) };
        return adapt?.Invoke(c) ?? c;
    });
}
