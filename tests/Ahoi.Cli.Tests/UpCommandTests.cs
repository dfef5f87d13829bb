using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Cli.Tests;

public sealed class UpCommandTests : IDisposable
{
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-cli-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _stopping = new();

    [Theory]
    [InlineData("up --ephmeral", "'--ephmeral' is not known here. Did you mean '--ephemeral'?")]
    [InlineData("upp", "'upp' is not known here. Did you mean 'up'?")]
    [InlineData("up --operators tenency", "'tenency' of --operators is not known; there is tenancy, pools, previews. Did you mean 'tenancy'?")]
    [InlineData("up --listen here", "'here' of --listen is not an address and port; write it as 127.0.0.1:6443.")]
    [InlineData("up --ephemeral --data x", "--ephemeral keeps nothing and --data keeps everything; give one of them.")]
    [InlineData("up --http --listen 0.0.0.0:0", "--http sends tokens in the clear and is for loopback addresses only.")]
    [InlineData("up --nodes 0", "--nodes must be from 1 to 64, not 0; to run none, leave the node out with --components.")]
    [InlineData("up --nodes 65", "--nodes must be from 1 to 64, not 65")]
    [InlineData("up --dashboard 0.0.0.0:0", "0.0.0.0 of --dashboard is reached by other machines, and whoever opens the dashboard is the cluster's administrator; give 127.0.0.1 and forward the port.")]
    [InlineData("dashboard --listen 192.0.2.1:80", "192.0.2.1 of --listen is reached by other machines, and whoever opens the dashboard acts as you; give 127.0.0.1 and forward the port.")]
    [InlineData("manifests --helm", "--helm writes several files; say where with -o DIR.")]
    [InlineData("manifests --helm --kustomize -o x", "--kustomize and --helm are two forms of the same; give one of them.")]
    [InlineData("manifests --replicas 0", "--replicas must be from 1 to 20, not 0.")]
    [InlineData("manifests -n My_Space", "'My_Space' of --namespace is not a name of a namespace")]
    [InlineData("manifests --image Ahoi!", "'Ahoi!' of --image is not a name of an image")]
    [InlineData("manifests --operators ,", "--operators names none.")]
    [InlineData("up --ingress-http there", "'there' of --ingress-http is not an address and port")]
    public async Task Run_WrongFlags_IsUsageAndSaysWhatIsRight(string line, string message)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync(line.Split(' ')));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Up_ReadyFile_IsThereWhileItRunsAndGoneAfter()
    {
        var ready = Path.Combine(_folder, "ready");
        var kubeconfig = Path.Combine(_folder, "data", "kubeconfig");
        using var watcher = new FileSystemWatcher(_folder) { EnableRaisingEvents = true };
        var created = new TaskCompletionSource();
        watcher.Created += (_, e) => _ = e.Name == "ready" && created.TrySetResult();

        var running = RunAsync("up", "--listen", "127.0.0.1:0", "--data", Path.Combine(_folder, "data"), "--ready-file", ready, "--components", "apiserver");
        await Task.WhenAny(created.Task, running).WaitAsync(Limit);
        Assert.True(created.Task.IsCompletedSuccessfully, $"{running.Exception} {_error}");

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kubeconfig));
        }

        await _stopping.CancelAsync();
        Assert.Equal(ExitCodes.Ok, await running.WaitAsync(Limit));
        Assert.False(File.Exists(ready));
    }

    [Fact]
    public async Task Manifests_Stdout_IsOneStreamOfDocuments()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("manifests", "--image", "example.com/ahoi:1", "-n", "ops", "--replicas", "1"));

        var kinds = _output.ToString().Split('\n').Where(l => l.StartsWith("kind: ", StringComparison.Ordinal)).Select(l => l["kind: ".Length..]).ToList();
        Assert.Equal("Namespace", kinds[0]);
        Assert.Contains("CustomResourceDefinition", kinds);
        Assert.Contains("ClusterRole", kinds);
        Assert.Equal(_output.ToString().Split("\n---\n").Length, kinds.Count);
        Assert.Contains("image: \"example.com/ahoi:1\"", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("--helm", "Chart.yaml")]
    [InlineData("--kustomize", "kustomization.yaml")]
    [InlineData("--replicas=2", "5-deployment.yaml")]
    public async Task Manifests_Folder_HasTheFiles(string form, string file)
    {
        var target = Path.Combine(_folder, "manifests");

        Assert.Equal(ExitCodes.Ok, await RunAsync("manifests", form, "-o", target));

        Assert.True(File.Exists(Path.Combine(target, file)));
        Assert.Contains($"files are in {target}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_PortInUse_NamesPortAndHolder()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        Assert.Equal(ExitCodes.Failed, await RunAsync("up", "--ephemeral", "--listen", $"127.0.0.1:{port}", "--components", "apiserver").WaitAsync(Limit));

        Assert.Contains($"The port {port} is in use by", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"(pid {Environment.ProcessId})", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_ForeignFolder_IsRefusedAndUntouched()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "letter.txt"), "dear");

        Assert.Equal(ExitCodes.Failed, await RunAsync("up", "--listen", "127.0.0.1:0", "--data", _folder).WaitAsync(Limit));

        Assert.Contains("nothing was touched", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["letter.txt"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("not json", "is damaged")]
    [InlineData("{\"format\": 99}", "was written by a newer Ahoi (format 99")]
    public async Task Up_DamagedOrNewerFolder_IsRefused(string marker, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "ahoi-cluster.json"), marker);

        Assert.Equal(ExitCodes.Failed, await RunAsync("up", "--listen", "127.0.0.1:0", "--data", _folder).WaitAsync(Limit));

        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_Scheduler_PlacesPodsOnNodes()
    {
        var (ready, kubeconfig) = (Path.Combine(_folder, "ready"), Path.Combine(_folder, "kubeconfig"));
        using var watcher = new FileSystemWatcher(_folder) { EnableRaisingEvents = true };
        var created = new TaskCompletionSource();
        watcher.Created += (_, e) => _ = e.Name == "ready" && created.TrySetResult();
        var running = RunAsync(
            "up", "--listen", "127.0.0.1:0", "--ephemeral", "--kubeconfig", kubeconfig, "--ready-file", ready, "--components", "apiserver,scheduler");
        await Task.WhenAny(created.Task, running).WaitAsync(Limit);
        Assert.True(created.Task.IsCompletedSuccessfully, $"{running.Exception} {_error}");

        using var client = new ApiClient(ApiConnection.FromKubeconfig(kubeconfig));
        await client.CreateAsync(Nodes, null, JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"status":{"allocatable":{"cpu":"1","memory":"1Gi","pods":"10"}}}"""));
        await client.PatchAsync(Nodes, new(null, "n"), Patch.Merge(JsonTree.ParseMap("""{"spec":{"taints":null}}""")));
        await client.CreateAsync(Pods, "default", JsonTree.ParseMap(
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"""));
        using var limit = new CancellationTokenSource(Limit);
        while ((await client.GetAsync(Pods, new("default", "p"), cancellationToken: limit.Token)).ToMap().At("spec", "nodeName") is not "n")
        {
            await Task.Delay(10, limit.Token);
        }

        await _stopping.CancelAsync();
        Assert.Equal(ExitCodes.Ok, await running.WaitAsync(Limit));
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _output.Dispose();
        _error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<int> RunAsync(params string[] args) => AhoiCommandLine.RunAsync(args, _output, _error, _stopping.Token);
}
