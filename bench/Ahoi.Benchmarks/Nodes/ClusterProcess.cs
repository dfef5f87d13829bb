using System.Diagnostics;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Benchmarks.Nodes;

/// <summary><c>ahoi up</c> in a process of its own, with a client that has been used.</summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly string _folder;
    private readonly ApiClient _client;

    private ClusterProcess(Process process, string folder, ApiClient client) => (_process, _folder, _client) = (process, folder, client);

    public static async Task<ClusterProcess> StartAsync(string ahoi)
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-bench-").FullName;
        var (kubeconfig, ready) = (Path.Combine(folder, "kubeconfig"), Path.Combine(folder, "ready"));
        var process = Process.Start(new ProcessStartInfo(
            ahoi, ["up", "--data", Path.Combine(folder, "data"), "--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig, "--ready-file", ready, "--components", "apiserver,controllers,scheduler,node"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        while (!File.Exists(ready))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{ahoi} up ended: see what it says by hand.");
            }

            await Task.Delay(20);
        }

        var client = new ApiClient(ApiConnection.FromKubeconfig(kubeconfig));
        await client.ListAsync(Pods, "default");
        return new(process, folder, client);
    }

    /// <summary>Creates a pod and waits until it is ready.</summary>
    /// <returns>How many milliseconds it took.</returns>
    public async Task<double> PodAsync(string name, params string[] command)
    {
        var pod = new JsonMap
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonMap { ["name"] = name },
            ["spec"] = new JsonMap
            {
                ["terminationGracePeriodSeconds"] = 0L,
                ["containers"] = new JsonList { new JsonMap { ["name"] = "c", ["image"] = "host", ["command"] = new JsonList(command) } },
            },
        };
        var started = Stopwatch.GetTimestamp();
        await _client.CreateAsync(Pods, "default", RequestBody.FromMap(pod));
        await _client.WaitUntilAsync(Pods, new("default", name), p => (p!.ToMap().Map("status")?.List("conditions")?.Maps ?? []).Any(c => c.Text("type") == "Ready" && c.Text("status") == "True"), Limit);
        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await _client.DeleteAsync(Pods, new("default", name));
        await _client.WaitUntilAsync(Pods, new("default", name), p => p is null, Limit);
        return took;
    }

    /// <summary>Creates a deployment of web servers and waits until all are ready.</summary>
    /// <returns>How many seconds it took.</returns>
    public Task<double> DeployAsync(int replicas, params string[] command)
    {
        var value = new JsonMap
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonMap { ["name"] = "web" },
            ["spec"] = new JsonMap
            {
                ["replicas"] = replicas,
                ["selector"] = JsonTree.ParseMap("""{"matchLabels":{"app":"web"}}"""),
                ["template"] = new JsonMap
                {
                    ["metadata"] = JsonTree.ParseMap("""{"labels":{"app":"web"}}"""),
                    ["spec"] = new JsonMap
                    {
                        ["terminationGracePeriodSeconds"] = 0L,
                        ["containers"] = new JsonList
                        {
                            new JsonMap
                            {
                                ["name"] = "web",
                                ["image"] = "host",
                                ["command"] = new JsonList(command),
                                ["env"] = new JsonList { JsonTree.ParseMap("""{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}""") },
                                ["readinessProbe"] = JsonTree.ParseMap("""{"httpGet":{"port":8080},"periodSeconds":1}"""),
                            },
                        },
                    },
                },
            },
        };
        return TimeAsync(replicas, () => _client.CreateAsync(Deployments, "default", RequestBody.FromMap(value)));
    }

    /// <summary>Changes the deployment's template and waits until all pods are new.</summary>
    /// <returns>How many seconds it took.</returns>
    public Task<double> RollAsync(int replicas) => TimeAsync(replicas, () => _client.PatchAsync(
        Deployments, new("default", "web"), Patch.Merge(RequestBody.FromMap(JsonTree.ParseMap($$"""{"spec":{"replicas":{{replicas}},"template":{"metadata":{"annotations":{"turn":"{{Guid.NewGuid()}}"} } } } }""")))));

    /// <summary>Deletes the deployment and waits until its pods are gone.</summary>
    public async Task DeleteAsync()
    {
        await _client.DeleteAsync(Deployments, new("default", "web"));
        while ((await _client.ListAsync(Pods, "default")).Items.Count > 0)
        {
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<double> TimeAsync(int replicas, Func<Task<RawObject>> write)
    {
        var started = Stopwatch.GetTimestamp();
        var generation = (await write()).Generation;
        await _client.WaitUntilAsync(
            Deployments,
            new("default", "web"),
            d => d!.ToMap().Map("status") is { } status && status.Integer("observedGeneration") >= generation
                && new[] { "replicas", "updatedReplicas", "readyReplicas" }.All(f => status.Integer(f) == replicas),
            Limit);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
