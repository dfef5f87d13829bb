using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Previews.Tests.Git;
using Ahoi.Previews.Tests.Planning;
using Ahoi.Previews.Tests.Reconcilers;
using Ahoi.Tests.Shared;
using Ahoi.Tests.Shared.Browser;

namespace Ahoi.Previews.Tests.Live;

/// <summary>Branches of a real repository, served by real processes behind the ingress.</summary>
public sealed class PreviewLifeTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    private static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    [Fact]
    public async Task Branches_PushedAndDeleted_EachHostServesItsOwnBranchAlone()
    {
        using var repository = new TestRepository();
        string[] branches = ["master", "live", "feat/xyz"]; // The slide's.
        foreach (var branch in branches)
        {
            repository.Push(branch, $"{branch} 0");
        }

        await using var cluster = await LiveCluster.StartAsync(databases: false);
        await cluster.RunAsync("previews", ahoi => ahoi.AddPreviews(o => o.AllowFileRepositories = true));
        using var watch = new CancellationTokenSource();
        var watching = BackendsAsync(cluster, watch.Token);
        await CreateBaseAsync(cluster, repository);
        var hosts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var branch in branches)
        {
            var preview = await cluster.UntilAsync(Previews, Key(repository, branch), p => p.At("status", "url") is not null);
            hosts[branch] = (string)preview.At("status", "host")!;
            Assert.Equal($"http://{hosts[branch]}:{cluster.Ingress.Port}", preview.At("status", "url"));
        }

        using var browser = new HttpClient();
        foreach (var branch in branches)
        {
            Assert.Equal($"{branch} 0", await PageAsync(browser, cluster, hosts[branch]));
            await PhotographAsync(branch, new($"http://{hosts[branch]}:{cluster.Ingress.Port}/"), $"{branch} 0");
        }

        var times = new List<double>();
        var pushes = int.Parse(Environment.GetEnvironmentVariable("AHOI_PREVIEW_PUSHES") ?? "3", CultureInfo.InvariantCulture);
        for (var push = 1; push <= pushes; push++)
        {
            var branch = branches[push % branches.Length];
            var clock = Stopwatch.StartNew();
            repository.Push(branch, $"{branch} {push}");
            await ShowsAsync(browser, cluster, hosts[branch], branch, push);
            times.Add(clock.Elapsed.TotalSeconds);
        }

        times.Sort();
        TestContext.Current.SendDiagnosticMessage(
            string.Create(CultureInfo.InvariantCulture, $"push to content, {times.Count} pushes: median {times[times.Count / 2]:0.00} s, worst {times[^1]:0.00} s"));

        // The original keeps its one pod, and never had another, although its copies are in its own namespace.
        await watch.CancelAsync();
        var backends = await watching;
        var pods = (await cluster.Client.ListAsync(Pods, "shop")).Items.Select(p => p.Name).ToList();
        var copies = branches.Select(b => $"{Key(repository, b).Name}-").ToList();
        Assert.NotEmpty(backends);
        Assert.All(copies, c => Assert.Contains(pods, p => p.StartsWith(c, StringComparison.Ordinal)));
        Assert.DoesNotContain(backends, b => copies.Exists(c => b.StartsWith(c, StringComparison.Ordinal)));

        repository.Delete("feat/xyz");
        await cluster.GoneAsync(Previews, Key(repository, "feat/xyz"));
        Assert.Null(await PageAsync(browser, cluster, hosts["feat/xyz"]));
        Assert.StartsWith("master ", await PageAsync(browser, cluster, hosts["master"]), StringComparison.Ordinal);
    }

    private static ObjectKey Key(TestRepository repository, string branch) => new("shop", $"web-{Previewing.Hash(repository.Url, branch)}");

    /// <summary>Follows which pods the app's own Service has, all along.</summary>
    private static async Task<HashSet<string>> BackendsAsync(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var backends = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await foreach (var change in cluster.Client.WatchAsync(Slices, null, cancellationToken: cancellationToken))
            {
                if (change.Object is { Namespace: "shop" } slice && slice.Labels.TryGetValue("kubernetes.io/service-name", out var service) && service == "web")
                {
                    backends.UnionWith((slice.ToMap().List("endpoints") ?? []).Maps.Select(e => e.At("targetRef", "name")).OfType<string>());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }

        return backends;
    }

    /// <summary>Looks at a page as people do.</summary>
    private async Task PhotographAsync(string branch, Uri url, string text)
    {
        await using var page = await chromium.OpenAsync(640, 240);
        await page.NavigateAsync(url);
        await page.UntilAsync("document.readyState === 'complete' && document.body.innerText.length > 0");
        Assert.Equal(text, (await page.TextAsync("body")).Trim());
        Assert.NotEqual(0, await page.PhotographAsync($"preview-{branch.Replace('/', '-')}"));
    }

    /// <summary>Waits for a page, and sees to it that no other branch's is shown meanwhile.</summary>
    private static async Task ShowsAsync(HttpClient browser, LiveCluster cluster, string host, string branch, int push)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(LiveCluster.Limit);
        while (true)
        {
            var page = await PageAsync(browser, cluster, host);
            if (page == $"{branch} {push}")
            {
                return;
            }

            Assert.StartsWith($"{branch} ", page ?? $"{branch} ", StringComparison.Ordinal);
            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task<string?> PageAsync(HttpClient browser, LiveCluster cluster, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, cluster.Ingress);
        request.Headers.Host = host;
        using var answer = await browser.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : null;
    }

    private static async Task CreateBaseAsync(LiveCluster cluster, TestRepository repository)
    {
        await cluster.UntilAsync(
            new("apiextensions.k8s.io", "v1", "customresourcedefinitions"), new(null, "previewapps.preview.example.com"), d => LiveCluster.IsTrue(d, "Established"));
        await cluster.NamespaceAsync("shop");
        await CreateAsync(cluster, new("apps", "v1", "deployments"), Samples.Map(
            $$$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
              "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}},
              "template":{"metadata":{"labels":{"app":"web"}},
               "spec":{"terminationGracePeriodSeconds":5,"volumes":[{"name":"site","emptyDir":{}}],
                "initContainers":[{"name":"checkout","image":"host","command":["sh","-ec","git --git-dir=\"$REPOSITORY/.git\" archive \"$COMMIT\" | tar x -C /site"],
                 "env":[{"name":"REPOSITORY","value":"{{{{repository.Folder}}}}"},{"name":"COMMIT","value":"refs/heads/master"}],"volumeMounts":[{"name":"site","mountPath":"/site"}]}],
                "containers":[{"name":"web","image":"host","command":["/usr/bin/python3","-m","http.server","8080","--bind","$(POD_IP)","--directory","/site"],
                 "env":[{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],"ports":[{"name":"http","containerPort":8080}],
                 "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1},"lifecycle":{"preStop":{"sleep":{"seconds":1}}},
                 "volumeMounts":[{"name":"site","mountPath":"/site"}]}]} } } }
            """));
        await CreateAsync(cluster, new("", "v1", "services"), Samples.Map(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}}"""));
        await CreateAsync(cluster, new("networking.k8s.io", "v1", "ingresses"), Samples.Map(
            """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","namespace":"shop"},"spec":{"rules":[{"host":"www.localhost","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"name":"http"}}}}]}}]}}"""));
        var app = Previewing.App(
            repository.Url, """{"graceSeconds":1,"confirmations":2}""", """{"branch":"live","host":"staging.localhost"}""", domain: "localhost", env: """[{"name":"COMMIT","value":"{commit}"}]""");
        app.Map("spec")!["targetNamespace"] = "shop";
        await CreateAsync(cluster, Apps, app);
    }

    private static Task<RawObject> CreateAsync(LiveCluster cluster, GroupVersionResource resource, JsonMap value) =>
        cluster.Client.CreateAsync(resource, (string?)value.At("metadata", "namespace"), RequestBody.FromMap(value));
}
