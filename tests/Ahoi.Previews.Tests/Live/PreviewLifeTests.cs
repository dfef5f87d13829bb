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

namespace Ahoi.Previews.Tests.Live;

/// <summary>Branches of a real repository, served by real processes behind the ingress.</summary>
public sealed class PreviewLifeTests
{
    private static readonly GroupVersionResource Apps = new("preview.example.com", "v1alpha1", "previewapps");
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");
    private static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    [Fact]
    public async Task Branches_PushedAndDeleted_EachHostServesItsOwnBranchAlone()
    {
        using var repository = new TestRepository();
        string[] branches = ["main", "live", "feat/xyz"];
        foreach (var branch in branches)
        {
            repository.Push(branch, $"{branch} 0");
        }

        await using var cluster = await LiveCluster.StartAsync(databases: false);
        await cluster.RunAsync("previews", ahoi => ahoi.AddPreviews(o => o.AllowFileRepositories = true));
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

        // The original keeps its one pod, and no other.
        var backends = (await cluster.Client.ListAsync(Slices, "shop")).Items.SelectMany(s => (s.ToMap().List("endpoints") ?? []).Maps).Select(e => e.At("targetRef", "name") as string).ToList();
        var own = (await cluster.Client.ListAsync(Pods, "shop")).Items.Select(p => p.Name).ToList();
        Assert.NotEmpty(backends);
        Assert.All(backends, b => Assert.Contains(b, own));

        repository.Delete("feat/xyz");
        await cluster.GoneAsync(Previews, Key(repository, "feat/xyz"));
        Assert.Null(await PageAsync(browser, cluster, hosts["feat/xyz"]));
        Assert.StartsWith("main ", await PageAsync(browser, cluster, hosts["main"]), StringComparison.Ordinal);
    }

    private static ObjectKey Key(TestRepository repository, string branch) => new("shop-previews", $"web-{Previewing.Hash(repository.Url, branch)}");

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
                 "env":[{"name":"REPOSITORY","value":"{{{{repository.Folder}}}}"},{"name":"COMMIT","value":"refs/heads/main"}],"volumeMounts":[{"name":"site","mountPath":"/site"}]}],
                "containers":[{"name":"web","image":"host","command":["/usr/bin/python3","-m","http.server","8080","--bind","$(POD_IP)","--directory","/site"],
                 "env":[{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],"ports":[{"name":"http","containerPort":8080}],
                 "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1},"lifecycle":{"preStop":{"sleep":{"seconds":1}}},
                 "volumeMounts":[{"name":"site","mountPath":"/site"}]}]} } } }
            """));
        await CreateAsync(cluster, new("", "v1", "services"), Samples.Map(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}}"""));
        await CreateAsync(cluster, new("networking.k8s.io", "v1", "ingresses"), Samples.Map(
            """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","namespace":"shop"},"spec":{"rules":[{"host":"www.localhost","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"name":"http"}}}}]}}]}}"""));
        await CreateAsync(cluster, Apps, Previewing.App(
            repository.Url, """{"graceSeconds":1,"confirmations":2}""", """{"branch":"live","host":"staging.localhost"}""", domain: "localhost", env: """[{"name":"COMMIT","value":"{commit}"}]"""));
    }

    private static Task<RawObject> CreateAsync(LiveCluster cluster, GroupVersionResource resource, JsonMap value) =>
        cluster.Client.CreateAsync(resource, (string?)value.At("metadata", "namespace"), RequestBody.FromMap(value));
}
