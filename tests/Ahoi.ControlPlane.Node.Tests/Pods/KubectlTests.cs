using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

/// <summary>What somebody does with a Deployment by kubectl, from its start to its end.</summary>
public sealed class KubectlTests : IDisposable
{
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource ReplicaSets = new("apps", "v1", "replicasets");
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-kubectl-").FullName;

    [Fact]
    public async Task Deployment_Runs_Heals_IsRolledBack_AndGoesWithAllItHas()
    {
        var mark = Guid.NewGuid().ToString("N"); // In the arguments of its processes, and nobody else's.
        await using var world = await NodeWorld.StartAsync(new() { Listen = new(System.Net.IPAddress.Loopback, 0), KubeconfigFile = Path.Combine(_folder, "kubeconfig") });
        var manifest = Path.Combine(_folder, "my-app.yaml");
        await File.WriteAllTextAsync(manifest, $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: my-app, labels: {app: my-app}}
            spec:
              replicas: 2
              selector: {matchLabels: {app: my-app}}
              template:
                metadata: {labels: {app: my-app}}
                spec:
                  nodeName: ahoi
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: my-app
                    image: host
                    command: [/bin/sh]
                    args: [-c, 'echo $$$$ > /tmp/pid; echo "mode ${MODE:-one} of $0"; while :; do sleep 0.2; done', "{{{mark}}}"]
            """);
        Assert.Contains("my-app created", await Run("apply", "-f", manifest), StringComparison.Ordinal);
        await RolledOutAsync();
        Assert.Equal(2, Processes(mark));

        // Its process is killed, and comes again.
        var pod = (await Run("get", "pods", "-l", "app=my-app", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        await Run("exec", pod, "--", "sh", "-c", "kill -9 $(cat /tmp/pid)");
        var healed = await world.UntilAsync(pod, p => NodeWorld.IsReady(p) && NodeWorld.Status(p, "my-app").Integer("restartCount") == 1);
        Assert.Equal((137L, "Error"), (NodeWorld.Status(healed, "my-app").At("lastState", "terminated", "exitCode"), NodeWorld.Status(healed, "my-app").At("lastState", "terminated", "reason")));
        Assert.Equal($"mode one of {mark}\n", await Run("logs", pod, "--previous"));

        // Files go in and come out.
        await File.WriteAllTextAsync(Path.Combine(_folder, "in"), "carried");
        await Run("cp", Path.Combine(_folder, "in"), $"{pod}:/tmp/file");
        Assert.Equal("carried", await Run("exec", pod, "--", "cat", "/tmp/file"));
        await Run("cp", $"{pod}:/tmp/file", Path.Combine(_folder, "out"));
        Assert.Equal("carried", await File.ReadAllTextAsync(Path.Combine(_folder, "out")));

        // Another version, and back.
        await Run("set", "env", "deployment/my-app", "MODE=two");
        await RolledOutAsync();
        await Network.Eventually.HoldsAsync(async () => (await Run("logs", "deployment/my-app")).Contains("mode two", StringComparison.Ordinal));
        await Run("rollout", "undo", "deployment/my-app");
        await RolledOutAsync();
        await Network.Eventually.HoldsAsync(async () => (await Run("logs", "deployment/my-app")).Contains("mode one", StringComparison.Ordinal));
        Assert.Matches(@"REVISION\s+CHANGE-CAUSE\s+2\s+<none>\s+3\s+<none>", await Run("rollout", "history", "deployment/my-app"));
        await Run("scale", "deployment/my-app", "--replicas=3");
        await RolledOutAsync();

        // What one expects to be told.
        Assert.Matches(@"ScalingReplicaSet\s+.*deployment-controller\s+Scaled up replica set my-app-\w+ from 0 to 2", await Run("describe", "deployment", "my-app"));
        Assert.Matches(@"SuccessfulCreate\s+.*replicaset-controller\s+Created pod: my-app-", await Run("describe", "replicaset", "-l", "app=my-app"));
        var described = await Run("describe", "pods", "-l", "app=my-app");
        Assert.Matches(@"Normal\s+Pulled\s+.*kubelet.*Container image ""host"" already present on machine", described);
        Assert.Matches(@"Normal\s+Created\s+.*kubelet.*Created container: my-app", described);
        Assert.Matches(@"Normal\s+Started\s+.*kubelet.*Started container my-app", described);

        // Without its owner what runs goes on; then all goes.
        await Run("delete", "deployment", "my-app", "--cascade=orphan");
        await GoneAsync(Deployments);
        Assert.Equal(2, (await world.Client.ListAsync(ReplicaSets, "default")).Items.Count);
        Assert.Equal(3, Processes(mark));
        await Run("delete", "replicasets", "--all", "--cascade=foreground");
        await GoneAsync(ReplicaSets);
        Assert.Empty((await world.Client.ListAsync(NodeWorld.PodResource, "default")).Items);
        await Network.Eventually.HoldsAsync(() => Processes(mark) == 0);

        Task<string> Run(params string[] arguments) => Kubectl.RunAsync(world.Cluster, arguments);

        async Task RolledOutAsync() => Assert.Contains("successfully rolled out", await Run("rollout", "status", "deployment/my-app", "--timeout=60s"), StringComparison.Ordinal);

        Task GoneAsync(GroupVersionResource resource) => Network.Eventually.HoldsAsync(async () => (await world.Client.ListAsync(resource, "default")).Items.Count == 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Counts the shells with a word among their arguments; what bubblewrap itself has among them does not count.</summary>
    private static int Processes(string word) => Directory.EnumerateDirectories("/proc").Count(p =>
    {
        try
        {
            var arguments = File.ReadAllText(p + "/cmdline").Split('\0');
            return arguments[0] == "/bin/sh" && arguments.Contains(word);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It is no process, or gone.
        }
    });
}
