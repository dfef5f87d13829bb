using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Git;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Testing;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Previews.Tests.Reconcilers;

public sealed class PreviewsTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    private static readonly GroupVersionResource Domains = new("preview.example.com", "v1alpha1", "domains");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");

    private static readonly ObjectKey App = new("shop", "web");

    private readonly TestRepository _repository = new();
    private TestCluster _cluster = null!;
    private IHost _operator = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        await StartAsync();
        await Client.CreateAsync(Namespaces, null, RequestBody.FromMap(Samples.Map("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""")));
        await CreateAsync(ConfigMaps, Samples.Map("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"b"}}"""));
        await CreateAsync(Deployments, Clean(Samples.Deployment()));
        await CreateAsync(Services, Samples.Map("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}"""));
        await CreateAsync(Ingresses, Clean(Samples.Ingress()));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _operator.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task Branches_OfARealRepository_GetPreviewsAndLoseThem()
    {
        var main = _repository.Push("main", "one");
        _repository.Push("feat/xyz", "two");
        await CreateAppAsync("""{"graceSeconds":0,"confirmations":2}""");

        var preview = await PreviewOfAsync("feat/xyz", p => p.At("status", "host") is not null);
        var host = (string)preview.At("status", "host")!;
        var key = Key(preview);
        Assert.StartsWith("preview-", host, StringComparison.Ordinal);
        await _cluster.WaitForAsync(Domains, new(null, host), d => d.At("status", "claimed") is true);
        var deployment = await _cluster.WaitForAsync(Deployments, key);
        await _cluster.WaitForAsync(Services, key);
        await _cluster.WaitForAsync(ConfigMaps, new(key.Namespace, $"{key.Name}-settings"));
        Assert.Null(preview.At("status", "url"));
        Assert.Equal([key.Name], ((JsonMap)deployment.At("spec", "selector", "matchLabels")!).Values);

        var pushed = _repository.Push("feat/xyz", "three");
        await _cluster.WaitForAsync(Deployments, key, d => d.At("spec", "template", "metadata", "annotations", "preview.example.com/commit") as string == pushed);

        _repository.Delete("feat/xyz");
        await Client.WaitUntilAsync(Previews, key, o => o is null, TestCluster.DefaultLimit);
        await Client.WaitUntilAsync(Domains, new(null, host), o => o is null, TestCluster.DefaultLimit);
        await Client.WaitUntilAsync(Deployments, key, o => o is null, TestCluster.DefaultLimit);
        Assert.Equal(main, (await PreviewOfAsync("main", _ => true)).At("spec", "commit"));
    }

    [Fact]
    public async Task Repository_AwayAndBack_DeletesNothing()
    {
        _repository.Push("main", "one");
        _repository.Push("other", "two");
        await CreateAppAsync("""{"graceSeconds":0,"confirmations":1}""");
        var uid = (await PreviewOfAsync("main", _ => true)).At("metadata", "uid");

        _repository.MoveAway();
        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "SourceReachable")?.Text("reason") == "RepositoryUnreachable");
        await TestCluster.StopAsync(_operator);
        await StartAsync();
        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "SourceReachable")?.Text("status") == "False");
        _repository.MoveBack();
        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "SourceReachable")?.Text("status") == "True");

        _repository.Delete("main");
        _repository.Delete("other");
        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "ListingBelieved")?.Text("status") == "False");
        _repository.Push("another", "x");
        await _cluster.WaitForAsync(Apps, App, a => a.At("status", "previews") is 3L);
        Assert.Equal(uid, (await PreviewOfAsync("main", _ => true)).At("metadata", "uid"));
    }

    [Fact]
    public async Task Repository_OverHttpsWithToken_IsListedOnceTheSecretIsThere()
    {
        var commit = _repository.Push("main", "one");
        await using var server = await HttpsGitServer.StartAsync(_repository, "git:t0ken");
        await CreateAppAsync("""{"graceSeconds":0}""", create: false);
        var app = Previewing.App(server.Url, """{"graceSeconds":0}""");
        app.Map("spec")!.Map("source")!["credentialsSecret"] = "git-reader";
        await CreateAsync(Apps, app);
        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "SourceReachable")?.Text("reason") == "CredentialsMissing");

        var secret = Samples.Map("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"git-reader","namespace":"shop"},"stringData":{"password":"t0ken"}}""");
        secret.Map("stringData")!["ca.crt"] = server.Authority;
        await CreateAsync(new("", "v1", "secrets"), secret);

        await _cluster.WaitForAsync(Apps, App, a => Condition(a, "SourceReachable")?.Text("status") == "True");
        await _cluster.WaitForAsync(
            Previews, new("shop-previews", $"web-{Previewing.Hash(server.Url, "main")}"), p => p.At("spec", "commit") as string == commit);
    }

    [Fact]
    public async Task Host_OfAForeignIngress_IsRefusedWithItsName()
    {
        _repository.Push("main", "one");
        await CreateAppAsync("""{"graceSeconds":0}""", """{"branch":"main","host":"www.example.com"}""");

        var preview = await PreviewOfAsync("main", p => Condition(p, "HostClaimed")?.Text("reason") == "HostTaken" && p.At("status", "phase") is "Pending");

        Assert.Contains("Ingress shop/web", Condition(preview, "HostClaimed")!.Text("message"), StringComparison.Ordinal);
        Assert.Null(await Client.FindAsync(Deployments, Key(preview)));
    }

    [Fact]
    public async Task Host_OfAnotherOwner_IsRefusedWithItsName()
    {
        _repository.Push("main", "one");
        var hash = Previewing.Hash(_repository.Url, "main");
        await CreateAppAsync("""{"graceSeconds":0}""", create: false);
        var holder = await Client.CreateAsync(Previews, "shop", RequestBody.FromMap(Samples.Map(
            """{"apiVersion":"preview.example.com/v1alpha1","kind":"Preview","metadata":{"name":"holder","namespace":"shop"},"spec":{"appRef":{"namespace":"shop","name":"none"},"branch":"x","commit":"1234567"}}""")));
        await Client.CreateAsync(Domains, null, RequestBody.FromMap(Samples.Map(
            $$$"""{"apiVersion":"preview.example.com/v1alpha1","kind":"Domain","metadata":{"name":"preview-{{{hash}}}.example.com"},"spec":{"host":"preview-{{{hash}}}.example.com","ownerRef":{"kind":"Preview","namespace":"shop","name":"holder","uid":"{{{holder.Uid}}}"} } }""")));
        await CreateAppAsync("""{"graceSeconds":0}""");

        var preview = await PreviewOfAsync("main", p => Condition(p, "HostClaimed")?.Text("reason") == "HostTaken");

        Assert.Contains("Preview shop/holder", Condition(preview, "HostClaimed")!.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Base_Missing_KeepsWhatRunsAndSaysSo()
    {
        _repository.Push("main", "one");
        await CreateAppAsync("""{"graceSeconds":0}""");
        var preview = await PreviewOfAsync("main", _ => true);
        await _cluster.WaitForAsync(Deployments, Key(preview));

        await Client.DeleteAsync(Deployments, App);

        preview = await PreviewOfAsync("main", p => Condition(p, "BaseResolved")?.Text("reason") == "BaseMissing");
        Assert.Contains("There is no Deployment shop/web.", Condition(preview, "BaseResolved")!.Text("message"), StringComparison.Ordinal);
        Assert.NotNull(await Client.FindAsync(Deployments, Key(preview)));
    }

    [Fact]
    public async Task Selector_ThatWouldTakeTheCopy_IsRefusedBeforeThereAreAnyPods()
    {
        _repository.Push("main", "one");
        await Client.CreateAsync(Namespaces, null, RequestBody.FromMap(Samples.Map("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop-previews"}}""")));
        await CreateAsync(Services, Samples.Map("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"greedy","namespace":"shop-previews"},"spec":{"selector":{"everything":"mine"},"ports":[{"port":80}]}}"""));
        await CreateAppAsync("""{"graceSeconds":0}""", labels: """{"everything":"mine"}""");

        var preview = await PreviewOfAsync("main", p => Condition(p, "WorkloadAvailable")?.Text("reason") == "SelectorOverlap");

        Assert.Contains("Service shop-previews/greedy", Condition(preview, "WorkloadAvailable")!.Text("message"), StringComparison.Ordinal);
        Assert.Null(await Client.FindAsync(Deployments, Key(preview)));
    }

    [Fact]
    public async Task App_Deleted_LeavesNothing()
    {
        _repository.Push("main", "one");
        await CreateAppAsync("""{"graceSeconds":0}""", """{"branch":"live","host":"staging.example.com"}""");
        var preview = await PreviewOfAsync("main", _ => true);
        await _cluster.WaitForAsync(Deployments, Key(preview));
        await _cluster.WaitForAsync(Domains, new(null, "staging.example.com"));

        await Client.DeleteAsync(Apps, App);

        await Client.WaitUntilAsync(Apps, App, o => o is null, TestCluster.DefaultLimit);
        Assert.Empty((await Client.ListAsync(Previews, null)).Items);
        Assert.Empty((await Client.ListAsync(Domains, null)).Items);
    }

    [Fact]
    public async Task Branches_AThousandOfWhichTwoHundredFit_ConvergeAndAreThenLeftAlone()
    {
        const int Most = 200;
        await TestCluster.StopAsync(_operator);
        var connection = _cluster.Connect();
        using var requests = new RequestCount(connection.Handler!);
        _operator = await _cluster.RunOperatorAsync(ahoi => ahoi.AddPreviews(o => o.AllowFileRepositories = true), "previews", connection with { Handler = requests });
        _repository.PushMany(Enumerable.Range(0, 1000).Select(i => $"feat/{i:0000}"), _repository.Push("main", "one"));
        var clock = Stopwatch.StartNew();
        await CreateAppAsync("""{"graceSeconds":0}""", most: Most);

        var deployed = new HashSet<string>(StringComparer.Ordinal);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        await foreach (var change in Client.WatchAsync(Deployments, "shop-previews", cancellationToken: limit.Token))
        {
            if (change.Object is { Name.Length: > 0 } deployment && deployed.Add(deployment.Name) && deployed.Count == Most)
            {
                break;
            }
        }

        await _cluster.WaitForAsync(Apps, App, a => a.At("status", "previews") is (long)Most);

        TestContext.Current.SendDiagnosticMessage(string.Create(
            CultureInfo.InvariantCulture, $"1,000 branches, {Most} previews: {clock.Elapsed.TotalSeconds:0.0} s, {requests.All} requests, {requests.Writes} of them writes"));
        var app = await _cluster.WaitForAsync(Apps, App);
        Assert.Equal("LimitReached", Condition(app, "WithinLimit")!.Text("reason"));
        Assert.Contains($"{1001 - Most} branches", Condition(app, "WithinLimit")!.Text("message"), StringComparison.Ordinal);
        Assert.Equal(Most, (await Client.ListAsync(Domains, null)).Items.Count);
    }

    [Fact]
    public async Task Branches_ComingAndGoingWhileOperatorsEnd_LeaveExactlyTheLiveOnes()
    {
        var random = new Random(20260307);
        var live = new Dictionary<string, string>(StringComparer.Ordinal) { ["main"] = _repository.Push("main", "0") };
        await CreateAppAsync("""{"graceSeconds":0,"confirmations":1}""");
        for (var step = 1; step <= 60; step++)
        {
            var branch = $"b/{random.Next(8)}";
            switch (random.Next(4))
            {
                case 0 when live.Remove(branch):
                    _repository.Delete(branch);
                    break;
                case 1 when live.Remove(branch):
                    _repository.Delete(branch); // Renamed: it goes and another comes.
                    live[$"{branch}-renamed"] = _repository.Push($"{branch}-renamed", $"{step}");
                    break;
                default:
                    live[branch] = _repository.Push(branch, $"{step}");
                    break;
            }

            if (step % 10 == 0)
            {
                await TestCluster.StopAsync(_operator);
                await StartAsync();
            }
        }

        foreach (var (branch, commit) in live)
        {
            var preview = await PreviewOfAsync(branch, p => p.At("spec", "commit") as string == commit);
            await _cluster.WaitForAsync(Deployments, Key(preview), d => d.At("spec", "template", "metadata", "annotations", "preview.example.com/commit") as string == commit);
        }

        await _cluster.WaitForAsync(Apps, App, a => a.At("status", "previews") is long count && count == live.Count);
        var names = live.Keys.Select(b => $"web-{Previewing.Hash(_repository.Url, b)}").Order(StringComparer.Ordinal).ToList();
        foreach (var gone in (await Client.ListAsync(Deployments, "shop-previews")).Items.Where(d => !names.Contains(d.Name)))
        {
            await Client.WaitUntilAsync(Deployments, gone.Key, o => o is null, TestCluster.DefaultLimit);
        }

        foreach (var gone in (await Client.ListAsync(Domains, null)).Items.Where(d => !names.Contains($"web-{d.Name.Split('.')[0]["preview-".Length..]}")))
        {
            await Client.WaitUntilAsync(Domains, gone.Key, o => o is null, TestCluster.DefaultLimit);
        }

        Assert.Equal(names, (await Client.ListAsync(Previews, "shop-previews")).Items.Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a\\nb")]
    [InlineData("a..b")]
    [InlineData("-x")]
    [InlineData("x.lock")]
    [InlineData("a b")]
    [InlineData("a[b")]
    [InlineData("a\\\\b")]
    [InlineData("@")]
    public async Task Branch_ThatGitDoesNotTake_IsRefusedByTheServer(string branch)
    {
        await CreateAppAsync("""{"graceSeconds":0}""", create: false);

        var exception = await Assert.ThrowsAsync<ApiException>(() => CreateAsync(Previews, Samples.Map(
            $$$"""{"apiVersion":"preview.example.com/v1alpha1","kind":"Preview","metadata":{"name":"p","namespace":"shop"},"spec":{"appRef":{"namespace":"shop","name":"none"},"branch":"{{{branch}}}","commit":"1234567"}}""")));

        Assert.Equal(422, exception.Code);
        Assert.Contains("branch", exception.Message, StringComparison.Ordinal);
    }

    private async Task StartAsync() => _operator = await _cluster.RunOperatorAsync(ahoi => ahoi.AddPreviews(o => o.AllowFileRepositories = true), "previews");

    private async Task CreateAppAsync(string deletion, string? pinned = null, string? labels = null, bool create = true, int most = 50)
    {
        await _cluster.WaitForAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "domains.preview.example.com"), d => Condition(d, "Established")?.Text("status") == "True");
        if (create)
        {
            await CreateAsync(Apps, Previewing.App(_repository.Url, deletion, pinned, labels, most: most));
        }
    }

    private Task<RawObject> CreateAsync(GroupVersionResource resource, JsonMap value) =>
        Client.CreateAsync(resource, (string?)value.At("metadata", "namespace"), RequestBody.FromMap(value));

    private Task<JsonMap> PreviewOfAsync(string branch, Func<JsonMap, bool> holds) =>
        _cluster.WaitForAsync(Previews, new("shop-previews", $"web-{Previewing.Hash(_repository.Url, branch)}"), p => holds(p));

    private static ObjectKey Key(JsonMap value) => new(value.At("metadata", "namespace") as string, (string)value.At("metadata", "name")!);

    private static JsonMap? Condition(JsonMap value, string type) => (value.At("status", "conditions") as JsonList)?.Maps.FirstOrDefault(c => c.Text("type") == type);

    private static JsonMap Clean(JsonMap value)
    {
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "finalizers", "ownerReferences", "managedFields"])
        {
            value.Map("metadata")!.Remove(field);
        }

        value.Remove("status");
        return value;
    }
}
