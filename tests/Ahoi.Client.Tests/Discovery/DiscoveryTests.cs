using Ahoi.Client.Requests;
using Ahoi.Client.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Client.Tests.Discovery;

public sealed class DiscoveryTests
{
    private const string Core =
        """{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{},"versions":[{"version":"v1","freshness":"Current","resources":[{"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","shortNames":["po"],"categories":["all"],"verbs":["get","list"],"subresources":[{"subresource":"status","verbs":["get"]}]}]}]}]}""";

    private const string Groups =
        """{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{"name":"example.com"},"versions":[{"version":"v1","resources":[{"resource":"things","responseKind":{"kind":"Thing"},"scope":"Cluster","singularResource":"thing","verbs":["get"]}]}]}]}""";

    [Fact]
    public async Task Find_AggregatedServer_TakesTwoRequests()
    {
        var seen = new List<string>();
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            seen.Add(context.Request.Path);
            return ScriptedServer.AnswerAsync(context, context.Request.Path == "/api" ? Core : Groups);
        });
        using var client = server.Client();
        var cancel = TestContext.Current.CancellationToken;

        var found = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.Discovery.FindAsync(new Api.Objects.GroupVersionKind("example.com", "v1", "Thing"), cancel).AsTask()));
        var pods = await client.Discovery.FindAsync("PO", cancel);

        Assert.All(found, f => Assert.Equal((Objects.Things, false), (f!.Resource, f.Namespaced)));
        Assert.Equal((Objects.Pods, true), (pods!.Resource, pods.Namespaced));
        Assert.Equal(["status"], pods.Subresources);
        Assert.Same(pods, await client.Discovery.FindAsync("pods.v1.", cancel));
        Assert.Same(pods, await client.Discovery.FindAsync(Objects.Pods, cancel));
        Assert.Equal(["/api", "/apis"], seen);
    }

    [Fact]
    public async Task Find_OldServer_AsksEachGroup()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Path.Value switch
        {
            "/api" => ScriptedServer.AnswerAsync(context, """{"kind":"APIVersions","versions":["v1"]}"""),
            "/apis" => ScriptedServer.AnswerAsync(context, """{"kind":"APIGroupList","groups":[{"name":"example.com","versions":[{"groupVersion":"example.com/v1alpha1","version":"v1alpha1"},{"groupVersion":"example.com/v1","version":"v1"}],"preferredVersion":{"version":"v1"}},{"name":"broken","versions":[{"version":"v1"}]}]}"""),
            "/api/v1" => ScriptedServer.AnswerAsync(context, """{"kind":"APIResourceList","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get"],"shortNames":["po"]},{"name":"pods/status","namespaced":true,"kind":"Pod","verbs":["get"]}]}"""),
            "/apis/broken/v1" => ScriptedServer.AnswerAsync(context, "", 503),
            _ => ScriptedServer.AnswerAsync(context, """{"kind":"APIResourceList","resources":[{"name":"things","singularName":"thing","kind":"Thing","verbs":["get"]}]}"""),
        });
        using var client = server.Client();
        var cancel = TestContext.Current.CancellationToken;

        var catalog = await client.Discovery.GetAsync(cancel);

        Assert.Equal("v1", catalog.Find("thing")!.Resource.Version);
        Assert.Equal(["status"], catalog.Find("po")!.Subresources);
        Assert.Equal(["broken/v1"], catalog.FailedGroupVersions);
    }

    [Fact]
    public async Task Find_Missing_AsksAgainButNotEachTime()
    {
        var requests = 0;
        var time = new FakeTimeProvider();
        var groups = """{"kind":"APIGroupDiscoveryList","items":[]}""";
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            requests++;
            return ScriptedServer.AnswerAsync(context, context.Request.Path == "/api" ? Core : groups);
        });
        using var client = server.Client(new ApiClientOptions { Time = time });
        var cancel = TestContext.Current.CancellationToken;

        Assert.Null(await client.Discovery.FindAsync(Objects.Things, cancel));
        Assert.Null(await client.Discovery.FindAsync(Objects.Things, cancel));
        Assert.Equal(2, requests);
        groups = Groups;
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull(await client.Discovery.FindAsync(Objects.Things, cancel));
        Assert.Equal(4, requests);
    }
}
