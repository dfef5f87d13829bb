using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Hooks;
using Ahoi.Previews.Tests.Git;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Previews.Tests.Reconcilers;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Previews.Tests.Hooks;

/// <summary>Webhooks as the forges call them, over HTTP. The repository is polled once in an hour, so that what happens is the
/// webhooks' doing.</summary>
public sealed class HooksTests : IAsyncLifetime
{
    private const string Secret = "correct horse";

    private static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    private static readonly ObjectKey App = new("shop", "web");

    private readonly TestRepository _repository = new();
    private readonly HttpClient _http = new();
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        var host = await _cluster.RunOperatorAsync(
            ahoi => ahoi.AddPreviews(o => (o.AllowFileRepositories, o.WebhookListen) = (true, "127.0.0.1:0")), "previews");
        _http.BaseAddress = host.Services.GetRequiredService<HookEndpoint>().Address;
        await CreateAsync(new("", "v1", "namespaces"), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""");
        await CreateAsync(new("", "v1", "secrets"), $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"hook","namespace":"shop"},"stringData":{"secret":"{{{Secret}}}\n"} }""");
        await _cluster.WaitForAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "domains.preview.example.com"),
            d => (d.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true);
        _repository.Push("main", "one");
        var app = Previewing.App(_repository.Url, """{"graceSeconds":0,"confirmations":1}""");
        var source = app.Map("spec")!.Map("source")!;
        source["pollSeconds"] = 3600L;
        source["webhookSecret"] = "hook";
        await _cluster.Client.CreateAsync(Apps, "shop", RequestBody.FromMap(app));
        await PreviewAsync("main", _ => true);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _cluster.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Pushes_OfAllForges_AreSeenAtOnce()
    {
        var commit = _repository.Push("feat/one", "one");
        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("push", $$"""{"ref":"refs/heads/feat/one","after":"{{commit}}","deleted":false}"""));
        await PreviewAsync("feat/one", p => p.At("spec", "commit") as string == commit);

        commit = _repository.Push("feat/two", "two");
        Assert.Equal(HttpStatusCode.Accepted, await CallAsync($$"""{"object_kind":"push","ref":"refs/heads/feat/two","after":"{{commit}}"}""", ("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", Secret)));
        await PreviewAsync("feat/two", p => p.At("spec", "commit") as string == commit);

        commit = _repository.Push("feat/three", "three");
        var body = $$"""{"ref":"refs/heads/feat/three","after":"{{commit}}"}""";
        Assert.Equal(HttpStatusCode.Accepted, await CallAsync(body, ("X-Gitea-Event", "push"), ("X-GitHub-Event", "push"), ("X-Gitea-Signature", Hex(body))));
        await PreviewAsync("feat/three", p => p.At("spec", "commit") as string == commit);

        commit = _repository.Push("feat/four", "four");
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"msg_1.{time}.{{}}")));
        Assert.Equal(HttpStatusCode.Accepted, await CallAsync("{}", ("webhook-id", "msg_1"), ("webhook-timestamp", $"{time}"), ("webhook-signature", $"v1,{signature}")));
        await PreviewAsync("feat/four", p => p.At("spec", "commit") as string == commit);

        _repository.Delete("feat/one");
        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("delete", """{"ref":"feat/one","ref_type":"branch"}"""));
        await _cluster.WaitForAbsenceAsync(Previews, Key("feat/one"));
    }

    [Fact]
    public async Task PullRequest_OpenedAndClosed_StandsAtItsPreview()
    {
        _repository.Push("feat/xyz", "one");
        await GitHubAsync("push", """{"ref":"refs/heads/feat/xyz"}""");
        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("pull_request", PullRequest("open", "feat/xyz", "acme/shop")));

        var preview = await PreviewAsync("feat/xyz", p => p.At("spec", "pullRequest", "number") is 42L);
        Assert.Equal("Wider doors", preview.At("spec", "pullRequest", "title"));
        Assert.Equal("https://github.com/acme/shop/pull/42", preview.At("spec", "pullRequest", "url"));
        Assert.Equal("ada", preview.At("spec", "pullRequest", "author"));

        // A branch of a fork that is called the same has no preview here.
        Assert.Equal(HttpStatusCode.OK, await GitHubAsync("pull_request", PullRequest("closed", "feat/xyz", "mallory/shop")));
        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("pull_request", PullRequest("closed", "feat/xyz", "acme/shop")));
        await PreviewAsync("feat/xyz", p => p.At("spec", "pullRequest") is null);

        Assert.Equal(HttpStatusCode.Accepted, await CallAsync(
            """
            {"object_kind":"merge_request","user":{"username":"grace"},"object_attributes":{"iid":7,"title":"Doors\u001b[31m","url":"https://gitlab.com/acme/shop/-/merge_requests/7",
             "source_branch":"feat/xyz","source_project_id":1,"target_project_id":1,"state":"opened"} }
            """,
            ("X-Gitlab-Event", "Merge Request Hook"), ("X-Gitlab-Token", Secret)));
        preview = await PreviewAsync("feat/xyz", p => p.At("spec", "pullRequest", "number") is 7L);
        Assert.Equal("Doors[31m", preview.At("spec", "pullRequest", "title"));
    }

    [Fact]
    public async Task PullRequest_BeforeItsBranchIsListed_IsNotLost()
    {
        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("pull_request", PullRequest("open", "late", "acme/shop")));
        _repository.Push("late", "one");
        await GitHubAsync("push", """{"ref":"refs/heads/late"}""");

        await PreviewAsync("late", p => p.At("spec", "pullRequest", "number") is 42L);
    }

    [Fact]
    public async Task Calls_ThatAreNotWhatTheyShouldBe_AreAnsweredWithWhy()
    {
        var push = """{"ref":"refs/heads/main"}""";
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(push, ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", "sha256=00")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(push, ("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", "wrong")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(push));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(push, "hooks/shop/other", ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", $"sha256={Hex(push)}")));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(push, "hooks/shop", ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", $"sha256={Hex(push)}")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _http.GetAsync(new Uri("hooks/shop/web", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, await GitHubAsync("ping", """{"zen":"Design for failure."}"""));
        Assert.Equal(HttpStatusCode.OK, await GitHubAsync("issues", """{"action":"opened"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await GitHubAsync("push", "payload=%7B%7D"));

        Assert.Equal(HttpStatusCode.Accepted, await GitHubAsync("push", push));
        Assert.Equal(HttpStatusCode.Conflict, await GitHubAsync("push", push));

        var large = $$"""{"ref":"{{new string('x', HookService.BodyLimit)}}"}""";
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await GitHubAsync("push", large));
    }

    [Fact]
    public async Task LargeBodies_MoreThanFewAtOnce_AreSentAwayAndSmallOnesTaken()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var held = new List<Task>();
        for (var i = 0; i < HookService.LargeBodies; i++)
        {
            using var content = new UnfinishedContent();
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri("hooks/shop/web", UriKind.Relative)) { Content = content };
            request.Headers.ExpectContinue = true; // So that the body is asked for when it is being read.
            held.Add(_http.SendAsync(request, over.Token));
            await content.Begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GitHubAsync("push", new string('x', 2 << 20)));
        Assert.Equal(HttpStatusCode.OK, await GitHubAsync("ping", "{}"));

        await over.CancelAsync();
        foreach (var request in held)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }
    }

    private static string PullRequest(string state, string branch, string repository) =>
        $$$"""
        {"action":"{{{(state == "open" ? "opened" : "closed")}}}","number":42,"pull_request":{"number":42,"state":"{{{state}}}","title":"Wider doors","html_url":"https://github.com/acme/shop/pull/42",
         "user":{"login":"ada"},"head":{"ref":"{{{branch}}}","repo":{"full_name":"{{{repository}}}"} },"base":{"ref":"main","repo":{"full_name":"acme/shop"} } } }
        """;

    private static string Hex(string body) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body)));

    private Task<HttpStatusCode> GitHubAsync(string name, string body) =>
        CallAsync(body, ("X-GitHub-Event", name), ("X-GitHub-Delivery", $"{Guid.NewGuid()}"), ("X-Hub-Signature-256", $"sha256={Hex(body)}"));

    private Task<HttpStatusCode> CallAsync(string body, params (string Name, string Value)[] headers) => CallAsync(body, "hooks/shop/web", headers);

    private async Task<HttpStatusCode> CallAsync(string body, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = body.Length > 1 << 20; // Or the answer could be lost on a connection that is closed while it is written to.
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var message = JsonTree.ParseMap(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Text("message");
        Assert.False(string.IsNullOrEmpty(message));
        Assert.DoesNotContain(Secret, message, StringComparison.Ordinal);
        return answer.StatusCode;
    }

    private async Task CreateAsync(GroupVersionResource resource, string json)
    {
        var value = Samples.Map(json);
        await _cluster.Client.CreateAsync(resource, value.At("metadata", "namespace") as string, RequestBody.FromMap(value));
    }

    private ObjectKey Key(string branch) => new("shop-previews", $"web-{Previewing.Hash(_repository.Url, branch)}");

    private Task<JsonMap> PreviewAsync(string branch, Func<JsonMap, bool> holds) => _cluster.WaitForAsync(Previews, Key(branch), holds);
}
