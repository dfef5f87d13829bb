using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;

namespace Ahoi.Framework.Observability.Tests;

public sealed partial class EndpointTests
{
    [Fact]
    public async Task Health_OfAnOperatorThatRuns_IsOkAndVerboseNamesEachCheck()
    {
        await using var op = await ObservedOperator.StartAsync("health");

        await op.EventuallyAsync("/readyz", text => text == "ok");

        Assert.Equal((HttpStatusCode.OK, "ok"), await op.GetAsync("/livez"));
        var (code, text) = await op.GetAsync("/readyz?verbose");
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Contains("[+]controller/configmap ok: its caches are complete\n", text, StringComparison.Ordinal);
        Assert.EndsWith("readyz check passed\n", text, StringComparison.Ordinal);
        Assert.Contains("[+]cache/ConfigMap ok: ", (await op.GetAsync("/livez?verbose")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_KindThatIsNotServed_IsLiveButNotReadyAndSaysWhatIsMissing()
    {
        await using var op = await ObservedOperator.StartAsync("missing", kind: "Ship");

        await op.EventuallyAsync("/readyz", text => text.Contains("[-]controller/ship failed: ", StringComparison.Ordinal) && text.Contains("does not serve", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await op.GetAsync("/readyz")).Code);
        Assert.Equal(HttpStatusCode.OK, (await op.GetAsync("/livez")).Code);
    }

    [Fact]
    public async Task Metrics_Scraped_AreWellFormedAndOnceEach()
    {
        await using var op = await ObservedOperator.StartAsync("me\"trics");
        await op.CreateConfigMapAsync("a");

        var text = await op.EventuallyAsync("/metrics", t => Done().IsMatch(t));

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.Matches(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+=""([^""\\]|\\.)*"",?)+\})? [-+0-9.eEInf]+)$", l));
        var families = lines.Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).ToList();
        Assert.Equal(families.Count, families.Distinct().Count());
        Assert.Contains("# TYPE ahoi_reconciles_total counter", lines);
        Assert.Contains("# TYPE ahoi_queue_depth gauge", lines);
        Assert.Contains("# TYPE ahoi_reconcile_duration_seconds histogram", lines);
        Assert.Contains("# HELP ahoi_cache_size_bytes The JSON of the objects in the cache, by kind.", lines);
        Assert.Contains("ahoi_leadership{ahoi_operator=\"me\\\"trics\"} 1", lines);
        Assert.Contains(lines, l => l.StartsWith("ahoi_client_requests_total{ahoi_resource=\"configmaps\",ahoi_verb=\"watch\",http_response_status_code=\"200\"}", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("dotnet_", StringComparison.Ordinal));

        var buckets = lines.Where(l => l.StartsWith("ahoi_reconcile_duration_seconds_bucket{", StringComparison.Ordinal) && l.Contains("trics", StringComparison.Ordinal)).ToList();
        var counts = buckets.ConvertAll(l => long.Parse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(counts.Order(), counts);
        Assert.Contains("le=\"+Inf\"", buckets[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconciles_OfAnObject_NameCauseFieldsAndManager()
    {
        await using var op = await ObservedOperator.StartAsync("causes");
        await op.CreateConfigMapAsync("mine");
        await op.CreateConfigMapAsync("other");
        const string Path = "/debug/reconciles?kind=ConfigMap&group=&namespace=default&name=mine";
        await op.EventuallyAsync(Path, t => t.Contains("Seen", StringComparison.Ordinal));
        await op.Cluster.Client.ApplyAsync(
            new("", "v1", "configmaps"), new("default", "mine"), JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"}}"""), "somebody", force: true);

        var text = await op.EventuallyAsync(Path, t => t.Contains("Changed", StringComparison.Ordinal));

        var reconciles = JsonTree.ParseMap(text).List("reconciles")!.Maps.ToList();
        Assert.All(reconciles, r => Assert.Equal("mine", r.Text("name")));
        var cause = reconciles[0].List("causes")!.Maps.Single();
        Assert.Equal("changed", cause.Text("change"));
        Assert.Contains(".data", Assert.Single(cause.List("fields")!.Texts), StringComparison.Ordinal);
        Assert.Equal("somebody", cause.Text("manager"));
        Assert.Equal("done", reconciles[0].Text("result"));
    }

    [Fact]
    public async Task Reconciles_WithoutToken_AreForThisMachineUnderItsOwnNameAlone()
    {
        await using var op = await ObservedOperator.StartAsync("names");

        Assert.Equal(HttpStatusCode.OK, (await op.GetAsync("/debug/reconciles")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await op.GetAsync("/debug/reconciles", r => r.Headers.Host = "rebound.example.com")).Code);
    }

    [Fact]
    public async Task Reconciles_WithToken_AreForWhoeverShowsIt()
    {
        await using var op = await ObservedOperator.StartAsync("token", o => o.AccessToken = "0123456789abcdef");

        Assert.Equal(HttpStatusCode.Unauthorized, (await op.GetAsync("/debug/reconciles")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await op.GetAsync("/debug/reconciles", r => r.Headers.Authorization = new("Bearer", "0123456789abcdeg"))).Code);
        Assert.Equal(HttpStatusCode.OK, (await op.GetAsync("/debug/reconciles", r => r.Headers.Authorization = new("Bearer", "0123456789abcdef"))).Code);
        Assert.Equal(HttpStatusCode.OK, (await op.GetAsync("/livez")).Code);
    }

    [Fact]
    public async Task OtherRequests_AreRefusedWithWhatIsRight()
    {
        await using var op = await ObservedOperator.StartAsync("others", o => o.Prometheus = false);

        Assert.Equal(HttpStatusCode.NotFound, (await op.GetAsync("/metrics")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await op.GetAsync("/livez/x")).Code);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await op.GetAsync("/livez", r => r.Method = HttpMethod.Post)).Code);
        Assert.Equal((HttpStatusCode.OK, "/livez\n/readyz\n/debug/reconciles\n"), await op.GetAsync("/"));
        Assert.Equal((HttpStatusCode.OK, ""), await op.GetAsync("/livez", r => r.Method = HttpMethod.Head));
    }

    [Fact]
    public async Task Start_PortInUse_NamesTheAddress()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();

        var exception = await Assert.ThrowsAsync<IOException>(() => ObservedOperator.StartAsync("port", o => o.Listen = (IPEndPoint)holder.LocalEndpoint));

        Assert.Contains($"cannot be served at {holder.LocalEndpoint}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://here", null, "OtlpEndpoint must be an http or https address, as in http://127.0.0.1:4317; it is 'ftp://here/'.")]
    [InlineData(null, "short", "AccessToken must have at least 16 characters.")]
    public async Task Options_ThatCannotWork_AreRefusedByName(string? collector, string? token, string message)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => ObservedOperator.StartAsync(
            "wrong", o => (o.OtlpEndpoint, o.AccessToken) = (collector is null ? null : new(collector), token)));

        Assert.Equal(message, exception.Message);
    }

    [GeneratedRegex("""^ahoi_reconciles_total\{ahoi_controller="configmap",ahoi_operator="me\\"trics",ahoi_result="done"\} [1-9]""", RegexOptions.Multiline)]
    private static partial Regex Done();
}
