using System.Text.RegularExpressions;

namespace Ahoi.Clients.Tests;

/// <summary>kubectl's ways to look.</summary>
public sealed partial class KubectlReadTests(SharedCluster cluster)
{
    [Fact]
    public async Task Get_InEveryForm_ShowsTheObject()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.ApplyAsync(Manifests.Pod);

        Assert.Matches(@"^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR\s+web\s+0/2\s+0\s+0\s+\S+\s+web\s+nginx:1.27\s+app=web", await kubectl.RunAsync("get deployments -o wide"));
        Assert.Matches(@"p\s+0/1\s+Pending\s+0\s+\S+\s+app=p", await kubectl.RunAsync("get pods --show-labels"));
        Assert.Equal("web", (await kubectl.JsonAsync("get deploy web")).At("metadata", "name"));
        Assert.Contains("image: nginx:1.27", await kubectl.RunAsync("get deploy web -o yaml"), StringComparison.Ordinal);
        Assert.Equal("2", await kubectl.RunAsync("get deploy web -o jsonpath={.spec.replicas}"));
        Assert.Equal("web 2", Spaces().Replace((await kubectl.RunAsync("get deploy -o custom-columns=N:.metadata.name,R:.spec.replicas --no-headers")).Trim(), " "));
        Assert.Equal("deployment.apps/web\npod/p\n", await kubectl.RunAsync("get deploy,pod -o name"));
        Assert.Equal("pod/p\n", await kubectl.RunAsync("get pods --field-selector status.phase=Pending -o name"));
        Assert.Equal("", await kubectl.RunAsync("get pods --field-selector status.phase!=Pending -o name"));
        Assert.Equal("", await kubectl.RunAsync("get pods -l app=other -o name"));
    }

    [Fact]
    public async Task Get_SortBy_IsSorted()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync($"{Manifests.ConfigMap("a", "z")}---\n{Manifests.ConfigMap("b", "y")}");

        Assert.Equal("configmap/b\nconfigmap/a\n", await kubectl.RunAsync("get cm -l a!=b --sort-by={.data.k} -o name"));
    }

    [Fact]
    public async Task Get_Missing_SaysSo()
    {
        var kubectl = await cluster.NamespaceAsync();

        var (code, _, error) = await kubectl.TryAsync("get pod nobody");

        Assert.Equal(1, code);
        Assert.Equal("Error from server (NotFound): pods \"nobody\" not found", error.Trim());
    }

    [Fact]
    public async Task Watch_Changes_AreShownAsTheyHappen()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.ConfigMap("a"));
        using var watch = kubectl.Start("get", "cm", "-w", "--output-watch-events", "-o", "custom-columns=T:.type,N:.object.metadata.name,V:.object.data.k", "--no-headers");
        try
        {
            Assert.Matches(@"ADDED\s+a\s+v", await LineAsync(watch));
            await kubectl.RunAsync(["patch", "cm", "a", "--type", "merge", "-p", """{"data":{"k":"w"}}"""]);
            Assert.Matches(@"MODIFIED\s+a\s+w", await LineAsync(watch));
            await kubectl.RunAsync("delete cm a");
            Assert.Matches(@"DELETED\s+a\s+w", await LineAsync(watch));
        }
        finally
        {
            watch.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Describe_TellsTheStory()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.ApplyAsync(Manifests.Pod);
        await kubectl.RunAsync("create secret generic s --from-literal=password=hunter2");
        await kubectl.RunAsync("create service clusterip svc --tcp=80:8080");

        var deployment = await kubectl.RunAsync("describe deployment web");
        Assert.Matches(@"Replicas:\s+2 desired", deployment);
        Assert.Matches(@"StrategyType:\s+RollingUpdate", deployment);
        var pod = await kubectl.RunAsync("describe pod p");
        Assert.Matches(@"Status:\s+Pending", pod);
        Assert.Matches(@"A:\s+b", pod);
        var secret = await kubectl.RunAsync("describe secret s");
        Assert.Matches(@"password:\s+7 bytes", secret);
        Assert.DoesNotContain("hunter2", secret, StringComparison.Ordinal);
        Assert.Matches(@"TargetPort:\s+8080/TCP", await kubectl.RunAsync("describe service svc"));
    }

    [Fact]
    public async Task CustomKind_IsDescribedExplainedAndListed()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("create -f -", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.sea.example.com"},
             "spec":{"group":"sea.example.com","scope":"Namespaced","names":{"plural":"boats","singular":"boat","kind":"Boat","shortNames":["bo"]},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
             "additionalPrinterColumns":[{"name":"Sails","type":"integer","jsonPath":".spec.sails"}],
             "schema":{"openAPIV3Schema":{"type":"object","properties":{
             "spec":{"type":"object","properties":{"sails":{"type":"integer","description":"How many sails it sets."}}},
             "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
            """);
        await kubectl.RunAsync("wait crd boats.sea.example.com --for=condition=Established --timeout=30s");
        await kubectl.RunAsync("create -f -", """{"apiVersion":"sea.example.com/v1","kind":"Boat","metadata":{"name":"b"},"spec":{"sails":3}}""");

        var described = await kubectl.RunAsync("describe boat b");
        Assert.Matches(@"Kind:\s+Boat", described);
        Assert.Matches(@"Sails:\s+3", described);
        Assert.Contains("How many sails it sets.", await kubectl.RunAsync("explain boat.spec.sails"), StringComparison.Ordinal);
        Assert.Matches(@"NAME\s+SAILS\nb\s+3", await kubectl.RunAsync("get bo"));
    }

    [Fact]
    public async Task Get_InChunks_ShowsAll()
    {
        var kubectl = await cluster.NamespaceAsync();
        for (var i = 0; i < 5; i++)
        {
            await kubectl.ApplyAsync(Manifests.ConfigMap($"c{i}"));
        }

        var names = await kubectl.RunAsync("get cm --chunk-size=2 -o name");

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"configmap/c{i}"), names.Split('\n').Where(n => n.StartsWith("configmap/c", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Explain_KindAndField_AreKnown()
    {
        var kubectl = await cluster.NamespaceAsync();

        Assert.Contains("replicas\t<integer>", await kubectl.RunAsync("explain deployment.spec"), StringComparison.Ordinal);
        var recursive = await kubectl.RunAsync("explain pods --recursive");
        Assert.Contains("terminationGracePeriodSeconds\t<integer>", recursive, StringComparison.Ordinal);
        Assert.Contains("VERSION:    v1", recursive, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_IsDiscovered()
    {
        var kubectl = await cluster.NamespaceAsync();

        var resources = await kubectl.RunAsync("api-resources");
        Assert.Matches(@"deployments\s+deploy\s+apps/v1\s+true\s+Deployment", resources);
        Assert.Contains("apps/v1\n", await kubectl.RunAsync("api-versions"), StringComparison.Ordinal);
        Assert.Contains("is running at", await kubectl.RunAsync("cluster-info"), StringComparison.Ordinal);
        Assert.Contains("Server Version: v1.36", await kubectl.RunAsync("version"), StringComparison.Ordinal);
        Assert.Equal("ok", await kubectl.RunAsync("get --raw /readyz"));
        Assert.Contains("\"openapi\":\"3.0.0\"", (await kubectl.RunAsync("get --raw /openapi/v3/apis/apps/v1")).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auth_RightsAreListedAndAsked()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("create role reader --verb=get,list --resource=pods");
        await kubectl.RunAsync("create rolebinding reader --role=reader --user=ann");

        Assert.Equal("yes\n", await kubectl.RunAsync("auth can-i get pods --as ann"));
        var (code, no, _) = await kubectl.TryAsync("auth can-i delete pods --as ann");
        Assert.Equal((1, "no\n"), (code, no));
        Assert.Matches(@"pods\s+\[\]\s+\[\]\s+\[get list\]", await kubectl.RunAsync("auth can-i --list --as ann"));
        Assert.Contains("ann", await kubectl.RunAsync("auth whoami --as ann"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_AreShownForTheirObject()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Pod);
        var uid = await kubectl.RunAsync("get pod p -o jsonpath={.metadata.uid}");
        await kubectl.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Event
            metadata: {name: e}
            involvedObject: {kind: Pod, name: p, namespace: {{kubectl.Namespace}}, uid: {{uid}}, apiVersion: v1}
            type: Warning
            reason: Boo
            message: it was scary
            source: {component: test}
            firstTimestamp: "2026-01-01T00:00:00Z"
            lastTimestamp: "2026-01-01T00:00:00Z"
            count: 3
            """);

        Assert.Matches(@"Warning\s+Boo\s+Pod/p\s+it was scary", await kubectl.RunAsync("events --for pod/p"));
        Assert.Contains("it was scary", await kubectl.RunAsync("describe pod p"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_PassesRequestsOn()
    {
        var kubectl = await cluster.NamespaceAsync();
        using var proxy = kubectl.Start("proxy", "--port=0");
        try
        {
            var port = Port().Match(await LineAsync(proxy)).Groups[1].Value;
            using var http = new HttpClient();
            var answer = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/namespaces/{kubectl.Namespace}"), TestContext.Current.CancellationToken);
            Assert.Contains($"\"name\":\"{kubectl.Namespace}\"", answer, StringComparison.Ordinal);
        }
        finally
        {
            proxy.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> LineAsync(System.Diagnostics.Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30))
        ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@":(\d+)$")]
    private static partial Regex Port();
}
