using Ahoi.Api.Json;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PodInputsTests
{
    [Fact]
    public async Task Variables_ComeFromEverywhere()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.Client.CreateAsync(NodeWorld.ConfigMaps, "default", ConfigMap("settings", ("colour", "blue"), ("MODE", "fast")));
        await world.Client.CreateAsync(NodeWorld.Secrets, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys"},"stringData":{"token":"s3cret"}}"""));
        await world.RunAsync("vars", "echo $A $B $C $D $E $COLOUR $MODE $POD $CPU; echo $0 $1", pod =>
        {
            var app = pod.Map("spec")!.List("containers")!.Maps.Single();
            app["args"] = new JsonList { "arg-$(A)", "$$(A)-$(NOT)" };
            app["resources"] = JsonTree.ParseMap("""{"limits":{"cpu":"1500m"}}""");
            app["envFrom"] = new JsonList { JsonTree.ParseMap("""{"configMapRef":{"name":"settings"}}""") };
            app["env"] = new JsonList
            {
                JsonTree.ParseMap("""{"name":"A","value":"one"}"""),
                JsonTree.ParseMap("""{"name":"B","value":"$(A)-two"}"""),
                JsonTree.ParseMap("""{"name":"C","valueFrom":{"configMapKeyRef":{"name":"settings","key":"colour"}}}"""),
                JsonTree.ParseMap("""{"name":"D","valueFrom":{"secretKeyRef":{"name":"keys","key":"token"}}}"""),
                JsonTree.ParseMap("""{"name":"E","valueFrom":{"configMapKeyRef":{"name":"none","key":"x","optional":true}}}"""),
                JsonTree.ParseMap("""{"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}"""),
                JsonTree.ParseMap("""{"name":"CPU","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}}"""),
            };
        });

        await world.EndedAsync("vars");

        Assert.Equal("one one-two blue s3cret fast vars 1500\narg-one $(A)-$(NOT)\n", await world.LogAsync("vars"));
    }

    [Fact]
    public async Task MissingKey_IsSaid_AndThePodStartsOnceItIsThere()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("waits", "echo $X", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["env"] =
            new JsonList { JsonTree.ParseMap("""{"name":"X","valueFrom":{"configMapKeyRef":{"name":"later","key":"x"}}}""") });

        var pod = await world.UntilAsync("waits", p => Waiting(p)?.Text("reason") == "CreateContainerConfigError");
        Assert.Equal("configmap \"later\" not found", Waiting(pod)!.Text("message"));
        var created = await world.Client.CreateAsync(NodeWorld.ConfigMaps, "default", ConfigMap("later", ("y", "0")));
        pod = await world.UntilAsync("waits", p => Waiting(p)?.Text("message")?.Contains("key", StringComparison.Ordinal) == true);
        Assert.Equal("couldn't find key x in ConfigMap default/later", Waiting(pod)!.Text("message"));
        await world.Client.PatchAsync(NodeWorld.ConfigMaps, created.Key, Patch.Merge(RequestBody.FromMap(JsonTree.ParseMap("""{"data":{"x":"here"}}"""))));

        await world.EndedAsync("waits");
        Assert.Equal("here\n", await world.LogAsync("waits"));
    }

    [Fact]
    public async Task ConfigMapVolume_ChangesWhileThePodRuns()
    {
        await using var world = await NodeWorld.StartAsync();
        var map = await world.Client.CreateAsync(NodeWorld.ConfigMaps, "default", ConfigMap("files", ("a", "old"), ("b", "old")));
        await world.RunAsync("reads", "cat /conf/a; echo; while [ \"$(cat /conf/a)\" = old ]; do sleep 0.05; done; cat /conf/a /conf/b; ls /conf; touch /conf/c", pod => Mount(pod, "/conf", """{"configMap":{"name":"files"}}"""));
        await Network.Eventually.HoldsAsync(async () => (await world.UntilAsync("reads", _ => true)).At("status", "phase") is "Running" && (await world.LogAsync("reads")).Length > 0);

        await world.Client.PatchAsync(NodeWorld.ConfigMaps, map.Key, Patch.Merge(RequestBody.FromMap(JsonTree.ParseMap("""{"data":{"a":"new","b":"new"}}"""))));

        await world.EndedAsync("reads");
        Assert.Equal("old\nnewnewa\nb\ntouch: cannot touch '/conf/c': Read-only file system\n", await world.LogAsync("reads"));
    }

    [Fact]
    public async Task Volumes_OfAllSorts_AreThere()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.Client.CreateAsync(NodeWorld.Secrets, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys"},"stringData":{"token":"s3cret"}}"""));
        await world.RunAsync("volumes", "cat /secret/renamed; echo; stat -c %a /secret/..data/renamed; cat /down/labels; echo; test -s /token/token && echo token; cat /etc/hostname; cat /shared/from-init", pod =>
        {
            pod.Map("metadata")!["labels"] = new JsonMap { ["app"] = "x", ["b"] = "y" };
            Mount(pod, "/secret", """{"secret":{"secretName":"keys","defaultMode":256,"items":[{"key":"token","path":"renamed"}]}}""", "s");
            Mount(pod, "/down", """{"downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}""", "d");
            pod.Map("spec")!["serviceAccountName"] = "default";
            Mount(pod, "/token", """{"projected":{"sources":[{"serviceAccountToken":{"path":"token","expirationSeconds":600}}]}}""", "t");
            Mount(pod, "/shared", """{"emptyDir":{}}""", "e");
            var init = NodeWorld.Container("init", "echo init > /mnt/sub/from-init");
            init["volumeMounts"] = new JsonList { JsonTree.ParseMap("""{"name":"e","mountPath":"/mnt/sub"}""") };
            pod.Map("spec")!["initContainers"] = new JsonList { init };
        });

        await world.EndedAsync("volumes");

        Assert.Equal("s3cret\n400\napp=\"x\"\nb=\"y\"\ntoken\nvolumes\ninit\n", await world.LogAsync("volumes", new() { Container = "app" }));
    }

    [Fact]
    public async Task Pod_FindsItsToken_AndMayUseIt()
    {
        await using var world = await NodeWorld.ListenAsync();
        await world.RunAsync("asks", "cd /var/run/secrets/kubernetes.io/serviceaccount; ls; cat namespace; echo; cat token");

        await world.EndedAsync("asks");

        var lines = (await world.LogAsync("asks")).Split('\n');
        Assert.Equal(["ca.crt", "namespace", "token", "default"], lines[..4]);
        using var http = new HttpClient { BaseAddress = world.Cluster.Url };
        http.DefaultRequestHeaders.Authorization = new("Bearer", lines[4]);
        var answer = await http.PostAsync(
            new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative),
            new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", null, "application/json"));
        Assert.Equal("system:serviceaccount:default:default", JsonTree.ParseMap(await answer.Content.ReadAsStringAsync()).At("status", "userInfo", "username"));
    }

    [Theory]
    [InlineData("""{"configMap":{"name":"none"}}""", "MountVolume.SetUp failed for volume \"v\" : configmap \"none\" not found")]
    [InlineData("""{"persistentVolumeClaim":{"claimName":"none"}}""", "MountVolume.SetUp failed for volume \"v\" : persistentvolumeclaim \"none\" not found")]
    [InlineData("""{"hostPath":{"path":"/etc"}}""", "MountVolume.SetUp failed for volume \"v\" : hostPath /etc is not allowed on this node")]
    [InlineData("""{"nfs":{"server":"s","path":"/p"}}""", "MountVolume.SetUp failed for volume \"v\" : volumes of type nfs are not supported by this node")]
    public async Task VolumeThatIsNotThere_IsSaid(string source, string message)
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("lacks", "true", pod => Mount(pod, "/v", source));

        await world.EventAsync("lacks", "FailedMount", message);
        Assert.Equal("Pending", (await world.UntilAsync("lacks", _ => true)).At("status", "phase"));
    }

    [Theory]
    [InlineData("nowhere/none:1", "ErrImageNeverPull", "Container image \"nowhere/none:1\" is not present with pull policy of Never")]
    [InlineData("UPPER", "InvalidImageName", "UPPER")]
    public async Task ImageThatIsNotThere_IsSaid(string image, string reason, string message)
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("image", "true", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["image"] = image);

        var pod = await world.UntilAsync("image", p => Waiting(p)?.Text("reason") == reason);

        Assert.Contains(message, Waiting(pod)!.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such/program", "exec: \"/no/such/program\": stat /no/such/program: no such file or directory")]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied")]
    public async Task CommandThatIsNotThere_IsSaid(string command, string message)
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("command", "true", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["command"] = new JsonList { command });

        var pod = await world.EndedAsync("command");

        var end = NodeWorld.Status(pod).Map("state")!.Map("terminated")!;
        Assert.Equal(("StartError", 128L), (end.Text("reason"), end.Integer("exitCode")));
        Assert.Contains(message, end.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volume_ThatIsFilled_EndsItsPodAlone()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("neighbour", "exec sleep 1000", pod => Mount(pod, "/data", """{"emptyDir":{"sizeLimit":"1Mi"}}"""));
        await world.ReadyAsync("neighbour");
        await world.RunAsync("hoarder", "head -c 5000000 /dev/zero > /data/file; exec sleep 1000", pod => Mount(pod, "/data", """{"emptyDir":{"sizeLimit":"1Mi"}}"""));

        var pod = await world.EndedAsync("hoarder");

        Assert.Equal(("Failed", "Evicted"), (pod.At("status", "phase"), pod.At("status", "reason")));
        await world.EventAsync("hoarder", "Evicted", "Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\"");
        var neighbour = await world.UntilAsync("neighbour", _ => true);
        Assert.True(NodeWorld.IsReady(neighbour));
        Assert.Equal(0L, NodeWorld.Status(neighbour).Integer("restartCount"));
    }

    [Fact]
    public async Task Scratch_ThatIsFull_SaysSo_ToTheOneWhoFilledIt()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("hoarder", "head -c 2000000000 /dev/zero > /dev/shm/file; ls /dev/shm");

        var pod = await world.EndedAsync("hoarder");

        Assert.Equal("Succeeded", pod.At("status", "phase"));
        Assert.Contains("No space left on device", await world.LogAsync("hoarder"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_InUse_FailsTheOneWhoComesLater()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "Perl is missing; apt-get install perl-base");
        const string Listen = "exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => $ENV{IP}, LocalPort => 8099, Listen => 1) or die \"$!\\n\"; print \"up\\n\"; sleep 1000'";
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("twice", Listen, pod =>
        {
            pod.Map("spec")!.List("containers")!.Add(NodeWorld.Container("late", "sleep 1; " + Listen));
            foreach (var container in pod.Map("spec")!.List("containers")!.Maps)
            {
                container["env"] = new JsonList { JsonTree.ParseMap("""{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}""") };
                container["terminationMessagePolicy"] = "FallbackToLogsOnError";
            }
        });

        var pod = await world.UntilAsync("twice", p => p.Map("status")?.List("containerStatuses")?.Maps.Any(s => s.At("state", "terminated") is not null) == true);

        var late = NodeWorld.Status(pod, "late").Map("state")!.Map("terminated")!;
        Assert.Equal(("Error", "Address already in use\n"), (late.Text("reason"), late.Text("message")));
        Assert.NotNull(NodeWorld.Status(pod).At("state", "running"));
    }

    [Fact]
    public async Task Claim_GetsAFolder_ThatOutlivesThePod_AndGrows()
    {
        await using var world = await NodeWorld.StartAsync();
        var claim = await world.Client.CreateAsync(NodeWorld.Claims, "default", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""));
        await world.RunAsync("writer", "echo kept > /data/file", pod => Mount(pod, "/data", """{"persistentVolumeClaim":{"claimName":"data"}}"""));
        await world.EndedAsync("writer");
        await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", "writer"));
        await world.RunAsync("reader", "cat /data/file", pod => Mount(pod, "/data", """{"persistentVolumeClaim":{"claimName":"data"}}"""));
        await world.EndedAsync("reader");
        Assert.Equal("kept\n", await world.LogAsync("reader"));

        await world.Client.PatchAsync(NodeWorld.Claims, claim.Key, Patch.Merge(RequestBody.FromMap(JsonTree.ParseMap("""{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}"""))));
        await Network.Eventually.HoldsAsync(async () => (await world.Client.GetAsync(NodeWorld.Claims, claim.Key)).ToMap().At("status", "capacity", "storage") is "2Gi");

        await world.Client.DeleteAsync(NodeWorld.PodResource, new("default", "reader"));
        await world.Client.DeleteAsync(NodeWorld.Claims, claim.Key);
        await Network.Eventually.HoldsAsync(async () => (await world.Client.ListAsync(NodeWorld.Volumes)).Items.Count == 0);
    }

    internal static void Mount(JsonMap pod, string path, string source, string name = "v")
    {
        var volume = JsonTree.ParseMap(source);
        volume["name"] = name;
        pod.Map("spec")!.EnsureList("volumes").Add(volume);
        pod.Map("spec")!.List("containers")!.Maps.First().EnsureList("volumeMounts").Add(new JsonMap { ["name"] = name, ["mountPath"] = path });
    }

    private static JsonMap? Waiting(JsonMap pod) => pod.Map("status")?.List("containerStatuses")?.Maps.FirstOrDefault()?.Map("state")?.Map("waiting");

    private static JsonMap ConfigMap(string name, params (string Key, string Value)[] data)
    {
        var map = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonMap { ["name"] = name }, ["data"] = new JsonMap() };
        foreach (var (key, value) in data)
        {
            map.Map("data")![key] = value;
        }

        return map;
    }
}
