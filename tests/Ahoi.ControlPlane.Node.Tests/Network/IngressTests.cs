using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ahoi.ControlPlane.Node.Tests.Network;

public sealed class IngressTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");
    private static readonly GroupVersionResource Classes = new("networking.k8s.io", "v1", "ingressclasses");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");

    private readonly int _port = NetworkWorld.NewPort();
    private readonly HttpClient _http = new();
    private NetworkWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await NetworkWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Request_ReachesTheBackend_AsItWasAsked()
    {
        await using var pod = await HttpPod.StartAsync(_port, http => http.Response.WriteAsync(
            $"{http.Request.Method} {http.Request.Host} {http.Request.Path}{http.Request.QueryString} "
            + string.Join(' ', new[] { "For", "Proto", "Host", "Port" }.Select(h => http.Request.Headers[$"X-Forwarded-{h}"].ToString()))));
        await MakeBackendAsync("web", pod);
        await MakeIngressAsync("web", [Rule("preview-1.localhost", "web")]);
        var address = _world.Network.IngressHttp!;

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/a%20b/c?d=e%2Ff"));
        request.Headers.Host = $"preview-1.localhost:{address.Port}";
        request.Headers.Add("X-Forwarded-For", "1.2.3.4");
        using var response = await _http.SendAsync(request);

        Assert.Equal(
            $"GET preview-1.localhost:{address.Port} /a%20b/c?d=e%2Ff 127.0.0.1 http preview-1.localhost:{address.Port} {address.Port}",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Request_ThatNothingMatches_Is404_AndWithoutReadyEndpoint503()
    {
        await MakeServiceAsync("empty");
        await MakeIngressAsync("some", [Rule("empty.localhost", "empty"), Rule("missing.localhost", "missing"), Rule("port.localhost", "empty", "\"name\":\"other\"")]);

        Assert.Equal((404, "No Ingress has a rule for nobody.localhost/x.\n"), await GetAsync("nobody.localhost", "/x"));
        Assert.Equal((503, "The Service default/empty has no endpoint that is ready.\n"), await GetAsync("empty.localhost"));
        Assert.Equal((503, "There is no Service default/missing.\n"), await GetAsync("missing.localhost"));
        Assert.Equal((503, "The Service default/empty has no TCP port other.\n"), await GetAsync("port.localhost"));
        Assert.Contains("missing", (await _world.WaitForEventAsync("some", "ServiceNotFound")).Text("message"), StringComparison.Ordinal);
        Assert.Contains("other", (await _world.WaitForEventAsync("some", "PortNotFound")).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingress_OfOurClass_GetsAnAddress_AndOneOfAnotherNothing()
    {
        await _world.Client.CreateAsync(Classes, null, JsonTree.ParseMap(
            """{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"other"},"spec":{"controller":"example.com/other"}}"""));
        await CreateIngressAsync("theirs", "\"ingressClassName\":\"other\",", [Rule("theirs.localhost", "web")]);
        await MakeIngressAsync("ours", [Rule("ours.localhost", "web")]);

        var ours = (await _world.Client.WaitUntilAsync(Ingresses, new("default", "ours"), i => Addresses(i) is { Count: 1 }, TimeSpan.FromSeconds(20)))!;
        var entry = Addresses(ours)!.Maps.Single();
        Assert.Equal(("127.0.0.1", "localhost"), (entry.Text("ip"), entry.Text("hostname")));
        Assert.Equal(
            [_world.Network.IngressHttp!.Port, _world.Network.IngressHttps!.Port],
            entry.List("ports")!.Maps.Select(p => (int)p.Integer("port")!));
        Assert.Equal("ahoi", ours.ToMap().At("spec", "ingressClassName"));
        Assert.Null(Addresses(await _world.Client.GetAsync(Ingresses, new("default", "theirs"))));
        Assert.Equal(404, (await GetAsync("theirs.localhost")).Code);
    }

    [Fact]
    public async Task Endpoint_ThatRefuses_CostsNoRequest_NotEvenOneWithABody()
    {
        await using var pod = await HttpPod.StartAsync(_port, EchoAsync);
        await MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new(NetworkWorld.NewAddress()), new(pod.Address), new(NetworkWorld.NewAddress()));
        await MakeIngressAsync("web", [Rule("web.localhost", "web")]);

        for (var i = 0; i < 10; i++)
        {
            using var request = Request("web.localhost");
            request.Method = HttpMethod.Post;
            request.Content = new StringContent($"body {i}");
            using var response = await _http.SendAsync(request);
            Assert.Equal($"body {i}", await response.Content.ReadAsStringAsync());
        }

        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(NetworkWorld.NewAddress()));
        Assert.Equal((503, "No endpoint of the Service default/web takes connections.\n"), await GetAsync("web.localhost"));
    }

    [Fact]
    public async Task Endpoint_ThatBreaksOff_CostsNoRequestThatMayBeRepeated()
    {
        await using var broken = new TcpPod(_port, async socket => await socket.ReceiveAsync(new byte[4096]));
        await using var pod = await HttpPod.StartAsync(_port, EchoAsync);
        await MakeServiceAsync("web");
        await _world.SetEndpointsAsync("web", _port, new(broken.Address), new(pod.Address));
        await MakeIngressAsync("web", [Rule("web.localhost", "web")]);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((200, ""), await GetAsync("web.localhost"));
        }

        Assert.True(broken.Accepted > 0);
        await _world.SetEndpointsAsync("web", _port, new TestEndpoint(broken.Address));
        using var request = Request("web.localhost");
        request.Method = HttpMethod.Post;
        request.Content = new StringContent("once");
        using var response = await _http.SendAsync(request);
        Assert.Equal((502, "The Service default/web did not answer as it should.\n"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task WebSockets_Pass()
    {
        await using var pod = await HttpPod.StartAsync(_port, async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, true, CancellationToken.None);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);
        });
        await MakeBackendAsync("web", pod);
        await MakeIngressAsync("web", [Rule("web.localhost", "web")]);

        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("Host", "web.localhost");
        await client.ConnectAsync(new UriBuilder(_world.Network.IngressHttp!) { Scheme = "ws" }.Uri, CancellationToken.None);
        await client.SendAsync("ahoi"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = new byte[64];
        var length = (await client.ReceiveAsync(answer, CancellationToken.None)).Count;

        Assert.Equal("ahoi", Encoding.UTF8.GetString(answer, 0, length));
        await client.ReceiveAsync(answer, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Port_OfHttp2InTheClear_IsSpokenToSo()
    {
        await using var pod = await HttpPod.StartAsync(_port, http => http.Response.WriteAsync(http.Request.Protocol), HttpProtocols.Http2);
        await _world.CreateServiceAsync("web", $$"""{"ports":[{"port":{{NetworkWorld.NewPort()}},"name":"grpc","appProtocol":"kubernetes.io/h2c"}]}""");
        var slice = NetworkWorld.Slice("web", _port, [new(pod.Address)]);
        slice.List("ports")!.Maps.Single()["name"] = "grpc";
        await _world.Client.CreateAsync(NetworkWorld.Slices, "default", slice);
        await MakeIngressAsync("web", [Rule("web.localhost", "web", "\"name\":\"grpc\"")]);

        await Eventually.HoldsAsync(async () => await GetAsync("web.localhost") == (200, "HTTP/2"));
    }

    [Fact]
    public async Task Tls_ServesTheCertificateOfTheName_AndTheNewOneOnceItIsThere()
    {
        await using var pod = await HttpPod.StartAsync(_port, http => http.Response.WriteAsync(http.Request.Headers["X-Forwarded-Proto"].ToString()));
        await MakeBackendAsync("web", pod);
        await CreateIngressAsync(
            "web",
            """
            "tls":[{"hosts":["a.localhost"],"secretName":"a"},{"hosts":["*.b.localhost"],"secretName":"b"},{"hosts":["c.localhost"],"secretName":"c"}],
            """,
            [Rule("a.localhost", "web")]);
        Assert.Contains("no Secret a", (await _world.WaitForEventAsync("web", "SecretNotFound")).Text("message"), StringComparison.Ordinal);
        await _world.Client.CreateAsync(Secrets, "default", Secret("a", "CN=first"));
        await _world.Client.CreateAsync(Secrets, "default", Secret("b", "CN=wild"));
        var broken = Secret("c", "CN=broken");
        broken.Map("data")!["tls.key"] = Convert.ToBase64String("no key"u8);
        await _world.Client.CreateAsync(Secrets, "default", broken);

        await Eventually.HoldsAsync(async () => await SubjectOfAsync("a.localhost") == "CN=first");
        await Eventually.HoldsAsync(async () => await SubjectOfAsync("x.b.localhost") == "CN=wild");
        Assert.Equal("CN=Ahoi ingress", await SubjectOfAsync("y.x.b.localhost"));
        Assert.Equal("CN=Ahoi ingress", await SubjectOfAsync("elsewhere.localhost"));
        await _world.WaitForEventAsync("web", "CertificateUnusable");

        await _world.Client.ReplaceAsync(Secrets, new("default", "a"), Secret("a", "CN=second"));
        await Eventually.HoldsAsync(async () => await SubjectOfAsync("a.localhost") == "CN=second");

        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, _world.Network.IngressHttps!.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=second" },
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal("https", await client.GetStringAsync(new Uri("https://a.localhost/")));
    }

    [Fact]
    public async Task RollingUpdate_UnderLoad_LosesNoRequest()
    {
        const int Clients = 12;
        await MakeServiceAsync("web");
        var pods = new Queue<HttpPod>();
        for (var i = 0; i < 3; i++)
        {
            pods.Enqueue(await HttpPod.StartAsync(_port, EchoAsync));
        }

        await _world.SetEndpointsAsync("web", _port, [.. pods.Select(p => new TestEndpoint(p.Address))]);
        await MakeIngressAsync("web", [Rule("web.localhost", "web")]);
        await GetAsync("web.localhost");
        using var stop = new CancellationTokenSource();
        var done = 0;
        var clients = Enumerable.Range(0, Clients).Select(n => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var request = Request("web.localhost");
                request.Method = n % 2 == 0 ? HttpMethod.Get : HttpMethod.Post;
                request.Content = n % 2 == 0 ? null : new StringContent("echo");
                using var response = await _http.SendAsync(request);
                Assert.Equal((HttpStatusCode.OK, n % 2 == 0 ? "" : "echo"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
                Interlocked.Increment(ref done);
            }
        })).ToArray();

        for (var step = 0; step < 9; step++)
        {
            var old = pods.Dequeue();
            await Eventually.HoldsAsync(() => old.Served > 0);
            pods.Enqueue(await HttpPod.StartAsync(_port, EchoAsync));
            var before = Volatile.Read(ref done);
            await _world.SetEndpointsAsync(
                "web", _port, [.. pods.Select(p => new TestEndpoint(p.Address)), new(old.Address, Ready: false, Terminating: true)]);
            await Eventually.HoldsAsync(() => Volatile.Read(ref done) > before + (4 * Clients)); // What was on its way has arrived.
            await old.DisposeAsync();
            await _world.SetEndpointsAsync("web", _port, [.. pods.Select(p => new TestEndpoint(p.Address))]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        foreach (var pod in pods)
        {
            await pod.DisposeAsync();
        }
    }

    [Fact]
    public async Task PortInUse_IsSaidWhenItStarts()
    {
        var taken = new IPEndPoint(IPAddress.Loopback, _world.Network.IngressHttp!.Port);

        var exception = await Assert.ThrowsAsync<IOException>(() => NetworkWorld.StartAsync(new() { IngressHttp = taken }));

        Assert.Contains(taken.ToString(), exception.Message, StringComparison.Ordinal);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        await http.Response.Body.WriteAsync(body.ToArray());
    }

    private static JsonList? Addresses(RawObject? ingress) => ingress?.ToMap().Map("status")?.Map("loadBalancer")?.List("ingress");

    private static string Rule(string host, string service, string port = "\"number\":80") => new JsonMap
    {
        ["host"] = host,
        ["http"] = JsonTree.ParseMap("""{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"NAME","port":{PORT}}}}]}"""
            .Replace("NAME", service, StringComparison.Ordinal).Replace("PORT", port, StringComparison.Ordinal)),
    }.ToString();

    private static JsonMap Secret(string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var secret = JsonTree.ParseMap($$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{{name}}}"},"type":"kubernetes.io/tls"}""");
        secret["data"] = new JsonMap
        {
            ["tls.crt"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())),
            ["tls.key"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem())),
        };
        return secret;
    }

    private async Task<string> SubjectOfAsync(string host)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _world.Network.IngressHttps!.Port);
#pragma warning disable CA5359 // The test looks at the certificate itself.
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(host);
        return tls.RemoteCertificate!.Subject;
    }

    private async Task MakeServiceAsync(string name)
    {
        await _world.CreateServiceAsync(name, """{"ports":[{"port":80}]}""");
        await Eventually.HoldsAsync(() => _world.Network.Services.Current.ContainsKey(new("default", name)));
    }

    private async Task MakeBackendAsync(string name, HttpPod pod)
    {
        await MakeServiceAsync(name);
        await _world.SetEndpointsAsync(name, _port, new TestEndpoint(pod.Address));
    }

    /// <summary>Makes an Ingress, and waits for its address: then its rules hold.</summary>
    private async Task MakeIngressAsync(string name, string[] rules)
    {
        await CreateIngressAsync(name, "", rules);
        await _world.Client.WaitUntilAsync(Ingresses, new("default", name), i => Addresses(i) is { Count: 1 }, TimeSpan.FromSeconds(20));
    }

    private Task<RawObject> CreateIngressAsync(string name, string more, string[] rules) => _world.Client.CreateAsync(Ingresses, "default", JsonTree.ParseMap(
        $$"""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"{{name}}"},"spec":{ {{more}} "rules":[{{string.Join(',', rules)}}]} }"""));

    private HttpRequestMessage Request(string host, string path = "/")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_world.Network.IngressHttp!, path));
        request.Headers.Host = host;
        return request;
    }

    private async Task<(int Code, string Text)> GetAsync(string host, string path = "/")
    {
        using var request = Request(host, path);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
