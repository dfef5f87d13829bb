using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Client.Connections;

namespace Ahoi.Dashboard.Tests;

public sealed class DashboardServerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("/api/v1/pods")]
    [InlineData("/apis")]
    [InlineData("/version")]
    [InlineData("/cluster")]
    [InlineData("/watch")]
    public async Task Data_WithoutToken_IsRefused(string path)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = new HttpClient { BaseAddress = world.Dashboard.Address };

        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        http.DefaultRequestHeaders.Authorization = new("Bearer", new string('0', 64));
        using var wrong = await http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Empty(world.Link.Requests);
    }

    [Fact]
    public async Task Page_WithoutToken_IsServedWithAStrictPolicyAndNothingOfTheCluster()
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = new HttpClient { BaseAddress = world.Dashboard.Address };

        using var answer = await http.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Dashboard.Token, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(world.Link.Requests);
    }

    [Theory]
    [InlineData("evil.example.com")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.1.evil.example.com")]
    public async Task Host_OfAnotherName_IsRefused(string host)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pods") { Headers = { Host = host } };

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Empty(world.Link.Requests);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example.com")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Request_OfAnotherPage_IsRefused(string header, string value)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);
        http.DefaultRequestHeaders.Add(header, value);

        using var answer = await http.GetAsync(new Uri("/api/v1/pods", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(world.Link.Requests);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("HEAD")]
    public async Task Method_OtherThanGet_IsRefused(string method)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);
        using var request = new HttpRequestMessage(new(method), "/api/v1/namespaces/fleet");

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Empty(world.Link.Requests);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/fleet/pods/a/exec?command=id")]
    [InlineData("/api/v1/namespaces/fleet/pods/a/attach")]
    [InlineData("/api/v1/namespaces/fleet/pods/a/portforward")]
    [InlineData("/api/v1/namespaces/fleet/pods/a/proxy/")]
    [InlineData("/api/v1/namespaces/fleet/services/a/proxy/index.html")]
    [InlineData("/api/v1/nodes/a/proxy/logs")]
    [InlineData("/api/v1/proxy/nodes/a")]
    [InlineData("/api/v1/%2e%2e/%2e%2e/metrics")]
    [InlineData("/api/v1/namespaces%2Ffleet")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v2")]
    [InlineData("/debug/pprof")]
    [InlineData("/healthz")]
    public async Task Path_ThatIsNotToRead_IsNotForwarded(string path)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);

        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(world.Link.Requests);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/fleet?pretty=true")]
    [InlineData("/api/v1/namespaces/fleet/serviceaccounts/default")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node")]
    [InlineData("/version")]
    public async Task Path_ToRead_IsAnsweredAsTheUser(string path)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);

        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{answer.StatusCode}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal([$"GET {path}"], world.Link.Requests);
    }

    [Fact]
    public async Task Request_OfAUserWithoutRights_IsRefusedByTheApiServer()
    {
        await using var world = await DashboardWorld.StartAsync();
        await using var dashboard = await DashboardServer.StartAsync(world.Client.Connection with { Impersonation = new("guest") });
        using var http = new HttpClient { BaseAddress = dashboard.Address, DefaultRequestHeaders = { Authorization = new("Bearer", dashboard.Token) } };

        using var answer = await http.GetAsync(new Uri("/api/v1/secrets", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("guest", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiServer_ThatDoesNotAnswer_IsSaid()
    {
        await using var world = await DashboardWorld.StartAsync();
        using var http = Signed(world);
        world.Link.Cut();

        using var answer = await http.GetAsync(new Uri("/api/v1/pods", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("ServerUnreachable", JsonTree.ParseMap(await answer.Content.ReadAsStringAsync()).Text("reason"));
    }

    [Fact]
    public async Task Watches_ManyOverOneSocket_HandOnLinesAndSayHowTheyEnd()
    {
        await using var world = await DashboardWorld.StartAsync();
        using var socket = await OpenAsync(world, world.Dashboard.Token);

        await SayAsync(socket, """{"open":1,"path":"/api/v1/namespaces?watch=true"}""");
        Assert.Equal("""{"watch":1,"begun":true}""", (await HearAsync(socket)).ToString());
        var first = await HearAsync(socket);
        Assert.Equal("ADDED", first.Map("event")!.Text("type"));

        await SayAsync(socket, """{"open":2,"path":"/api/v1/pods?watch=true&resourceVersion=99999999"}""");
        await SayAsync(socket, """{"open":3,"path":"/api/v1/namespaces/fleet/pods/a/exec?watch=true"}""");
        var ends = new Dictionary<object, object?>();
        while (ends.Count < 2)
        {
            var heard = await HearAsync(socket);
            if (heard.Map("end") is { } end)
            {
                ends[heard["watch"]!] = end["code"];
            }
            else if (heard["watch"] is 2L && heard.Map("event")?.Text("type") == "ERROR")
            {
                ends[2L] = heard.Map("event")!.Map("object")!["code"];
            }
        }

        Assert.Equal(404L, ends[3L]);
        Assert.NotEqual(200L, ends[2L]);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("guess", null, HttpStatusCode.Unauthorized)]
    [InlineData("right", "https://evil.example.com", HttpStatusCode.Forbidden)]
    public async Task Socket_OfStrangers_IsRefused(string? token, string? origin, HttpStatusCode expected)
    {
        await using var world = await DashboardWorld.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol("ahoi.watch");
        if (token is not null)
        {
            socket.Options.AddSubProtocol($"ahoi.token.{(token == "right" ? world.Dashboard.Token : token)}");
        }

        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketOf(world), CancellationToken.None).WaitAsync(Limit));

        Assert.Equal(expected, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Dispose_WhileWatched_EndsAtOnce()
    {
        await using var world = await DashboardWorld.StartAsync();
        using var socket = await OpenAsync(world, world.Dashboard.Token);
        await SayAsync(socket, """{"open":1,"path":"/api/v1/namespaces?watch=true"}""");
        await HearAsync(socket);

        await world.Dashboard.DisposeAsync().AsTask().WaitAsync(Limit);

        using var tcp = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => tcp.ConnectAsync(IPAddress.Loopback, world.Dashboard.Address.Port));
    }

    [Fact]
    public async Task Listen_WhereOthersReach_IsRefused()
    {
        var connection = ApiConnection.FromToken(new("https://127.0.0.1:1/"), "x");

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => DashboardServer.StartAsync(connection, new() { Listen = new(IPAddress.Any, 0) }));

        Assert.Contains("0.0.0.0 is reached by other machines", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_PortInUse_NamesIt()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var connection = ApiConnection.FromToken(new("https://127.0.0.1:1/"), "x");

        var refusal = await Assert.ThrowsAsync<IOException>(() => DashboardServer.StartAsync(connection, new() { Listen = (IPEndPoint)holder.LocalEndpoint }));

        Assert.Contains($"The dashboard cannot be served at {holder.LocalEndpoint}", refusal.Message, StringComparison.Ordinal);
    }

    private static HttpClient Signed(DashboardWorld world) => new()
    {
        BaseAddress = world.Dashboard.Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", world.Dashboard.Token) },
    };

    private static Uri SocketOf(DashboardWorld world) => new UriBuilder(world.Dashboard.Address) { Scheme = "ws", Path = "/watch" }.Uri;

    private static async Task<ClientWebSocket> OpenAsync(DashboardWorld world, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("ahoi.watch");
        socket.Options.AddSubProtocol($"ahoi.token.{token}");
        await socket.ConnectAsync(SocketOf(world), CancellationToken.None).WaitAsync(Limit);
        return socket;
    }

    private static Task SayAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None).WaitAsync(Limit);

    private static async Task<JsonMap> HearAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).AsTask().WaitAsync(Limit);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonTree.ParseMap(buffer.AsSpan(0, length));
            }
        }
    }
}
