using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hostile;

/// <summary>Clients that are slow, broken or malicious on the real socket. Each is cut off or refused; the next client is served.</summary>
public sealed class SocketTests
{
    private const string Authorized = "Host: localhost\r\nAuthorization: Bearer admin\r\n";

    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    // As short as Kestrel allows: the tests wait for these, not for a clock of their own.
    private static readonly ConnectionLimits Short = new()
    {
        HeadersTimeout = TimeSpan.FromMilliseconds(300),
        KeepAliveTimeout = TimeSpan.FromMilliseconds(300),
        HandshakeTimeout = TimeSpan.FromSeconds(2), // A real client needs some of it on a busy machine.
        BodyGracePeriod = TimeSpan.FromMilliseconds(1001),
        MinBodyBytesPerSecond = 10_000,
    };

    private static readonly Dictionary<string, string> Malformed = new()
    {
        { "garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http at all\r\n\r\n" },
        { "no version", "GET /\r\n\r\n" },
        { "bad version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n" },
        { "no host", "GET / HTTP/1.1\r\n\r\n" },
        { "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" },
        { "null in target", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "space in header name", "GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n" },
        { "line folding", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n" },
        { "long line", $"GET /{new string('a', 40_000)} HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "long query", $"GET /api/v1/pods?labelSelector={new string('a', 40_000)} HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "long header", $"GET / HTTP/1.1\r\nHost: x\r\nA: {new string('a', 100_000)}\r\n\r\n" },
        { "many headers", $"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 2000).Select(i => $"h{i}: v\r\n"))}\r\n" },
        { "bad length", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Length: -5\r\n\r\n" },
        { "huge length", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Length: 9999999999\r\n\r\n" },
        { "overflowing length", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Length: 99999999999999999999999\r\n\r\n" },
        { "length and chunks", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "bad chunk", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" },
        { "huge chunk", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" },
        { "unknown coding", $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Transfer-Encoding: gzip\r\n\r\n" },
        { "http 2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
        { "bad escape", $"GET /api/v1/namespaces/%zz%ff%00/pods HTTP/1.1\r\n{Authorized}Connection: close\r\n\r\n" },
        { "dots", $"GET /api/v1/../../../etc/passwd HTTP/1.1\r\n{Authorized}Connection: close\r\n\r\n" },
    };

    [Fact]
    public async Task Requests_ThatAreMalformed_AreRefusedAndTheNextIsServed()
    {
        await using var server = await HostileServer.StartAsync(Anywhere, limits: Short);
        var before = await server.FingerprintAsync();

        var answers = await Task.WhenAll(Malformed.Select(async m => (What: m.Key, Answer: await TalkAsync(server, m.Value))));

        foreach (var (what, answer) in answers)
        {
            // A GOAWAY of HTTP/2 is binary.
            var refused = !answer.StartsWith("HTTP/", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal);
            Assert.True(refused, $"{what}: {HostileServer.Short(answer)}");
        }

        await RequireAliveAsync(server, before);
    }

    [Fact]
    public async Task Body_AboveTheLimitInChunks_IsRefusedWithAStatus()
    {
        await using var server = await HostileServer.StartAsync(Anywhere, limits: Short);
        var before = await server.FingerprintAsync();
        var chunk = "80000\r\n" + new string(' ', 0x80000) + "\r\n";
        var head = $"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Type: application/json\r\n";

        var chunked = await TalkAsync(server, head + "Transfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat(chunk, 8)) + "0\r\n\r\n");
        var counted = await TalkAsync(server, head + "Content-Length: 4000000\r\n\r\n" + new string(' ', 100_000));

        Assert.StartsWith("HTTP/1.1 413", chunked, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"Status\"", chunked, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413", counted, StringComparison.Ordinal);
        await RequireAliveAsync(server, before);
    }

    [Fact]
    public async Task Body_CutOffInTheMiddle_WritesNothing()
    {
        await using var server = await HostileServer.StartAsync(Anywhere);
        var before = await server.FingerprintAsync();
        for (var i = 0; i < 50; i++)
        {
            using var socket = await ConnectAsync(server);
            await socket.SendAsync(Encoding.ASCII.GetBytes($$"""POST {{HostileServer.Maps}} HTTP/1.1{{"\r\n"}}{{Authorized}}Content-Length: 100{{"\r\n\r\n"}}{"metadata":{"name":"cut"} }"""));
            socket.LingerState = new(true, i % 2 == 0 ? 0 : 1); // Half of them with a reset.
        }

        await RequireAliveAsync(server, before);
    }

    [Fact]
    public async Task Headers_ThatTrickle_AreCutOff()
    {
        await using var server = await HostileServer.StartAsync(Anywhere, limits: Short);
        var before = await server.FingerprintAsync();
        var sockets = new List<Socket>();
        for (var i = 0; i < 200; i++)
        {
            var socket = await ConnectAsync(server);
            await socket.SendAsync(Encoding.ASCII.GetBytes(i % 3 == 0 ? "" : i % 3 == 1 ? "GET /api" : "GET /api HTTP/1.1\r\nHost: x\r\nA: "));
            sockets.Add(socket);
        }

        // A client that does nothing wrong is served meanwhile.
        await RequireAliveAsync(server, before);
        foreach (var socket in sockets)
        {
            var rest = await ReadAsync(socket);
            Assert.True(rest.Length == 0 || rest.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), HostileServer.Short(rest));
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Body_ThatTrickles_IsCutOff()
    {
        await using var server = await HostileServer.StartAsync(Anywhere, limits: Short);
        var before = await server.FingerprintAsync();
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {HostileServer.Maps} HTTP/1.1\r\n{Authorized}Content-Length: 1000\r\n\r\n{{"));

        var rest = await ReadAsync(socket);

        Assert.True(rest.Length == 0 || rest.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), HostileServer.Short(rest));
        await RequireAliveAsync(server, before);
    }

    [Fact]
    public async Task Tls_ThatIsGarbageOrPlainOrNeverComes_IsCutOff()
    {
        using var certificates = ClusterCertificatesForTests();
        await using var server = await HostileServer.StartAsync(Anywhere, certificates, Short);
        var before = await server.FingerprintAsync();
        var random = new Random(1);
        var noise = new byte[4096];
        random.NextBytes(noise);
        await Task.WhenAll(
            ((byte[][])[noise, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), [0x16, 3, 1, 0xff, 0xff, .. noise], [0x16, 3, 1], []]).Select(async bytes =>
            {
                using var socket = await ConnectAsync(server);
                await TellAsync(socket, bytes);
                await ReadAsync(socket);
            }));
        await RequireAliveAsync(server, before);
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, given, _, _) => given?.Subject == "CN=localhost" } });
        using var response = await client.GetAsync(new Uri(server.Url, "/version"), TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode is 200 or 401 or 403);
    }

    [Fact]
    public async Task Http2_StreamsResetWithoutPause_EndTheConnectionOnly()
    {
        using var certificate = ClusterCertificatesForTests();
        await using var server = await HostileServer.StartAsync(Anywhere, certificate);
        var before = await server.FingerprintAsync();
        using var socket = await ConnectAsync(server);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, given, _, _) => given?.Subject == "CN=localhost");
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] },
            TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);

        var frames = new MemoryStream();
        frames.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        frames.Write([0, 0, 0, 4, 0, 0, 0, 0, 0]);

        // :method GET, :scheme https, :path /, and a literal :authority x.
        byte[] headers = [0x82, 0x87, 0x84, 0x41, 0x01, (byte)'x'];
        for (var stream = 1; stream < 40_000; stream += 2)
        {
            byte[] id = [(byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream];
            frames.Write([0, 0, (byte)headers.Length, 1, 5, .. id, .. headers]);
            frames.Write([0, 0, 4, 3, 0, .. id, 0, 0, 0, 8]);
        }

        // Writing and reading at once, as the server may answer and close while it is sent more.
        var sent = tls.WriteAsync(frames.ToArray(), TestContext.Current.CancellationToken).AsTask();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(HostileServer.Deadline);
        var closed = false;
        try
        {
            var buffer = new byte[16 * 1024];
            while (!closed)
            {
                closed = await tls.ReadAsync(buffer, deadline.Token) == 0;
            }

            await sent;
        }
        catch (IOException)
        {
            closed = true;
        }

        Assert.True(closed);
        await RequireAliveAsync(server, before);
    }

    [Fact]
    public async Task Connections_LeftHalfOpen_DoNotKeepOthersOut()
    {
        await using var server = await HostileServer.StartAsync(Anywhere);
        var before = await server.FingerprintAsync();
        var sockets = new List<Socket>();
        for (var i = 0; i < 500; i++)
        {
            sockets.Add(await ConnectAsync(server));
        }

        await RequireAliveAsync(server, before);
        sockets.ForEach(s => s.Dispose());
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2 ClusterCertificatesForTests()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static async Task<string> TalkAsync(HostileServer server, string request)
    {
        using var socket = await ConnectAsync(server);
        var talking = TellAsync(socket, Encoding.Latin1.GetBytes(request));
        var answer = await ReadAsync(socket, IsWhole);
        socket.Dispose();
        await talking;
        return answer;
    }

    private static async Task TellAsync(Socket socket, byte[] request)
    {
        try
        {
            await socket.SendAsync(request, TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was cut off while it was talking, or had its answer before it was done.
        }
    }

    private static async Task<Socket> ConnectAsync(HostileServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static bool IsWhole(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var length = answer.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        return end > 0 && length > 0 && length < end
            && answer.Length - end - 4 >= int.Parse(answer.AsSpan(length + 16, answer.IndexOf('\r', length) - length - 16), System.Globalization.CultureInfo.InvariantCulture);
    }

    // Reads until there is enough, or the other side closes in one way or the other.
    private static async Task<string> ReadAsync(Socket socket, Func<string, bool>? isEnough = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(HostileServer.Deadline);
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var count)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                if (isEnough?.Invoke(text.ToString()) == true)
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // A reset is as good as a close.
        }

        return text.ToString();
    }

    private static async Task RequireAliveAsync(HostileServer server, string fingerprint)
    {
        var took = Stopwatch.StartNew();
        await server.AcceptedAsync("GET", "/api/v1/namespaces/default");
        Assert.True(took.Elapsed < TimeSpan.FromSeconds(5), $"The next client waited {took.Elapsed}.");
        Assert.Equal(fingerprint, await server.FingerprintAsync());
        server.RequireNoFailure();
    }
}
