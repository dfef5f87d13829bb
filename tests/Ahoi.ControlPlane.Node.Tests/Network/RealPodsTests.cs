using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Controllers;
using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Tests.Network;

/// <summary>The network with pods that run: a Deployment's processes behind a Service and an Ingress.</summary>
public sealed class RealPodsTests : IDisposable
{
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");
    private static readonly ObjectKey Web = new("default", "web");

    // Answers with its version, one request after the other, until SIGTERM; Perl is on every Debian.
    private const string Server = """
        use IO::Socket::INET;
        my $socket = IO::Socket::INET->new(LocalAddr => $ENV{POD_IP}, LocalPort => $ENV{PORT}, Listen => 128, ReuseAddr => 1) or die "listen: $!";
        $SIG{TERM} = sub { exit 0 };
        while (1) {
          my $client = $socket->accept or next;
          my $request = "";
          while (sysread($client, my $part, 4096)) { $request .= $part; last if $request =~ /\r\n\r\n/ }
          print $client "HTTP/1.1 200 OK\r\nContent-Length: " . length($ENV{VERSION}) . "\r\nConnection: close\r\n\r\n$ENV{VERSION}" if $request;
          close $client;
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-pods-").FullName;

    [Fact]
    public async Task RollingUpdate_OfRunningPods_UnderLoad_LosesNoRequest()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "Perl is missing; apt-get install perl-base");
        var port = NetworkWorld.NewPort();
        await using var world = await NetworkWorld.StartAsync();
        await using var controllers = await ClusterControllers.StartAsync(world.Connect(), new(), CancellationToken.None);
        await using var node = await StartNodeAsync(world);
        var client = world.Client;
        var service = (await client.CreateAsync(NetworkWorld.Services, "default", JsonTree.ParseMap(
            $$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":{{{port}}},"targetPort":"http"}]}}"""))).ToMap();
        await client.CreateAsync(Ingresses, "default", JsonTree.ParseMap(
            """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web"},"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":PORT}}}}}"""
                .Replace("PORT", $"{port}", StringComparison.Ordinal)));
        await client.CreateAsync(Deployments, "default", Deployment(port));
        await WaitForRolloutAsync(client);

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        using var stop = new CancellationTokenSource();
        var atService = new Uri($"http://{service.At("spec", "clusterIP")}:{port}/");
        await AnswersAsync(http, atService, "one");
        await AnswersAsync(http, world.Network.IngressHttp!, "one");
        var clients = Enumerable.Range(0, 6).Select(n => AskAsync(http, n % 2 == 0 ? atService : world.Network.IngressHttp!, stop.Token)).ToArray();
        await client.PatchAsync(Deployments, Web, Patch.Strategic(RequestBody.FromMap(JsonTree.ParseMap(
            """{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"VERSION","value":"two"}]}]}}}}"""))));
        await WaitForRolloutAsync(client);
        await AnswersAsync(http, atService, "two");
        await stop.CancelAsync();

        var answers = (await Task.WhenAll(clients)).SelectMany(a => a).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["one", "two"], answers);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<LocalNode> StartNodeAsync(NetworkWorld world)
    {
        try
        {
            return await LocalNode.StartAsync(
                world.Connect(),
                new() { Name = "ahoi", Folder = _folder, Pods = System.Net.IPNetwork.Parse("127.201.0.0/20"), FindImage = name => name == "host" ? new Image("host", "host", "/", new()) : null },
                CancellationToken.None);
        }
        catch (MissingToolException exception)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    private static Task AnswersAsync(HttpClient http, Uri address, string text) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            return await http.GetStringAsync(address) == text;
        }
        catch (HttpRequestException)
        {
            return false; // The network hears of what is ready a little later than the Deployment.
        }
    });

    /// <summary>Asks until it is told to stop; an answer that is none throws.</summary>
    private static async Task<HashSet<string>> AskAsync(HttpClient http, Uri address, CancellationToken stop)
    {
        var answers = new HashSet<string>();
        while (!stop.IsCancellationRequested)
        {
            answers.Add(await http.GetStringAsync(address, CancellationToken.None));
        }

        return answers;
    }

    private static Task<RawObject?> WaitForRolloutAsync(ApiClient client) => client.WaitUntilAsync(
        Deployments,
        Web,
        d => d?.ToMap() is { } map && map.Map("status") is { } status && status.Integer("observedGeneration") == d.Generation
            && status.Integer("updatedReplicas") == 2 && status.Integer("availableReplicas") == 2 && status.Integer("replicas") == 2,
        TimeSpan.FromSeconds(60));

    private static JsonMap Deployment(int port)
    {
        var deployment = JsonTree.ParseMap(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
              "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},
              "template":{"metadata":{"labels":{"app":"web"}},
               "spec":{"nodeName":"ahoi","terminationGracePeriodSeconds":20,
                "containers":[{"name":"web","image":"host","imagePullPolicy":"Never","command":["perl","-e"],
                 "env":[{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},{"name":"VERSION","value":"one"}],
                 "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1,"timeoutSeconds":10},
                 "lifecycle":{"preStop":{"sleep":{"seconds":2}}}}]}}}}
            """);
        var container = deployment.Map("spec")!.Map("template")!.Map("spec")!.List("containers")!.Maps.Single();
        container.List("command")!.Add(Server);
        container.List("env")!.Add(new JsonMap { ["name"] = "PORT", ["value"] = $"{port}" });
        container["ports"] = new JsonList { new JsonMap { ["name"] = "http", ["containerPort"] = (long)port } };
        return deployment;
    }
}
