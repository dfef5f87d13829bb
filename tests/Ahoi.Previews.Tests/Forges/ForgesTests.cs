using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Git;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Previews.Tests.Reconcilers;
using Ahoi.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Previews.Tests.Forges;

public sealed class ForgesTests : IAsyncLifetime
{
    private static readonly ObjectKey Key = new("shop", "feat");

    private readonly TestRepository _repository = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private PreviewWorld _world = null!;
    private ForgeServer _forge = null!;
    private readonly CancellationTokenSource _stop = new();
    private Task _clock = Task.CompletedTask;
    private string _commit = "";

    private ApiClient Client => _world.Client;

    public async ValueTask InitializeAsync()
    {
        _clock = TickAsync();
        _forge = await ForgeServer.StartAsync();
        _world = await PreviewWorld.StartAsync(RunAsync);
        await _world.CreateAsync(new("", "v1", "secrets"), """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"forge","namespace":"shop"},"stringData":{"token":"t0ken\n"}}""");
        _commit = _repository.Push("feat/xyz", "one");
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _stop.CancelAsync();
        await _clock.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _forge.DisposeAsync();
        _repository.Dispose();
    }

    [Theory]
    [InlineData("GitHub", "", "pending")]
    [InlineData("Gitea", "/api/v1", "pending")]
    [InlineData("GitLab", "/api/v4", "running")]
    public async Task Preview_FromFirstToReady_IsToldOnce(string forge, string api, string first)
    {
        await PreviewAsync(forge, api, comment: true);
        var preview = await ReportedAsync("True");
        Assert.Equal([(_commit, first)], _forge.Statuses.Select(s => (s.Commit, s.Body.Text("state")!)));
        var comment = Assert.Single(_forge.Comments);
        Assert.StartsWith("<!-- ahoi-preview feat -->\nThe preview is being made", comment.Value, StringComparison.Ordinal);

        await PlayReadyAsync();
        preview = await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => p.At("status", "reported", "digest") is string told && told.Contains("Ready", StringComparison.Ordinal));

        var last = _forge.Statuses.Last();
        Assert.Equal("success", last.Body.Text("state"));
        Assert.Equal(preview.At("status", "url"), last.Body.Text("target_url"));
        Assert.Equal("ahoi/preview", last.Body.Text(forge == "GitLab" ? "name" : "context"));
        Assert.Contains($"The preview is ready: {preview.At("status", "url")}", _forge.Comments[comment.Key], StringComparison.Ordinal);
        Assert.Contains("Branch `feat/xyz`", _forge.Comments[comment.Key], StringComparison.Ordinal);

