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
    private static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");
    private static readonly ObjectKey Key = new("shop", "feat");

    private readonly TestRepository _repository = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestCluster _cluster = null!;
    private ForgeServer _forge = null!;
    private readonly CancellationTokenSource _stop = new();
    private Task _clock = Task.CompletedTask;
    private string _commit = "";

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _clock = TickAsync();
        _forge = await ForgeServer.StartAsync();
        _cluster = await TestCluster.StartAsync();
        await RunAsync();
        await CreateAsync(new("", "v1", "namespaces"), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""");
        await CreateAsync(new("", "v1", "secrets"), """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"forge","namespace":"shop"},"stringData":{"token":"t0ken\n"}}""");
        await CreateAsync(new("", "v1", "configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"b"}}""");
        await CreateAsync(Deployments, Clean(Samples.Deployment()));
        await CreateAsync(new("", "v1", "services"), """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}""");
        await CreateAsync(Ingresses, Clean(Samples.Ingress()));
        _commit = _repository.Push("feat/xyz", "one");
        await _cluster.WaitForAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "domains.preview.example.com"),
            d => (d.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
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
        preview = await _cluster.WaitForAsync(Previews, Key, p => p.At("status", "reported", "digest") is string told && told.Contains("Ready", StringComparison.Ordinal));

        var last = _forge.Statuses.Last();
        Assert.Equal("success", last.Body.Text("state"));
        Assert.Equal(preview.At("status", "url"), last.Body.Text("target_url"));
        Assert.Equal("ahoi/preview", last.Body.Text(forge == "GitLab" ? "name" : "context"));
        Assert.Contains($"The preview is ready: {preview.At("status", "url")}", _forge.Comments[comment.Key], StringComparison.Ordinal);
        Assert.Contains("Branch `feat/xyz`", _forge.Comments[comment.Key], StringComparison.Ordinal);

        // Another operator has nothing to tell.
        var requests = _forge.Requests.Count;
        await RunAsync();
        await Client.PatchAsync(Previews, Key, Patch.Merge(Samples.Map("""{"spec":{"keep":true}}""")));
        await _cluster.WaitForAsync(Previews, Key, p => p.At("status", "observedGeneration") is 2L);
        Assert.Equal(requests, _forge.Requests.Count);
    }

    [Fact]
    public async Task Forge_ThatRefusesOrIsAway_IsAskedAgainLater()
    {
        _forge.Instead = Answer(401);
        await PreviewAsync("GitHub", "", comment: false);
        Assert.Equal("TokenRefused", await FaultAsync("TokenRefused"));
        Assert.Equal("Progressing", (await _cluster.WaitForAsync(Previews, Key)).At("status", "phase"));

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
        await Client.PatchAsync(Previews, Key, Patch.Merge(Samples.Map("""{"spec":{"keep":true}}""")));
        await _cluster.WaitForAsync(Previews, Key, p => p.At("status", "observedGeneration") is 2L);
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
            () => Client.PatchAsync(Apps, new("shop", "web"), Patch.Merge(Samples.Map("""{"spec":{"report":{"apiUrl":"http://git.example.com/api/v1"}}}"""))));
        Assert.Contains("spec.report.apiUrl", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<Ahoi.Api.Errors.ApiException>(
            () => Client.PatchAsync(Apps, new("shop", "web"), Patch.Merge(Samples.Map("""{"spec":{"report":{"forge":"Gitea","apiUrl":null}}}"""))));
        Assert.Contains("report.apiUrl has to say", refused.Message, StringComparison.Ordinal);
    }

    private static Func<HttpContext, Task<bool>> Answer(int code) => context =>
    {
        context.Response.StatusCode = code;
        return Task.FromResult(true);
    };

    private static JsonMap Clean(JsonMap value)
    {
        value.Remove("status");
        var metadata = value.Map("metadata")!;
        foreach (var field in (string[])["uid", "resourceVersion", "managedFields", "ownerReferences", "generation", "creationTimestamp"])
        {
            metadata.Remove(field);
        }

        return value;
    }

    /// <summary>Lets the operator's clock go on by itself, beside the leaps of tests.</summary>
    private async Task TickAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _stop.Token);
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private Task<IHost> RunAsync() => _cluster.RunOperatorAsync(
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
        await Client.CreateAsync(Apps, "shop", RequestBody.FromMap(app));
        await CreateAsync(Previews, $$$"""
            {"apiVersion":"preview.example.com/v1alpha1","kind":"Preview","metadata":{"name":"feat","namespace":"shop"},
             "spec":{"appRef":{"namespace":"shop","name":"web"},"branch":"feat/xyz","commit":"{{{_commit}}}","pullRequest":{"number":42} } }
            """);
    }

    /// <summary>Does what a node and an ingress would.</summary>
    private async Task PlayReadyAsync()
    {
        var deployment = await _cluster.WaitForAsync(Deployments, Key);
        await Client.PatchAsync(Deployments, Key, Patch.Merge(Samples.Map(
            $$$"""{"status":{"observedGeneration":{{{deployment.At("metadata", "generation")}}},"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"conditions":[{"type":"Available","status":"True"}]} }""")), new() { Subresource = "status" });
        await _cluster.WaitForAsync(Ingresses, Key);
        _forge.Instead = context =>
        {
            context.Response.StatusCode = 200;
            return Task.FromResult(context.Request.Host.Host.EndsWith(".example.com", StringComparison.Ordinal));
        };
        await Client.PatchAsync(Ingresses, Key, Patch.Merge(Samples.Map(
            $$$"""{"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1","ports":[{"port":{{{_forge.Port}}},"protocol":"TCP"}]}]} } }""")), new() { Subresource = "status" });
    }

    private Task<JsonMap> ReportedAsync(string status) =>
        _cluster.WaitForAsync(Previews, Key, p => (p.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Reported" && c.Text("status") == status) == true);

    private async Task<string?> FaultAsync(string reason)
    {
        var preview = await _cluster.WaitForAsync(
            Previews, Key, p => (p.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Reported" && c.Text("reason") == reason) == true);
        var condition = ((JsonList)preview.At("status", "conditions")!).Maps.First(c => c.Text("type") == "Reported");
        Assert.Equal("False", condition.Text("status"));
        Assert.DoesNotContain("t0ken", preview.ToString(), StringComparison.Ordinal);
        return condition.Text("reason");
    }

    private async Task CreateAsync(GroupVersionResource resource, string json) => await CreateAsync(resource, Samples.Map(json));

    private async Task CreateAsync(GroupVersionResource resource, JsonMap value) =>
        await Client.CreateAsync(resource, value.At("metadata", "namespace") as string, RequestBody.FromMap(value));
}
