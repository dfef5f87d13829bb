using System.Diagnostics;
using Ahoi.Api.Json;

namespace Ahoi.Clients.Tests;

/// <summary>Runs kubectl in a namespace, with a home of its own.</summary>
internal sealed class Kubectl(SharedCluster cluster, string @namespace)
{
    public string Namespace => @namespace;

    public SharedCluster Cluster => cluster;

    private Dictionary<string, string> Environment => new()
    {
        ["KUBECONFIG"] = cluster.Kubeconfig,
        ["HOME"] = cluster.Home,
        ["KUBECACHEDIR"] = Path.Combine(cluster.Home, "cache"),
    };

    /// <summary>Runs kubectl, which must succeed.</summary>
    /// <returns>What it printed.</returns>
    public Task<string> RunAsync(string line, string? input = null) => RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), input);

    public async Task<string> RunAsync(string[] arguments, string? input = null, string? editor = null)
    {
        var (code, output, error) = await TryAsync(arguments, input, editor);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {code}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs kubectl, however it ends.</summary>
    public Task<(int ExitCode, string Output, string Error)> TryAsync(string line, string? input = null) =>
        TryAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), input);

    public Task<(int ExitCode, string Output, string Error)> TryAsync(string[] arguments, string? input = null, string? editor = null)
    {
        var environment = Environment;
        if (editor is not null)
        {
            environment["KUBE_EDITOR"] = editor;
        }

        return ChildProcess.RunAsync("kubectl", ["--namespace", @namespace, .. arguments], environment, input);
    }

    /// <summary>Starts kubectl and leaves it running.</summary>
    public Process Start(params string[] arguments) => ChildProcess.Start("kubectl", ["--namespace", @namespace, .. arguments], Environment);

    public async Task<JsonMap> JsonAsync(string line) => JsonTree.ParseMap(await RunAsync(line + " -o json"));

    public Task ApplyAsync(string manifest) => RunAsync("apply -f -", manifest);
}