        // Another operator has nothing to tell.
        var requests = _forge.Requests.Count;
        await RunAsync(_world.Cluster);
        await Client.PatchAsync(PreviewWorld.Previews, Key, Patch.Merge(Samples.Map("""{"spec":{"keep":true}}""")));
        await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => p.At("status", "observedGeneration") is 2L);
        Assert.Equal(requests, _forge.Requests.Count);
    }

    [Fact]
    public async Task Forge_ThatRefusesOrIsAway_IsAskedAgainLater()
    {
        _forge.Instead = Answer(401);
        await PreviewAsync("GitHub", "", comment: false);
        Assert.Equal("TokenRefused", await FaultAsync("TokenRefused"));
        Assert.Equal("Progressing", (await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key)).At("status", "phase"));

        _forge.Instead = async context =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers["X-RateLimit-Remaining"] = "0";
            context.Response.Headers["X-RateLimit-Reset"] = $"{_time.GetUtcNow().AddMinutes(40).ToUnixTimeSeconds()}";
            await context.Response.WriteAsync("{}");
            return true;
        };
        _time.Advance(TimeSpan.FromSeconds(6));
        await FaultAsync("RateLimited");
        var asked = _forge.Requests.Count;
        _forge.Instead = Answer(502);
        _time.Advance(TimeSpan.FromMinutes(38));
        await Client.PatchAsync(PreviewWorld.Previews, Key, Patch.Merge(Samples.Map("""{"spec":{"keep":true}}""")));
        await _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => p.At("status", "observedGeneration") is 2L);
        Assert.Equal(asked, _forge.Requests.Count);
        _time.Advance(TimeSpan.FromMinutes(3));
        await FaultAsync("ForgeUnreachable");

        _forge.Instead = null;
        _time.Advance(TimeSpan.FromMinutes(10));
        await ReportedAsync("True");
        Assert.Equal(_commit, Assert.Single(_forge.Statuses).Commit);
    }

    [Fact]
    public async Task Comment_WrittenBeforeACrash_IsFoundAgain()
    {
        _forge.Comments[7] = "Nice!";
        _forge.Comments[8] = "<!-- ahoi-preview feat -->\nold";
        await PreviewAsync("GitHub", "", comment: true);
        await ReportedAsync("True");

        Assert.Equal([7, 8], _forge.Comments.Keys);
        Assert.Equal("Nice!", _forge.Comments[7]);
        Assert.Contains("being made", _forge.Comments[8], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_MissingOrOverPlainHttp_IsRefused()
    {
        await PreviewAsync("GitHub", "", comment: false, secret: "none");
        Assert.Equal("CredentialsMissing", await FaultAsync("CredentialsMissing"));
        Assert.Empty(_forge.Requests);

        var refused = await Assert.ThrowsAsync<Ahoi.Api.Errors.ApiException>(
            () => Client.PatchAsync(PreviewWorld.Apps, new("shop", "web"), Patch.Merge(Samples.Map("""{"spec":{"report":{"apiUrl":"http://git.example.com/api/v1"}}}"""))));
        Assert.Contains("spec.report.apiUrl", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<Ahoi.Api.Errors.ApiException>(
            () => Client.PatchAsync(PreviewWorld.Apps, new("shop", "web"), Patch.Merge(Samples.Map("""{"spec":{"report":{"forge":"Gitea","apiUrl":null}}}"""))));
        Assert.Contains("report.apiUrl has to say", refused.Message, StringComparison.Ordinal);
    }

    private static Func<HttpContext, Task<bool>> Answer(int code) => context =>
    {
        context.Response.StatusCode = code;
        return Task.FromResult(true);
    };

    /// <summary>Lets the operator's clock go on by itself, beside the leaps of tests.</summary>
    private async Task TickAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _stop.Token);
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private Task<IHost> RunAsync(TestCluster cluster) => cluster.RunOperatorAsync(
        ahoi =>
        {
            ahoi.Services.AddSingleton<TimeProvider>(_time);
            ahoi.AddPreviews(o => o.AllowFileRepositories = true);
        },
        "previews");

    private async Task PreviewAsync(string forge, string api, bool comment, string secret = "forge")
    {
        var app = Previewing.App(_repository.Url, """{"graceSeconds":0}""");
        var spec = app.Map("spec")!;
        spec.Map("source")!["discovery"] = "Manual";
        spec["targetNamespace"] = "shop";
        spec["report"] = new JsonMap
        {
            ["forge"] = forge, ["apiUrl"] = _forge.Url + api, ["project"] = "acme/shop", ["credentialsSecret"] = secret, ["comment"] = comment,
        };
        await Client.CreateAsync(PreviewWorld.Apps, "shop", RequestBody.FromMap(app));
        await _world.PreviewAsync("feat", "feat/xyz", _commit, ",\"pullRequest\":{\"number\":42}");
    }

    /// <summary>Does what a node and an ingress would.</summary>
    private async Task PlayReadyAsync()
    {
        await _world.ReadyAsync(Key);
        _forge.Instead = context =>
        {
            context.Response.StatusCode = 200;
            return Task.FromResult(context.Request.Host.Host.EndsWith(".example.com", StringComparison.Ordinal));
        };
        await _world.RouteAsync(Key, _forge.Port);
    }

    private Task<JsonMap> ReportedAsync(string status) =>
        _world.Cluster.WaitForAsync(PreviewWorld.Previews, Key, p => (p.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Reported" && c.Text("status") == status) == true);

    private async Task<string?> FaultAsync(string reason)
    {
        var preview = await _world.Cluster.WaitForAsync(
            PreviewWorld.Previews, Key, p => (p.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Reported" && c.Text("reason") == reason) == true);
        var condition = ((JsonList)preview.At("status", "conditions")!).Maps.First(c => c.Text("type") == "Reported");
        Assert.Equal("False", condition.Text("status"));
        Assert.DoesNotContain("t0ken", preview.ToString(), StringComparison.Ordinal);
        return condition.Text("reason");
    }
}
