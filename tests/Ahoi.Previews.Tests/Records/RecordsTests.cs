using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Records;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Previews.Tests.Reconcilers;
using ARSoft.Tools.Net.Dns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Previews.Tests.Records;

/// <summary>Records in a real name server.</summary>
public sealed class RecordsTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Domains = new("preview.example.com", "v1alpha1", "domains");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly ObjectKey Key = new("shop", "feat");
    private static readonly ObjectKey App = new("shop", "web");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly CancellationTokenSource _stop = new();
    private Task _clock = Task.CompletedTask;
    private NameServer _server = null!;
    private PreviewWorld _world = null!;

    private ApiClient Client => _world.Client;

    public async ValueTask InitializeAsync()
    {
        _server = await NameServer.StartAsync();
        _clock = TickAsync();
        _world = await PreviewWorld.StartAsync(cluster => cluster.RunOperatorAsync(
            ahoi =>
            {
                ahoi.Services.AddSingleton<TimeProvider>(_time);
                ahoi.AddPreviews();
            },
            "previews"));
        await KeyAsync("dns", "ahoi", NameServer.Secret);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _stop.CancelAsync();
        await _clock.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Host_FromClaimToRelease_IsInTheZone()
    {
        var host = await PreviewAsync();
        await RecordAsync(host, "10.1.2.3");
        Assert.Contains("10.1.2.3", Assert.Single(await _server.AskAsync(host)), StringComparison.Ordinal);
        Assert.Contains("ahoi ", Assert.Single(await _server.AskAsync($"_ahoi.{host}", RecordType.Txt)), StringComparison.Ordinal);

        // Another target, and another kind of record.
        await Client.PatchAsync(PreviewWorld.Apps, App, Patch.Merge(Samples.Map("""{"spec":{"dnsUpdate":{"target":"ingress.example.net","ttl":30}}}""")));
        await RecordAsync(host, "ingress.example.net");
        Assert.Contains("ingress.example.net", Assert.Single(await _server.AskAsync(host, RecordType.CName)), StringComparison.Ordinal);

        await Client.DeleteAsync(PreviewWorld.Previews, Key);
        await _world.Cluster.WaitForAbsenceAsync(Domains, new(null, host));
        Assert.Empty(await _server.AskAsync(host, RecordType.CName));
        Assert.Empty(await _server.AskAsync($"_ahoi.{host}", RecordType.Txt));
    }

    [Fact]
    public async Task Record_OfSomebodyElse_IsLeftAlone()
    {
        var host = $"preview-{Previewing.Hash("https://git.example.com/shop", "feat/xyz")}.example.com";
        var other = new ZoneUpdate(
            new() { Server = _server.Address, Zone = "example.com", KeySecret = "", Target = "10.9.9.9" },
            new("ahoi", TSigAlgorithm.Sha256, Convert.FromBase64String(NameServer.Secret)), host, "somebody else", TimeProvider.System);
        await other.PublishAsync(TestContext.Current.CancellationToken);

        Assert.Equal(host, await PreviewAsync());
        await FaultAsync(host, "RecordTaken");
        await Client.DeleteAsync(PreviewWorld.Previews, Key);
        await _world.Cluster.WaitForAbsenceAsync(Domains, new(null, host));

        Assert.Contains("10.9.9.9", Assert.Single(await _server.AskAsync(host)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_AwayAndBack_IsToldThen()
    {
        await _server.StopAsync();
        var host = await PreviewAsync();
        await FaultAsync(host, "ServerUnreachable");

        await _server.RunAsync();
        await RecordAsync(host, "10.1.2.3");

        // It keeps the Domain while the record cannot be taken out.
        await _server.StopAsync();
        await Client.DeleteAsync(PreviewWorld.Previews, Key);
        await FaultAsync(host, "ServerUnreachable");
        await _server.RunAsync();
        await _world.Cluster.WaitForAbsenceAsync(Domains, new(null, host));
        Assert.Empty(await _server.AskAsync(host));
    }

    [Theory]
    [InlineData("weak", NameServer.Secret, "example.com", "Refused")]
    [InlineData("unknown", NameServer.Secret, "example.com", "KeyRefused")]
    [InlineData("ahoi", "d3Jvbmc=", "example.com", "KeyRefused")]
    [InlineData("ahoi", "not+base64!", "example.com", "KeyUnusable")]
    [InlineData("ahoi", NameServer.Secret, "example.net", "NotAuthoritative")]
    public async Task Key_ThatDoesNotOpenTheZone_IsSaidAndMayBeMended(string name, string secret, string zone, string reason)
    {
        await KeyAsync("other", name, secret);
        var host = await PreviewAsync("other", zone);
        var fault = await FaultAsync(host, reason);
        Assert.DoesNotContain(secret, fault, StringComparison.Ordinal);
        Assert.Empty(await _server.AskAsync(host));

        await Client.PatchAsync(PreviewWorld.Apps, App, Patch.Merge(Samples.Map("""{"spec":{"dnsUpdate":{"keySecret":"dns","zone":"example.com"}}}""")));
        await RecordAsync(host, "10.1.2.3");
    }

    [Fact]
    public async Task Clock_ThatIsHoursOff_IsSaid()
    {
        _time.Advance(TimeSpan.FromHours(3));
        await FaultAsync(await PreviewAsync(), "ClockOff");
    }

    [Fact]
    public async Task App_WithoutAServer_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<Ahoi.Api.Errors.ApiException>(() => _world.CreateAsync(PreviewWorld.Apps, AppOf("dns", "example.com", withUpdate: false)));
        Assert.Contains("dns: Records needs dnsUpdate", refused.Message, StringComparison.Ordinal);
    }

    private static JsonMap AppOf(string key, string zone, bool withUpdate)
    {
        var app = Previewing.App("https://git.example.com/shop", """{"graceSeconds":0}""");
        var spec = app.Map("spec")!;
        spec.Map("source")!["discovery"] = "Manual";
        spec["targetNamespace"] = "shop";
        spec["dns"] = "Records";
        if (withUpdate)
        {
            spec["dnsUpdate"] = new JsonMap { ["zone"] = zone, ["keySecret"] = key, ["target"] = "10.1.2.3" };
        }

        return app;
    }

    private async Task<string> PreviewAsync(string key = "dns", string zone = "example.com")
    {
        var app = AppOf(key, zone, withUpdate: true);
        app.Map("spec")!.Map("dnsUpdate")!["server"] = _server.Address;
        await _world.CreateAsync(PreviewWorld.Apps, app);
        await _world.PreviewAsync("feat", "feat/xyz", "1111111");
        return (string)(await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => p.At("status", "host") is not null)).At("status", "host")!;
    }

    private Task KeyAsync(string secret, string name, string value) => _world.CreateAsync(
        Secrets, $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{{secret}}}","namespace":"shop"},"stringData":{"name":"{{{name}}}","secret":"{{{value}}}"} }""");

    private async Task RecordAsync(string host, string target) => await _world.Cluster.WaitForAsync(
        Domains, new(null, host), d => d.At("status", "record") is string record && record.Contains(target, StringComparison.Ordinal) && PreviewWorld.Condition(d, "RecordPublished")?.Text("status") == "True");

    private async Task<string> FaultAsync(string host, string reason)
    {
        var domain = await _world.Cluster.WaitForAsync(Domains, new(null, host), d => PreviewWorld.Condition(d, "RecordPublished")?.Text("reason") == reason);
        Assert.Equal("False", PreviewWorld.Condition(domain, "RecordPublished")!.Text("status"));
        return PreviewWorld.Condition(domain, "RecordPublished")!.Text("message")!;
    }

    /// <summary>Lets the operator's clock go on by itself, but faster.</summary>
    private async Task TickAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _stop.Token);
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }
}
